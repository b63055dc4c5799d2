//! GitHub Flavored Markdown: <https://github.github.com/gfm/>. Text from a report is always in code spans or
//! blocks, so that it cannot mention users, link issues or contain markup.

/// Returns one line of text as a code span (section 6.3), delimited by more backticks than any run in it. It
/// can be used in a table cell: `|`, which would end the cell, is replaced by `¦`.
pub(super) fn code(text: &str) -> String {
    let text = text.replace('|', "¦");
    let ticks = "`".repeat(longest_backtick_run(&text) + 1);
    // A space separates backticks of the text from the delimiter, and is not rendered.
    let space = if text.contains('`') { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// Returns lines as a fenced code block (section 4.5), delimited by more backticks than any run in them. The
/// lines must not contain line ends.
pub(super) fn fenced(lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_backtick_run(line)).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}text\n{}\n{fence}\n", lines.join("\n"))
}

/// Inserts a space after `@` and `#`, so that they neither mention a user nor link an issue. For titles, which
/// have no code spans.
pub(super) fn without_mentions(text: &str) -> String {
    text.replace('@', "@ ").replace('#', "# ")
}

/// Returns the length of the longest run of backticks.
fn longest_backtick_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_end_its_code_span_or_block() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``"), "``` a`b`` ```");
        assert_eq!(code("a|b\\|c"), "`a¦b\\¦c`");
        assert_eq!(fenced(&["a".to_owned()]), "```text\na\n```\n");
        assert_eq!(fenced(&["````".to_owned(), "b".to_owned()]), "`````text\n````\nb\n`````\n");
    }
}
