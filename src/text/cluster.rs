//! Divides a line into what a reader perceives as characters, and measures them in cells.

use std::fmt::{self, Write as _};

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::invisible::needed;
use super::{is_invisible, is_plain, is_unsafe};

/// How many cells an emoji takes that consists of several characters.
///
/// Terminals disagree, see `docs/terminals.md`: of 15 that were measured, 11 draw the characters of 👩‍🔬 side by side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum EmojiWidth {
    /// The sum of the widths of its characters, as most terminals count: four cells for 👩‍🔬 (two emoji and U+200D),
    /// one cell for a heart with U+FE0F.
    #[default]
    Separate,
    /// The width of one emoji, two cells, as in terminals that draw one image for the whole sequence.
    Joined,
}

/// How text is measured: the distance of tab stops, and the width of emoji.
///
/// A number is the distance of tab stops:
///
/// ```
/// use vitte_diag::text::{self, CellOptions, EmojiWidth};
///
/// let end = |options: CellOptions| text::cells("\t👩\u{200d}🔬", options).last().map(|last| last.end);
/// assert_eq!(end(4.into()), Some(8));
/// assert_eq!(end(CellOptions::new(4).with_emoji(EmojiWidth::Joined)), Some(6));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct CellOptions {
    /// The distance of tab stops in cells. 0 is treated as 1.
    pub tab_width: usize,
    /// The width of emoji that consist of several characters.
    pub emoji: EmojiWidth,
}

impl CellOptions {
    /// Creates options with tab stops at the multiples of `tab_width` cells, and
    /// [`EmojiWidth::Separate`].
    #[must_use]
    pub const fn new(tab_width: usize) -> Self {
        Self { tab_width, emoji: EmojiWidth::Separate }
    }

    /// Sets the width of emoji that consist of several characters.
    #[must_use]
    pub const fn with_emoji(mut self, emoji: EmojiWidth) -> Self {
        self.emoji = emoji;
        self
    }

    /// Returns the width of an escaped `text` in cells.
    #[must_use]
    pub fn width_of(self, text: &str) -> usize {
        if is_plain(text) {
            text.len()
        } else {
            cells(text, self).last().map_or(0, |last| last.end)
        }
    }
}

impl From<usize> for CellOptions {
    /// Creates options from the distance of tab stops in cells.
    fn from(tab_width: usize) -> Self {
        Self::new(tab_width)
    }
}

/// A grapheme cluster: what a reader perceives as one character (Unicode UAX #29). Text is never cut inside
/// a cluster.
///
/// A character that is replaced is a cluster of its own. A cluster is at least one cell wide.
#[derive(Clone, Copy, Debug)]
pub struct Cluster<'a> {
    /// The text of the cluster.
    pub text: &'a str,
    /// The first cell of the cluster on its line, 0-based.
    pub start: usize,
    /// The cell after the last one.
    pub end: usize,
}

impl Cluster<'_> {
    /// Returns the width in cells.
    #[must_use]
    pub const fn cells(&self) -> usize {
        self.end - self.start
    }

    /// Returns true if the cluster is a character that is replaced.
    pub(super) fn is_replaced(&self) -> bool {
        self.text.chars().next().is_some_and(is_replaced)
    }

    /// Appends the cluster to `out`, escaped for a terminal. A tab becomes spaces.
    pub fn push_to(&self, out: &mut String) {
        if self.text == "\t" {
            return out.extend(std::iter::repeat_n(' ', self.cells()));
        }
        for (index, c) in self.text.char_indices() {
            if is_unsafe(c) || (index == 0 && is_replaced(c)) {
                // Writing to a string cannot fail.
                _ = write!(out, "{}", Replacement::of(c));
            } else {
                out.push(c);
            }
        }
    }
}

/// Returns the grapheme clusters of `line` with the cells of each. A tab ends at the next tab stop of `options`,
/// which may be the distance of tab stops in cells.
///
/// A character that is replaced is a cluster of its own, and what follows it is not joined with it. So are the marks
/// and letters after the first 32 characters of a very long cluster.
pub fn cells(line: &str, options: impl Into<CellOptions>) -> impl Iterator<Item = Cluster<'_>> {
    Cells::new(line, options.into())
}

/// The clusters of a line. A clone continues where the original is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cells<'a> {
    rest: &'a str,
    /// The number of bytes of `rest` that belong to a grapheme cluster of which a part was returned.
    grapheme: usize,
    /// The first cell of the next cluster.
    start: usize,
    options: CellOptions,
}

impl<'a> Cells<'a> {
    pub(crate) const fn new(line: &'a str, options: CellOptions) -> Self {
        Self { rest: line, grapheme: 0, start: 0, options }
    }

    /// Returns the clusters of a line after `bytes` bytes and `start` cells, with `grapheme` from a position that is
    /// [known](Self::position).
    pub(crate) fn resume(
        line: &'a str,
        (bytes, start, grapheme): (usize, usize, usize),
        options: CellOptions,
    ) -> Self {
        Self { rest: line.get(bytes..).unwrap_or_default(), grapheme, start, options }
    }

    /// Returns the arguments of [`resume`](Self::resume): the bytes and cells of `line` before the next cluster, and a
    /// number of bytes.
    pub(crate) const fn position(&self, line: &str) -> (usize, usize, usize) {
        (line.len() - self.rest.len(), self.start, self.grapheme)
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cluster<'a>;

    #[inline]
    fn next(&mut self) -> Option<Cluster<'a>> {
        let CellOptions { tab_width, emoji } = self.options;
        let text;
        (text, self.grapheme, self.rest) = first_cluster(self.rest, self.grapheme)?;
        let start = self.start;
        let tab_width = tab_width.max(1);
        self.start += match text.as_bytes() {
            b"\t" => tab_width - start % tab_width,
            [b' '..=b'~'] => 1,
            _ => cluster_cells(text, emoji),
        };
        Some(Cluster { text, start, end: self.start })
    }
}

