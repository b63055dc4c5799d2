//! The beginning of what is too long for any reader. Nothing that a crash handler records is as long.

use vitte_diag::text;

/// Rows of a list that are written, in a pipe too.
pub(super) const MAX_ROWS: usize = 20_000;
/// Bytes of a text that are written.
const MAX_TEXT_BYTES: usize = 1 << 20;
/// Lines of a text that are written.
const MAX_TEXT_LINES: usize = 10_000;

/// Returns the beginning of a text, and a remark if that is not all: `... and 1048576 more bytes`.
pub(super) fn of_text(text: &str) -> (&str, Option<String>) {
    let head = text::truncate(text, MAX_TEXT_BYTES);
    let end = head.match_indices('\n').nth(MAX_TEXT_LINES - 1).map_or(head.len(), |(at, _)| at + 1);
    let head = head.get(..end).unwrap_or(head);
    let more = text.len() - head.len();
    (head, (more > 0).then(|| format!("... and {}", text::more("byte", more))))
}

/// Returns a remark if a list has more rows than are written: `... and 7 more variables`.
pub(super) fn more_rows(rows: usize, noun: &str) -> Option<String> {
    let more = rows.saturating_sub(MAX_ROWS);
    (more > 0).then(|| format!("... and {}", text::more(noun, more)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_reads_is_cut() {
        let honest = "x".repeat(200_000) + &"line\n".repeat(5_000);
        assert_eq!(of_text(&honest), (&*honest, None));
        let feeds = "\n".repeat(63 << 20);
        let (head, more) = of_text(&feeds);
        assert_eq!((head.len(), &*more.unwrap()), (10_000, "... and 66050288 more bytes"));
        let long = "é".repeat(1 << 20);
        let (head, more) = of_text(&long);
        assert_eq!((head.len(), &*more.unwrap()), (1 << 20, "... and 1048576 more bytes"));
        assert_eq!(of_text(&"x".repeat(1 << 20)).1, None);
        assert_eq!(more_rows(20_000, "variable"), None);
        assert_eq!(more_rows(20_001, "variable").unwrap(), "... and 1 more variable");
    }
}
