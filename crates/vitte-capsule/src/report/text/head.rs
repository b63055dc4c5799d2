//! The beginning of texts that are too long for any reader.

use vitte_diag::text;

/// Bytes of a text that are shown. A crash handler records at most 64 KiB of a message.
const MAX_BYTES: usize = 1 << 20;
/// Lines of a text that are shown.
const MAX_LINES: usize = 10_000;

/// Returns the beginning of a text, and a remark if that is not all: `... and 7 more bytes`.
pub(super) fn of_text(text: &str) -> (&str, Option<String>) {
    let head = text::truncate(text, MAX_BYTES);
    let end = head.match_indices('\n').nth(MAX_LINES - 1).map_or(head.len(), |(at, _)| at + 1);
    let head = head.get(..end).unwrap_or(head);
    let more = text.len() - head.len();
    (head, (more > 0).then(|| format!("... and {}", text::more("byte", more))))
}

/// Returns the beginning of a text as one safe line.
pub(super) fn line(text: &str) -> String {
    let (head, more) = of_text(text);
    let mut line = text::one_line(head).into_owned();
    if let Some(more) = more {
        line.push(' ');
        line.push_str(&more);
    }
    line
}
