//! Finds secrets that are encoded or split: for a URL, in HTML, in JSON, or over several lines.
//!
//! ```text
//! password%3Dabc      password&#61;abc      p\u0061ssword=abc       as `password=abc`
//! ghp_16C7e42F29      "ghp_16C7e42F29"                             as one token
//! 2c6912E7710c…         + "2c6912E7710c…"
//! ```
//!
//! The text is decoded, secrets are found in the result, and their ranges are converted back.

use std::ops::Range;

use super::scan::{is_hex_digit, is_quote, slice};
use super::{shapes, work};

/// The decodings of one text: a URL may be a parameter of another URL.
const MAX_LEVELS: usize = 2;
/// Maximum length of what is between two parts of a token, in bytes.
const MAX_JOINT_BYTES: usize = 64;

/// A text that was decoded, and the offset of each of its bytes in the original.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    /// One more than `bytes`.
    offsets: Vec<usize>,
}

impl Decoded {
    /// Decodes a text. Returns `None` if nothing in it is encoded.
    pub(super) fn new(bytes: &[u8]) -> Option<Self> {
        let decode = |bytes: &[u8]| Self::by(bytes, |at| escape_at(slice(bytes, at..bytes.len())));
        // Most texts have none.
        if !bytes.iter().any(|byte| matches!(byte, b'%' | b'&' | b'\\')) {
            return None;
        }
        let mut decoded = decode(bytes)?;
        for _ in 1..MAX_LEVELS {
            let Some(mut next) = decode(&decoded.bytes) else { break };
            for offset in &mut next.offsets {
                *offset = decoded.offsets.get(*offset).copied().unwrap_or(bytes.len());
            }
            decoded = next;
        }
        Some(decoded)
    }

    /// Replaces what `replaced` returns for an offset: a length, and the byte for it, or `None` for nothing.
    fn by(bytes: &[u8], replaced: impl Fn(usize) -> Option<(usize, Option<u8>)>) -> Option<Self> {
        let mut decoded: Option<Self> = None;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let here = replaced(at);
            let (len, byte) = here.unwrap_or((1, Some(*byte)));
            if here.is_some() && decoded.is_none() {
                let (bytes, offsets) = (slice(bytes, 0..at).to_vec(), (0..at).collect());
                decoded = Some(Self { bytes, offsets });
            }
            if let (Some(decoded), Some(byte)) = (&mut decoded, byte) {
                decoded.bytes.push(byte);
                decoded.offsets.push(at);
            }
            at += len.max(1);
        }
        work::add(bytes.len());
        decoded.as_mut().into_iter().for_each(|decoded| decoded.offsets.push(bytes.len()));
        decoded
    }

    /// Returns the range in the original.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        let offset = |at: usize| self.offsets.get(at).copied().unwrap_or_default();
        offset(range.start)..offset(range.end)
    }
}

/// Returns the length of the escape that `rest` begins with, and its byte; `None` for a line that continues. `%3d` is the
/// format of a number. An encoded bracket is part of a value, and does not begin a group.
fn escape_at(rest: &[u8]) -> Option<(usize, Option<u8>)> {
    let is_bracket = |byte: u8| matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}');
    decode(rest).filter(|(_, byte)| !byte.is_some_and(is_bracket))
}

