//! Long texts in lines that fit.

use std::borrow::Cow;

use super::{Cluster, cells, is_plain, lines, width_of};

/// A further line of a text, so that a log of GitHub Actions takes it for no workflow command, as it
/// would take one that begins with `::`, after blanks too: a backslash stands before that.
#[must_use]
pub fn further_line(line: Cow<'_, str>) -> Cow<'_, str> {
    let content = line.trim_start();
    if !content.starts_with("::") {
        return line;
    }
    let blanks = line.get(..line.len() - content.len()).unwrap_or_default();
    Cow::Owned(format!("{blanks}\\{content}"))
}

/// The most lines that one text of a diagnostic takes.
const MOST_LINES: usize = 100;

/// More bytes than this for each cell are broken too: only text without a width has as many.
const MOST_BYTES_A_CELL: usize = 64;

/// The lines of a text as it is shown beside a gutter.
#[derive(Debug)]
pub enum Block<'a> {
    /// A short text as it is.
    Line(&'a str),
    /// A text of several lines.
    Lines(Vec<Cow<'a, str>>),
}

impl Block<'_> {
    /// The lines, without line ends.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        let (line, lines) = match self {
            Self::Line(line) => (Some(*line), &[][..]),
            Self::Lines(lines) => (None, lines.as_slice()),
        };
        line.into_iter().chain(lines.iter().map(AsRef::as_ref))
    }
}

/// `text` as it is shown beside a gutter: safe [`lines`] of at most `room` cells, and a last one that
/// says so where there are very many more.
#[must_use]
pub fn block(text: &str, tab_width: usize, room: usize) -> Block<'_> {
    if text.len() <= room && is_plain(text) {
        return Block::Line(text);
    }
    let mut shown = Vec::new();
    for line in lines(text, tab_width) {
        wrap(line, room, &mut shown);
        if shown.len() > MOST_LINES {
            shown.truncate(MOST_LINES);
            shown.push(Cow::Borrowed("... and more lines"));
            break;
        }
    }
    for line in shown.iter_mut().skip(1) {
        *line = further_line(std::mem::take(line));
    }
    Block::Lines(shown)
}

/// Adds a safe line in pieces of at most `room` cells: broken at blanks, which go, or inside a word
/// that has no room on a line of its own. Ends early where there are very many.
fn wrap<'a>(line: Cow<'a, str>, room: usize, pieces: &mut Vec<Cow<'a, str>>) {
    if line.len() <= room && is_plain(&line) {
        return pieces.push(line);
    }
    // The piece that is being filled: its first byte, its first cell, and where its last word ends.
    let (mut start, mut from, mut word_end) = (0, 0, None);
    let mut cuts = Vec::new();
    let mut at = 0;
    for Cluster { text, start: cell, end } in cells(&line, 1) {
        let piece = line.get(start..at).unwrap_or_default();
        if text == " " && !piece.ends_with(' ') && !piece.trim_start_matches(' ').is_empty() {
            word_end = Some(at);
        }
        let is_full = end - from > room || at - start > MOST_BYTES_A_CELL * room.max(1);
        if is_full && text != " " && at > start {
            let cut = word_end.take().unwrap_or(at);
            cuts.push(start..cut);
            let rest = line.get(cut..at).unwrap_or_default();
            start = at - rest.trim_start_matches(' ').len();
            from = cell - width_of(line.get(start..at).unwrap_or_default());
            if pieces.len() + cuts.len() > MOST_LINES {
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
    fn block(text: &str, tab_width: usize, room: usize) -> Vec<String> {
        super::block(text, tab_width, room).lines().map(str::to_owned).collect()
    }

    #[test]
    fn long_lines_are_broken_at_blanks_and_words_only_where_they_must() {
        let wrapped = |text, room| block(text, 4, room).join("|");
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
            "what is wider than the room is shown all the same"
        );
    }

    #[test]
    fn further_lines_are_no_workflow_commands() {
        let lines = block("::a\n::b\n \t::c\nd ::e", 4, 80);
        assert_eq!(lines, ["::a", "\\::b", "    \\::c", "d ::e"]);
        assert_eq!(block("one ::two", 4, 5), ["one", "\\::two"]);
    }

    #[test]
    fn very_long_texts_end() {
        let text = "line\n".repeat(1000);
        let lines = block(&text, 4, 80);
        assert_eq!(lines.len(), 101);
        assert_eq!(lines[100], "... and more lines");
        assert_eq!(block(&"x".repeat(1 << 20), 4, 80).len(), 101);
        let no_width: usize =
            block(&"\u{200b}".repeat(1 << 20), 4, 80).iter().map(|line| line.len()).sum();
        assert!(no_width < 700_000, "{no_width} bytes");
    }
}
