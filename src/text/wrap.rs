//! Wraps long text into lines of a given width.

use std::borrow::Cow;

use super::{Cluster, cells, is_plain, lines, width_of};

/// Puts a backslash before a leading `::`, so that GitHub Actions does not interpret a line of its log as
/// a workflow command. The `::` may follow white space. Meant for every line after the first.
#[must_use]
pub fn escape_workflow_command(line: Cow<'_, str>) -> Cow<'_, str> {
    let content = line.trim_start();
    if !content.starts_with("::") {
        return line;
    }
    let blanks = line.get(..line.len() - content.len()).unwrap_or_default();
    Cow::Owned(format!("{blanks}\\{content}"))
}

/// The maximum number of lines that [`wrap`] returns.
const MAX_LINES: usize = 100;

/// A line is also broken after this many bytes per cell, because zero-width characters fill no cell.
const MAX_BYTES_PER_CELL: usize = 64;

/// Wrapped lines, see [`wrap`].
#[derive(Debug)]
pub enum WrappedText<'a> {
    /// Text that fits on one line, unchanged.
    Line(&'a str),
    /// Any other text.
    Lines(Vec<Cow<'a, str>>),
}

impl WrappedText<'_> {
    /// Returns the lines, without line ends.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        let (line, lines) = match self {
            Self::Line(line) => (Some(*line), &[][..]),
            Self::Lines(lines) => (None, lines.as_slice()),
        };
        line.into_iter().chain(lines.iter().map(AsRef::as_ref))
    }
}

/// Splits `text` into escaped [`lines`] of at most `width` cells. Tabs become spaces up to the next multiple of
/// `tab_width` cells.
///
/// Text of more than 100 lines is cut, and its last line is `... and more lines`. Lines after the first
/// pass through [`escape_workflow_command`].
///
/// ```
/// use vitte_diag::text;
///
/// let wrapped = text::wrap("one two three", 4, 8);
/// assert_eq!(wrapped.lines().collect::<Vec<_>>(), ["one two", "three"]);
/// ```
#[must_use]
pub fn wrap(text: &str, tab_width: usize, width: usize) -> WrappedText<'_> {
    if text.len() <= width && is_plain(text) {
        return WrappedText::Line(text);
    }
    let mut wrapped = Vec::new();
    for line in lines(text, tab_width) {
        wrap_line(line, width, &mut wrapped);
        if wrapped.len() > MAX_LINES {
            wrapped.truncate(MAX_LINES);
            wrapped.push(Cow::Borrowed("... and more lines"));
            break;
        }
    }
    for line in wrapped.iter_mut().skip(1) {
        *line = escape_workflow_command(std::mem::take(line));
    }
    WrappedText::Lines(wrapped)
}

/// Adds an escaped line to `pieces` in pieces of at most `width` cells. The line is broken at spaces, which are
/// dropped, or inside a word that is wider than `width`. Stops soon after [`MAX_LINES`].
fn wrap_line<'a>(line: Cow<'a, str>, width: usize, pieces: &mut Vec<Cow<'a, str>>) {
    if line.len() <= width && is_plain(&line) {
        return pieces.push(line);
    }
    // The current piece: its first byte, its first cell, and the byte after its last word.
    let (mut start, mut from, mut word_end) = (0, 0, None);
    let mut cuts = Vec::new();
    let mut at = 0;
    for Cluster { text, start: cell, end } in cells(&line, 1) {
        let piece = line.get(start..at).unwrap_or_default();
        if text == " " && !piece.ends_with(' ') && !piece.trim_start_matches(' ').is_empty() {
            word_end = Some(at);
        }
        let is_full = end - from > width || at - start > MAX_BYTES_PER_CELL * width.max(1);
        if is_full && text != " " && at > start {
            let cut = word_end.take().unwrap_or(at);
            cuts.push(start..cut);
            let rest = line.get(cut..at).unwrap_or_default();
            start = at - rest.trim_start_matches(' ').len();
            from = cell - width_of(line.get(start..at).unwrap_or_default());
            if pieces.len() + cuts.len() > MAX_LINES {
                break;
            }
        }
        at += text.len();
    }
    if cuts.is_empty() {
        return pieces.push(line);
    }
    cuts.push(start..line.len());
    let piece = |cut: std::ops::Range<usize>| {
        line.get(cut).unwrap_or_default().trim_end_matches(' ').to_owned()
    };
    pieces.extend(cuts.into_iter().map(piece).map(Cow::Owned));
}

#[cfg(test)]
mod tests {
    fn wrap(text: &str, tab_width: usize, width: usize) -> Vec<String> {
        super::wrap(text, tab_width, width).lines().map(str::to_owned).collect()
    }

    #[test]
    fn long_lines_are_broken_at_spaces_and_words_only_if_they_are_too_wide() {
        let wrapped = |text, width| wrap(text, 4, width).join("|");
        assert_eq!(wrapped("one two three", 20), "one two three");
        assert_eq!(wrapped("one two three", 8), "one two|three");
        assert_eq!(wrapped("one two three", 7), "one two|three");
        assert_eq!(wrapped("one two three", 5), "one|two|three");
        assert_eq!(wrapped("one  two", 4), "one|two");
        assert_eq!(wrapped("abcdefgh ij", 3), "abc|def|gh|ij");
        assert_eq!(wrapped("  indented words", 10), "  indented|words");
        assert_eq!(wrapped("日本語の文", 4), "日本|語の|文");
        assert_eq!(wrapped("👩\u{200d}🔬👩\u{200d}🔬", 3), "👩\u{200d}🔬|👩\u{200d}🔬");
        assert_eq!(wrapped("a\n\nb c", 1), "a||b|c");
        assert_eq!(
            wrapped("日本", 1),
            "日|本",
            "a character that is wider than the line is still shown"
        );
    }

    #[test]
    fn workflow_commands_are_escaped_after_the_first_line() {
        let lines = wrap("::a\n::b\n \t::c\nd ::e", 4, 80);
        assert_eq!(lines, ["::a", "\\::b", "    \\::c", "d ::e"]);
        assert_eq!(wrap("one ::two", 4, 5), ["one", "\\::two"]);
    }

    #[test]
    fn very_long_texts_are_cut() {
        let text = "line\n".repeat(1000);
        let lines = wrap(&text, 4, 80);
        assert_eq!(lines.len(), 101);
        assert_eq!(lines[100], "... and more lines");
        assert_eq!(wrap(&"x".repeat(1 << 20), 4, 80).len(), 101);
        let no_width: usize =
            wrap(&"\u{200b}".repeat(1 << 20), 4, 80).iter().map(|line| line.len()).sum();
        assert!(no_width < 700_000, "{no_width} bytes");
    }
}