/// Returns the cells of `line` before byte `offset`, or before the cluster that contains it.
pub(crate) fn cells_before(line: &str, offset: usize, options: impl Into<CellOptions>) -> usize {
    Cells::new(line, options.into()).before(line, offset)
}

impl Cells<'_> {
    /// Returns the cells of `line` before byte `offset`, or before the cluster that contains it. The offset is not
    /// before the next cluster.
    pub(crate) fn before(self, line: &str, offset: usize) -> usize {
        let (mut byte, mut end, _) = self.position(line);
        for cluster in self {
            byte += cluster.text.len();
            if byte > offset {
                return cluster.start;
            }
            end = cluster.end;
        }
        end
    }
}

/// Splits `text` after its first cluster. Returns `None` if `text` is empty.
///
/// `grapheme` is the number of bytes that are known to belong to one grapheme cluster, or 0. The number after the
/// first cluster is returned too.
fn first_cluster(text: &str, grapheme: usize) -> Option<(&str, usize, &str)> {
    let grapheme = match text.as_bytes() {
        _ if grapheme > 0 => grapheme,
        // Only a non-ASCII character can extend the cluster before it.
        [b' '..=b'~'] | [b' '..=b'~', ..=b'\x7f', ..] => 1,
        _ => text.graphemes(true).next()?.len(),
    };
    let (cluster, after) = text.split_at_checked(grapheme)?;
    let len = if grapheme == 1 { 1 } else { first_part(cluster, after) };
    let (first, rest) = text.split_at_checked(len)?;
    Some((first, grapheme.saturating_sub(len), rest))
}

/// The maximum number of characters of a cluster. Stream-safe text has at most 30 marks behind a base character (UAX
/// #15, section 13).
const MAX_CHARS: usize = 32;
/// The maximum number of characters of a cluster that have a width of their own. A kiss of two people with skin tones
/// has six.
const MAX_BASES: usize = 10;

/// Returns the length of the part of a grapheme cluster that is drawn together: its first character if that is
/// replaced, else all up to one that is. `after` is what follows the grapheme cluster.
fn first_part(grapheme: &str, after: &str) -> usize {
    let mut chars = grapheme.chars();
    let Some(mut before) = chars.next() else { return 0 };
    let mut len = before.len_utf8();
    if is_replaced(before) {
        return len;
    }
    let (mut count, mut bases) = (1, 1);
    while let Some(c) = chars.next() {
        let is_base = char_cells(c) > 0;
        bases += usize::from(is_base);
        count += 1;
        // A full cluster does not end in a joiner.
        let is_full = count > MAX_CHARS || bases > MAX_BASES;
        let ends_in_joiner = is_invisible(c) && (count == MAX_CHARS || bases == MAX_BASES);
        if is_unsafe(c) || is_full || ends_in_joiner {
            break;
        }
        let mut bytes = c.len_utf8();
        if is_invisible(c) {
            let rest = grapheme.get(len..).unwrap_or_default();
            let Some(needed) = needed(before, rest, after.chars().next()) else { break };
            bytes = needed;
            chars = rest.get(needed..).unwrap_or_default().chars();
        }
        len += bytes;
        before = c;
    }
    len
}

/// Returns true if `c` is replaced at the start of a cluster: it is unsafe or invisible, or it is a mark, which would
/// be drawn on whatever is before it.
pub(super) fn is_replaced(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\u{a0}'..='\u{2ff}' => c == '\u{ad}',
        _ => is_unsafe(c) || is_invisible(c) || char_cells(c) == 0,
    }
}

/// Returns the cells of `c`, which is not replaced.
pub(super) fn char_cells(c: char) -> usize {
    match c {
        // The joiner of Tifinagh and the Khmer sign beyyal, as terminals draw them.
        '\u{2d7f}' => 0,
        '\u{17d8}' => 1,
        _ => c.width().unwrap_or(0),
    }
}

/// Returns the cells of a cluster that is not a tab.
fn cluster_cells(text: &str, emoji: EmojiWidth) -> usize {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), _) if is_replaced(c) => Replacement::of(c).cells(),
        (Some(c), None) => char_cells(c),
        _ if emoji == EmojiWidth::Joined && text.contains(joins_emoji) => text.width(),
        _ => text.chars().map(char_cells).sum(),
    }
}

/// Returns true for a joiner, a variation selector of emoji and the skin tones.
const fn joins_emoji(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// What is shown instead of a character.
pub(super) enum Replacement {
    /// A character of the Unicode block *Control Pictures*.
    Symbol(char),
    /// The code point, as in `<U+202E>`.
    CodePoint(u32),
}

impl Replacement {
    pub(super) fn of(c: char) -> Self {
        let symbol = match c {
            '\u{7f}' => Some('\u{2421}'),
            '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
            _ => None,
        };
        symbol.map_or(Self::CodePoint(u32::from(c)), Self::Symbol)
    }

    fn cells(&self) -> usize {
        match self {
            Self::Symbol(_) => 1,
            Self::CodePoint(0x10_0000..) => "<U+100000>".len(),
            Self::CodePoint(0x1_0000..) => "<U+10000>".len(),
            Self::CodePoint(_) => "<U+1000>".len(),
        }
    }
}

impl fmt::Display for Replacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Symbol(symbol) => write!(f, "{symbol}"),
            Self::CodePoint(code_point) => write!(f, "<U+{code_point:04X}>"),
        }
    }
}

#[cfg(test)]
mod tests;
