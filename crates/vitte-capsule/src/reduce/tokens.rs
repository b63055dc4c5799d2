//! Splits sources of any language into tokens: words, numbers, string literals and punctuation.

use super::pieces::Piece;

/// Returns each token with the spaces and tabs before it. Line ends are not tokens, so lines are never joined.
pub(super) fn tokens(text: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    // The end of the line in which a quote of each kind is not closed: it is not searched twice.
    let mut unclosed = [0; 3];
    while at < text.len() {
        let start = at;
        at += count(text, at, |byte| matches!(byte, b' ' | b'\t'));
        match text.get(at) {
            None => break,
            Some(b'\n' | b'\r') => {
                at += 1;
                continue;
            }
            Some(quote @ (b'"' | b'\'' | b'`')) => at += quoted(text, at, *quote, &mut unclosed),
            Some(byte) if is_word(*byte) => at += count(text, at, is_word),
            Some(_) => at += 1,
        }
        let token = start..at;
        pieces.push(vec![token]);
    }
    pieces
}

const fn is_word(byte: u8) -> bool {
    // Includes all bytes of multi-byte characters, so that none is split.
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Returns the number of bytes from `at` on that match.
fn count(text: &[u8], at: usize, matches: impl Fn(u8) -> bool) -> usize {
    text.get(at..).unwrap_or_default().iter().take_while(|byte| matches(**byte)).count()
}

/// Returns the length in bytes of the string literal at `at`. A quote without a closing quote on its line is
/// punctuation.
fn quoted(text: &[u8], at: usize, quote: u8, unclosed: &mut [usize; 3]) -> usize {
    let [double, single, back] = unclosed;
    let unclosed = match quote {
        b'"' => double,
        b'\'' => single,
        _ => back,
    };
    if at < *unclosed {
        return 1;
    }
    let mut is_escaped = false;
    let rest = text.get(at + 1..).unwrap_or_default();
    for (len, byte) in rest.iter().enumerate() {
        match byte {
            b'\n' => {
                *unclosed = at + 1 + len;
                return 1;
            }
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            byte if *byte == quote => return len + 2,
            _ => {}
        }
    }
    *unclosed = text.len();
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_split_into_tokens() {
        let text = "let é1 = 'it''s' + \"a \\\" b\" .end\r\n\t x != 0x1f_u8 // 'no end\n \n\"";
        let found: Vec<&str> = tokens(text.as_bytes())
            .concat()
            .into_iter()
            .filter_map(|range| text.get(range))
            .collect();
        let expected = [
            "let",
            " é1",
            " =",
            " 'it'",
            "'s'",
            " +",
            " \"a \\\" b\"",
            " .",
            "end",
            "\t x",
            " !",
            "=",
            " 0x1f_u8",
            " /",
            "/",
            " '",
            "no",
            " end",
            "\"",
        ];
        assert_eq!(found, expected);
    }
}
