//! Splits a text into lines, and describes the differences that lines do not show: line ends and the byte order mark.

use super::sequence::Change;

/// The maximum number of ranges of lines that a note about line ends lists.
const MAX_RANGES: usize = 4;

/// How a line ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// The text ends without a line feed.
    Nothing,
    LineFeed,
    /// A carriage return and a line feed.
    CrLf,
}

impl End {
    const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::LineFeed => "LF",
            Self::CrLf => "CRLF",
        }
    }
}

/// A text as lines without their ends.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    pub(super) texts: Vec<&'t str>,
    ends: Vec<End>,
    has_byte_order_mark: bool,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let without_mark = text.strip_prefix('\u{feff}');
        let lines = without_mark.unwrap_or(text).split_inclusive('\n');
        let split = lines.map(|line| match (line.strip_suffix("\r\n"), line.strip_suffix('\n')) {
            (Some(line), _) => (line, End::CrLf),
            (None, Some(line)) => (line, End::LineFeed),
            (None, None) => (line, End::Nothing),
        });
        let (texts, ends) = split.unzip();
        Self { texts, ends, has_byte_order_mark: without_mark.is_some() }
    }

    /// Returns the line at `index`, or an empty text.
    pub(super) fn text(&self, index: usize) -> &'t str {
        self.texts.get(index).copied().unwrap_or_default()
    }

    fn end(&self, index: usize) -> End {
        self.ends.get(index).copied().unwrap_or(End::Nothing)
    }

    /// Returns true if some line ends in `end`.
    fn has(&self, end: End) -> bool {
        self.ends.contains(&end)
    }

    /// Returns `\r` if the line ends in CRLF.
    pub(super) fn carriage_return(&self, index: usize) -> &'static str {
        if self.end(index) == End::CrLf { "\\r" } else { "" }
    }

    /// Returns true if the text ends without a line feed. An empty text does not.
    fn is_unfinished(&self) -> bool {
        self.ends.last() == Some(&End::Nothing)
    }
}

/// Returns true if some lines of the two texts end in LF and others in CRLF.
pub(super) fn have_mixed_ends(old: &Lines<'_>, new: &Lines<'_>) -> bool {
    let has = |end| old.has(end) || new.has(end);
    has(End::CrLf) && has(End::LineFeed)
}

/// Returns the differences that lines do not show, a sentence each:
///
/// ```text
/// the actual text begins with a byte order mark (U+FEFF), the expected one does not
/// lines 1-3, 7 end in LF in the expected text, in CRLF in the actual one
/// the expected text ends with a line feed, the actual one does not
/// ```
///
/// `pairs` are the indexes of the lines that are compared with each other. Lines are numbered as in the expected text.
pub(super) fn notes(old: &Lines<'_>, new: &Lines<'_>, pairs: &[(usize, usize)]) -> Vec<String> {
    let mut notes = Vec::new();
    match (old.has_byte_order_mark, new.has_byte_order_mark) {
        (true, false) => notes.push(byte_order_mark("expected", "actual")),
        (false, true) => notes.push(byte_order_mark("actual", "expected")),
        _ => {}
    }
    let mut kinds: Vec<((End, End), Vec<usize>)> = Vec::new();
    for &(old_line, new_line) in pairs {
        let ends = (old.end(old_line), new.end(new_line));
        if ends.0 == ends.1 || ends.0 == End::Nothing || ends.1 == End::Nothing {
            continue;
        }
        match kinds.iter_mut().find(|(kind, _)| *kind == ends) {
            Some((_, lines)) => lines.push(old_line + 1),
            None => kinds.push((ends, vec![old_line + 1])),
        }
    }
    for ((old_end, new_end), lines) in &kinds {
        let (noun, verb) = if lines.len() == 1 { ("line", "ends") } else { ("lines", "end") };
        let (lines, old_end, new_end) = (ranges(lines), old_end.name(), new_end.name());
        notes.push(format!(
            "{noun} {lines} {verb} in {old_end} in the expected text, in {new_end} in the actual one"
        ));
    }
    notes.extend(final_line_feed(old, new));
    notes
}

fn byte_order_mark(with: &str, without: &str) -> String {
    format!("the {with} text begins with a byte order mark (U+FEFF), the {without} one does not")
}

fn final_line_feed(old: &Lines<'_>, new: &Lines<'_>) -> Option<String> {
    let (with, without, other) = match (old.is_unfinished(), new.is_unfinished()) {
        (true, false) => ("actual", "expected", new),
        (false, true) => ("expected", "actual", old),
        _ => return None,
    };
    Some(if other.texts.is_empty() {
        format!("the {with} text is empty, the {without} one does not end with a line feed")
    } else {
        format!("the {with} text ends with a line feed, the {without} one does not")
    })
}

/// Returns sorted line numbers as ranges: `1-3, 7`.
fn ranges(lines: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &line in lines {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => ranges.push((line, line)),
        }
    }
    let shown = ranges.iter().take(MAX_RANGES);
    let shown = shown.map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    let mut text = shown.collect::<Vec<_>>().join(", ");
    let omitted: usize = ranges.iter().skip(MAX_RANGES).map(|(first, last)| last - first + 1).sum();
    if omitted > 0 {
        text.push_str(&format!(" and {}", vitte_diag::text::more("line", omitted)));
    }
    text
}

/// Returns the indexes of the equal lines before, between and after `changes`.
pub(super) fn equal_pairs(
    old_len: usize,
    changes: &[Change],
) -> impl Iterator<Item = (usize, usize)> {
    let starts = [(0, 0)].into_iter();
    let starts = starts.chain(changes.iter().map(|change| (change.old.end, change.new.end)));
    let ends = changes.iter().map(|change| change.old.start).chain([old_len]);
    starts.zip(ends).flat_map(|((old, new), end)| (old..end).zip(new..))
}
