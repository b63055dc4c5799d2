//! Makes the text of a capsule safe and short enough for the page: invisible characters become visible escapes,
//! and long text is truncated. The templates escape markup.

use std::borrow::Cow;

use vitte_diag::text;

/// Returns `text` on one line. If it is longer than `max_bytes`, it is truncated, and the number of omitted
/// bytes is appended.
pub(super) fn line(text: &str, max_bytes: usize) -> String {
    let (head, omitted) = split(text, max_bytes);
    with_omitted(xml_characters(text::one_line(head)).into_owned(), omitted)
}

/// Returns `text` on one line. If it is longer than `max_bytes`, it is truncated, and an ellipsis is appended.
pub(super) fn short_line(text: &str, max_bytes: usize) -> String {
    let (head, omitted) = split(text, max_bytes);
    let mut line = xml_characters(text::one_line(head)).into_owned();
    if omitted > 0 {
        line.push('…');
    }
    line
}

/// Returns `text` with its line ends. If it is longer than `max_bytes`, it is truncated, and the number of
/// omitted bytes is appended.
pub(super) fn multi_line(text: &str, max_bytes: usize) -> String {
    let (head, omitted) = split(text, max_bytes);
    let lines: Vec<_> = text::lines(head, TAB_WIDTH).map(xml_characters).collect();
    with_omitted(lines.join("\n"), omitted)
}

/// The cells of a tab.
pub(super) const TAB_WIDTH: usize = 4;

/// Returns at most the first `max_bytes` bytes of a string, and the number of bytes after them.
fn split(text: &str, max_bytes: usize) -> (&str, usize) {
    let (head, rest) =
        text.split_at_checked(text::floor_char_boundary(text, max_bytes)).unwrap_or((text, ""));
    (head, rest.len())
}

fn with_omitted(mut text: String, omitted: usize) -> String {
    if omitted > 0 {
        text.push_str(&more_bytes(omitted));
    }
    text
}

/// Returns the text that replaces `count` omitted bytes.
pub(super) fn more_bytes(count: usize) -> String {
    format!(" … {}", counted("more byte", count))
}

/// Replaces two characters that are not allowed in HTML (13.2.3.5) and XML (2.2).
pub(super) fn xml_characters(text: Cow<'_, str>) -> Cow<'_, str> {
    const NONCHARACTERS: [char; 2] = ['\u{fffe}', '\u{ffff}'];
    match text.contains(NONCHARACTERS) {
        true => Cow::Owned(text.replace(NONCHARACTERS, "\u{fffd}")),
        false => text,
    }
}

/// Truncates a string at its start to `max_cells` cells: `…front::blocks::close`.
pub(super) fn truncate_start(text: &str, max_cells: usize) -> String {
    let clusters: Vec<_> = text::cells(text, 1).collect();
    let width = clusters.last().map_or(0, |last| last.end);
    if width <= max_cells {
        return text.to_owned();
    }
    let from = width + 1 - max_cells.max(1);
    let tail = clusters.iter().filter(|cluster| cluster.start >= from);
    tail.fold("…".to_owned(), |out, cluster| out + cluster.text)
}

/// Formats a count with its noun: `12,345 lines`.
pub(super) fn counted(noun: &str, count: usize) -> String {
    format!("{} {}", with_separators(count), text::plural(noun, count))
}

/// Formats a number with thousands separators: `12,345`.
pub(super) fn with_separators(number: usize) -> String {
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
    fn long_text_is_truncated_between_characters() {
        assert_eq!(line("aé", 3), "aé");
        assert_eq!(line("aéb", 2), "a … 3 more bytes");
        assert_eq!((&*short_line("aéb", 2), &*short_line("aé\n", 4)), ("a…", "aé\\n"));
        assert_eq!(multi_line("a\n\tb\u{1b}\nc", 4), "a\n    b … 3 more bytes");
        assert_eq!(line("a\n\u{202e}\u{ffff}", 99), "a\\n<U+202E><U+FFFF>");
    }

    #[test]
    fn truncated_text_fits() {
        assert_eq!(truncate_start("a::b", 4), "a::b");
        assert_eq!(truncate_start("a::bc", 4), "…:bc");
        assert_eq!(truncate_start("漢漢漢", 4), "…漢");
        assert_eq!(truncate_start("abc", 0), "…");
    }

    #[test]
    fn numbers_have_thousands_separators() {
        let numbers = [0, 999, 1000, 1_234_567].map(with_separators);
        assert_eq!(numbers, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted("line", 1), "1 line");
    }
}