fn decode(rest: &[u8]) -> Option<(usize, Option<u8>)> {
    const ENTITIES: [(&[u8], u8); 5] =
        [(b"&quot;", b'"'), (b"&apos;", b'\''), (b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>')];
    match rest {
        [b'%', high, low, ..] if is_hex_digit(*high) && is_hex_digit(*low) && *low != b'd' => {
            Some((3, number(&[*high, *low], 16)))
        }
        [b'\\', b'u', b'0', b'0', high, low, ..] => {
            number(&[*high, *low], 16).filter(u8::is_ascii).map(|byte| (6, Some(byte)))
        }
        [b'\\', b'\n', ..] | [b'\\', b'\r', b'\n', ..] => {
            let is_blank = |byte: &&u8| matches!(**byte, b' ' | b'\t' | b'\r' | b'\n');
            let blanks = rest.iter().skip(1).take(MAX_JOINT_BYTES).take_while(is_blank).count();
            Some((1 + blanks, None))
        }
        [b'&', b'#', digits @ ..] => {
            let end = digits.iter().take(5).position(|byte| *byte == b';')?;
            let digits = slice(digits, 0..end);
            let byte = match digits.split_first() {
                Some((b'x' | b'X', hex)) => number(hex, 16),
                _ => number(digits, 10),
            };
            byte.filter(u8::is_ascii).map(|byte| (end + 3, Some(byte)))
        }
        [b'&', ..] => {
            let entity = ENTITIES.iter().find(|(name, _)| rest.starts_with(name));
            entity.map(|(name, byte)| (name.len(), Some(*byte)))
        }
        _ => None,
    }
}

fn number(digits: &[u8], radix: u32) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

/// Returns tokens that are split over lines or literals. Tokens without a split are not returned.
pub(super) fn split_tokens(bytes: &[u8]) -> Vec<Range<usize>> {
    let Some(joined) = Decoded::by(bytes, |at| joint_at(bytes, at).map(|len| (len, None))) else {
        return Vec::new();
    };
    let whole = shapes::tokens(bytes);
    let is_whole = |start: usize| whole.binary_search_by_key(&start, |token| token.start).is_ok();
    let tokens = shapes::tokens(&joined.bytes).into_iter();
    let tokens = tokens.map(|token| (token.len(), joined.original(token)));
    let split = tokens.filter(|(len, token)| token.len() > *len && !is_whole(token.start));
    split.map(|(_, token)| token).collect()
}

/// Returns the length of what is between two parts of a literal or of a line: `" + "`, or a line feed with blanks.
fn joint_at(bytes: &[u8], at: usize) -> Option<usize> {
    let is_token = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let previous = at.checked_sub(1).and_then(|index| bytes.get(index));
    let first = bytes.get(at)?;
    if !is_token(previous) || !(is_quote(*first) || matches!(first, b'\n' | b'\r' | b'\\')) {
        return None;
    }
    let rest = slice(bytes, at..at.saturating_add(MAX_JOINT_BYTES).min(bytes.len()));
    let is_joint =
        |byte: &&u8| byte.is_ascii_whitespace() || is_quote(**byte) || b"+\\,|.".contains(*byte);
    let len = rest.iter().take_while(is_joint).count();
    work::add(len);
    let quotes = slice(rest, 0..len).iter().filter(|byte| is_quote(**byte)).count();
    let has_line = slice(rest, 0..len).contains(&b'\n');
    let is_split = quotes == 2 || (quotes == 0 && has_line);
    (is_split && is_token(bytes.get(at + len))).then_some(len)
}

#[cfg(test)]
mod tests {
    use super::super::Redactor;

    const TOKEN: &str = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

    #[test]
    fn encoded_secrets_are_redacted_from_text() {
        for text in [
            "https%3A%2F%2Fada%3Ahunter22%40host%2Fx",
            "redirect=https%3A%2F%2Fh%2F%3Ftoken%3Dhunter22",
            "redirect=https%253A%252F%252Fh%252F%253Ftoken%253Dhunter22",
            "password%3Dhunter22 password%3A%20hunter22",
            "Authorization%3A%20Bearer%20hunter22",
            "password&#61;hunter22 &quot;password&quot;:&quot;hunter22&quot; password&#x3a; hunter22",
            "p\\u0061ssword=hunter22",
            "password=\\\n  hunter22",
            "{\"password\":\n  \"hunter22\"}",
            "%2Fhome%2Fhunter22%2Fsrc",
        ] {
            let redacted = Redactor::default().text(text).into_owned();
            assert!(!redacted.contains("hunter22"), "{text}\n{redacted}");
            assert_eq!(Redactor::default().text(&redacted), redacted);
        }
    }

    #[test]
    fn encoded_and_split_tokens_are_found() {
        let (head, tail) = TOKEN.split_at(18);
        for text in [
            format!("%67{}", TOKEN.strip_prefix('g').unwrap()),
            format!("\\u0067{}", TOKEN.strip_prefix('g').unwrap()),
            format!("{head}\n{tail}"),
            format!("{head}\\\n    {tail}"),
            format!("{head}\r\n  | {tail}"),
            format!("\"{head}\" + \"{tail}\""),
            format!("concat!(\"{head}\", \"{tail}\")"),
            format!("'{head}' \\\n  '{tail}'"),
        ] {
            let redacted = Redactor::default().text(&text).into_owned();
            assert!(!redacted.contains(tail), "{text}\n{redacted}");
            let source = Redactor::default().source(text.as_bytes()).into_owned();
            assert_eq!(source.len(), text.len());
            let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(lines(&source), lines(text.as_bytes()));
            assert!(!String::from_utf8(source).unwrap().contains(tail), "{text}");
        }
    }

    #[test]
    fn other_text_is_unchanged() {
        for text in [
            "token%20stream%3A 100%25 of 3 tokens",
            "printf(\"token%3d pass %02x %5d\", token, pass);",
            "unknown start of token: \\u{201c}",
            "a\\u0020token &lt;T&gt; &amp;str",
            "expected `,` or `}`\n|\n| pass\n| token\n",
            "let a = \"sk\" + \"-\";\nlet b = [\"AC\", \"SK\"];",
        ] {
            assert_eq!(Redactor::default().text(text), text);
            let source = Redactor::default().source(text.as_bytes()).into_owned();
            assert_eq!(String::from_utf8(source).unwrap(), text);
        }
    }
}
