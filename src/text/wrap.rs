//! Wraps long text into lines of a given width.

use std::borrow::Cow;

use super::{CellOptions, cells, is_plain, more};

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

/// The maximum number of lines that [`wrap`] returns, without the one about omitted lines.
const MAX_LINES: usize = 100;

/// The maximum length in bytes of a word that is wider than its line and still not broken.
const MAX_URL_BYTES: usize = 2048;

/// What [`wrap_with`] does with a word that contains `://` and is wider than the line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LongUrls {
    /// The line is wider than requested. People copy such a word, and terminals make it a link, only as a whole. A word
    /// of more than 2048 bytes is broken all the same.
    Keep,
    /// The word is broken, so that no line is wider than requested.
    Break,
}

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

/// Splits `text` into lines as [`wrap_with`] does with [`LongUrls::Keep`].
///
/// ```
/// use vitte_diag::text;
///
/// let wrapped = text::wrap("one two three", 4, 8);
/// assert_eq!(wrapped.lines().collect::<Vec<_>>(), ["one two", "three"]);
/// ```
#[must_use]
pub fn wrap(text: &str, options: impl Into<CellOptions>, width: usize) -> WrappedText<'_> {
    wrap_with(text, options, width, LongUrls::Keep)
}

/// Splits `text` into escaped lines of at most `width` cells. Tabs become spaces up to the next tab stop of
/// `options`, which may be the distance of tab stops in cells.
///
/// A line is broken at spaces, which are dropped. A word that is wider than `width` is broken behind `::`, `,`, `;`,
/// `/`, `\` or `->`, else behind other punctuation, else between any two characters. A word with `://` is only broken
/// if it does not fit on a line of its own, and if `urls` says so.
///
/// Text of more than 100 lines is cut, and its last line is `... and 900 more lines`, or another text that
/// says what is omitted. Lines after the first pass through [`escape_workflow_command`].
///
/// ```
/// use vitte_diag::text::{self, LongUrls};
///
/// let wrapped = text::wrap("found `Map<String,Vec<core::option::Option<u8>>>`", 4, 20);
/// let expected = ["found", "`Map<String,", "Vec<core::option::", "Option<u8>>>`"];
/// assert_eq!(wrapped.lines().collect::<Vec<_>>(), expected);
///
/// let text = "see https://example.org/list";
/// let wrapped = text::wrap_with(text, 4, 20, LongUrls::Break);
/// assert_eq!(wrapped.lines().collect::<Vec<_>>(), ["see", "https://example.org/", "list"]);
/// ```
#[must_use]
pub fn wrap_with(
    text: &str,
    options: impl Into<CellOptions>,
    width: usize,
    urls: LongUrls,
) -> WrappedText<'_> {
    if text.len() <= width && is_plain(text) {
        return WrappedText::Line(text);
    }
    let options = options.into();
    let mut wrapped = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let before = wrapped.len();
        if line.len() <= width && is_plain(line) {
            wrapped.push(Cow::Borrowed(line));
        } else {
            LineWrapper::new(width, urls, &mut wrapped).wrap(line, options);
        }
        if wrapped.len() > MAX_LINES {
            wrapped.truncate(MAX_LINES);
            wrapped.push(Cow::Owned(omitted(before < MAX_LINES, lines.count())));
            break;
        }
    }
    let mut is_wider = false;
    for line in wrapped.iter_mut().skip(1) {
        let len = line.len();
        *line = escape_workflow_command(std::mem::take(line));
        is_wider |= line.len() > len && options.width_of(line) > width;
    }
    if is_wider && width > 1 {
        // The backslash needs a cell.
        return wrap_with(text, options, width - 1, urls);
    }
    WrappedText::Lines(wrapped)
}

/// Returns the text for what is omitted: the end of a line or all of it, and `rest` lines after it.
fn omitted(is_end: bool, rest: usize) -> String {
    match (is_end, rest) {
        (false, _) => format!("... and {}", more("line", rest + 1)),
        (true, 0) => "... and the rest of this line".to_owned(),
        (true, _) => format!("... and the rest of this line, and {}", more("line", rest)),
    }
}

/// Wraps one line of text.
struct LineWrapper<'w, 'a> {
    width: usize,
    urls: LongUrls,
    wrapped: &'w mut Vec<Cow<'a, str>>,
    /// The escaped text of the line that is being filled, and its cells.
    piece: String,
    cells: usize,
    /// Where `piece` may be broken: the last break of each kind.
    breaks: [Option<Break>; 4],
}

