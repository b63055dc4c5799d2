//! Text of a capsule as the page shows it: of a bounded size, and with nothing that a browser or a reader
//! takes for something else. Escaping is done by the templates.

use std::borrow::Cow;

use vitte_diag::text;

/// `text` on one line; of a longer one its first `most` bytes, and how many more there are.
pub(super) fn line(text: &str, most: usize) -> String {
    let (head, more) = cut(text, most);
    told(characters(text::one_line(head)).into_owned(), more)
}

/// `text` with its lines; of a longer one its first `most` bytes, and how many more there are.
pub(super) fn block(text: &str, most: usize) -> String {
    let (head, more) = cut(text, most);
    let lines: Vec<_> = text::lines(head, TAB).map(characters).collect();
    told(lines.join("\n"), more)
}

/// The cells of a tab.
pub(super) const TAB: usize = 4;

/// The first `most` bytes of a text, and how many bytes are behind them.
fn cut(text: &str, most: usize) -> (&str, usize) {
    let (head, rest) =
        text.split_at_checked(text::floor_char_boundary(text, most)).unwrap_or((text, ""));
    (head, rest.len())
}

fn told(mut shown: String, more: usize) -> String {
    if more > 0 {
        shown.push_str(&more_bytes(more));
    }
    shown
}

/// What stands in the place of so many bytes.
pub(super) fn more_bytes(count: usize) -> String {
    format!(" … {}", counted("more byte", count))
}

/// Two characters are in no document, be it HTML (13.2.3.5) or XML (2.2).
pub(super) fn characters(text: Cow<'_, str>) -> Cow<'_, str> {
    const NONE: [char; 2] = ['\u{fffe}', '\u{ffff}'];
    match text.contains(NONE) {
        true => Cow::Owned(text.replace(NONE, "\u{fffd}")),
        false => text,
    }
}

/// The end of a text that has more than `cells`: `…front::blocks::close`.
pub(super) fn end(text: &str, cells: usize) -> String {
    let clusters: Vec<_> = text::cells(text, 1).collect();
    let width = clusters.last().map_or(0, |last| last.end);
    if width <= cells {
        return text.to_owned();
    }
    let from = width + 1 - cells.max(1);
    let kept = clusters.iter().filter(|cluster| cluster.start >= from);
    kept.fold("…".to_owned(), |out, cluster| out + cluster.text)
}

/// `12,345 lines`
pub(super) fn counted(noun: &str, count: usize) -> String {
    format!("{} {}", thousands(count), text::plural(noun, count))
}

/// `12,345`
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_is_cut_between_characters_and_says_so() {
        assert_eq!(line("aé", 3), "aé");
        assert_eq!(line("aéb", 2), "a … 3 more bytes");
        assert_eq!(block("a\n\tb\u{1b}\nc", 4), "a\n    b … 3 more bytes");
        assert_eq!(line("a\n\u{202e}\u{ffff}", 99), "a\\n<U+202E>\u{fffd}");
    }

    #[test]
    fn ends_fit() {
        assert_eq!(end("a::b", 4), "a::b");
        assert_eq!(end("a::bc", 4), "…:bc");
        assert_eq!(end("漢漢漢", 4), "…漢");
        assert_eq!(end("abc", 0), "…");
    }

    #[test]
    fn numbers_are_grouped() {
        let numbers = [0, 999, 1000, 1_234_567].map(thousands);
        assert_eq!(numbers, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted("line", 1), "1 line");
    }
}
