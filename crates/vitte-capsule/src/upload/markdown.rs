//! Text in Markdown as GitHub has it: <https://github.github.com/gfm/>. What comes from a report stands in
//! code alone, so that no name is called, no issue is linked and no markup is obeyed.

/// `text`, which has one line, in a code span (section 6.3): between more backticks than it has in a
/// row. For a cell of a table too, so that a `|` in it, which would end the cell, is shown as `¦`.
pub(super) fn code(text: &str) -> String {
    let text = text.replace('|', "¦");
    let ticks = "`".repeat(longest_row(&text) + 1);
    // A blank keeps a backtick of the text from the mark, and is not shown.
    let blank = if text.contains('`') { " " } else { "" };
    format!("{ticks}{blank}{text}{blank}{ticks}")
}

/// `lines`, of which each has no line end, in a fenced block (section 4.5), between more backticks than
/// any of them has in a row.
pub(super) fn fenced(lines: &[String]) -> String {
    let most = lines.iter().map(|line| longest_row(line)).max().unwrap_or_default();
    let fence = "`".repeat((most + 1).max(3));
    format!("{fence}text\n{}\n{fence}\n", lines.join("\n"))
}

/// `text` for a place without code spans: `@name` and `#123` with a blank in them, so that they are
/// neither names nor numbers.
pub(super) fn apart(text: &str) -> String {
    text.replace('@', "@ ").replace('#', "# ")
}

/// The most backticks in a row.
fn longest_row(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_code() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``"), "``` a`b`` ```");
        assert_eq!(code("a|b\\|c"), "`a¦b\\¦c`");
        assert_eq!(fenced(&["a".to_owned()]), "```text\na\n```\n");
        assert_eq!(fenced(&["````".to_owned(), "b".to_owned()]), "`````text\n````\nb\n`````\n");
    }
}