/// A place in a piece where it may be broken, in bytes and in cells.
#[derive(Clone, Copy)]
struct Break {
    byte: usize,
    cell: usize,
}

/// The kinds of breaks, the best one first.
#[derive(Clone, Copy)]
enum BreakKind {
    /// Before a word.
    Word,
    /// Behind what separates the parts of a path or of a list.
    Part,
    /// Behind other punctuation.
    Punctuation,
    /// Before the last character.
    Character,
}

impl<'w, 'a> LineWrapper<'w, 'a> {
    const fn new(width: usize, urls: LongUrls, wrapped: &'w mut Vec<Cow<'a, str>>) -> Self {
        Self { width, urls, wrapped, piece: String::new(), cells: 0, breaks: [None; 4] }
    }

    /// Adds the lines of `line`. Stops soon after [`MAX_LINES`].
    fn wrap(mut self, line: &str, options: CellOptions) {
        let (mut rest, mut before, mut is_whole) = (line, " ", false);
        for cluster in cells(line, options) {
            let is_word = !is_blank(cluster.text);
            if is_word && is_blank(before) {
                is_whole = self.is_whole(rest, options);
                self.allow(BreakKind::Word);
            } else if !is_whole {
                self.allow(BreakKind::Character);
            }
            rest = rest.get(cluster.text.len()..).unwrap_or_default();
            cluster.push_to(&mut self.piece);
            self.cells += cluster.cells();
            if is_word {
                self.break_piece();
            }
            if self.wrapped.len() > MAX_LINES {
                return;
            }
            if let Some(kind) = break_behind(before, cluster.text, rest).filter(|_| !is_whole) {
                self.allow(kind);
            }
            before = cluster.text;
        }
        self.piece.truncate(self.piece.trim_end_matches(' ').len());
        self.wrapped.push(Cow::Owned(self.piece));
    }

    /// Returns true if the word at the start of `text` is not broken.
    fn is_whole(&self, text: &str, options: CellOptions) -> bool {
        let word = text.split(is_blank_char).next().unwrap_or_default();
        word.len() <= MAX_URL_BYTES
            && word.contains("://")
            && (self.urls == LongUrls::Keep || options.width_of(word) <= self.width)
    }

    /// Allows a break at the end of the piece.
    fn allow(&mut self, kind: BreakKind) {
        let end = Break { byte: self.piece.len(), cell: self.cells };
        if let Some(slot) = self.breaks.get_mut(kind as usize).filter(|_| end.byte > 0) {
            *slot = Some(end);
        }
    }

    /// Breaks the piece until it fits, at the best breaks.
    fn break_piece(&mut self) {
        while self.cells > self.width {
            let Some(at) = self.breaks.iter().flatten().next().copied() else { return };
            let rest = self.piece.split_off(at.byte);
            let kept = rest.trim_start_matches(' ');
            let start = Break {
                byte: at.byte + rest.len() - kept.len(),
                cell: at.cell + rest.len() - kept.len(),
            };
            let head = self.piece.trim_end_matches(' ');
            // The indentation of a word that does not fit beside it is dropped.
            if !head.is_empty() {
                self.wrapped.push(Cow::Owned(head.to_owned()));
            }
            self.piece = kept.to_owned();
            self.cells -= start.cell;
            for slot in &mut self.breaks {
                *slot = slot.filter(|found| found.byte > start.byte).map(|found| Break {
                    byte: found.byte - start.byte,
                    cell: found.cell - start.cell,
                });
            }
        }
    }
}

const fn is_blank_char(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// Returns true if a cluster is a blank.
fn is_blank(cluster: &str) -> bool {
    matches!(cluster, " " | "\t")
}

/// Returns the kind of break that is allowed between the clusters `before` and `last`, which are adjacent, and the text
/// `rest`.
fn break_behind(before: &str, last: &str, rest: &str) -> Option<BreakKind> {
    /// What belongs to the punctuation before it.
    const NOT_FIRST: [char; 17] =
        [':', '>', '=', '.', ',', ';', '|', '&', '/', '\\', '`', '"', '\'', ')', ']', '}', '?'];
    if rest.starts_with(NOT_FIRST) {
        return None;
    }
    match (before, last) {
        // The name of a scheme stays with what follows it.
        ("/", "/") => None,
        (":", ":") | ("-", ">") | (_, "," | ";" | "/" | "\\") => Some(BreakKind::Part),
        (
            _,
            "." | ":" | "<" | "(" | "[" | "{" | "&" | "=" | "|" | "-" | "_" | "?" | "+" | "#" | "@",
        ) => Some(BreakKind::Punctuation),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
