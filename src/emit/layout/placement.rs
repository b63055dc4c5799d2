//! Decides on which line under a row each message and each end of a multi-line label stands.
//!
//! ```text
//! 2 |   let x = f(a, b)
//!   |       -   ^ -  - level 0: beside the underline
//!   |       |   | |
//!   |       |   | level 1: hangs from its underline
//!   |       |   level 2
//!   |       level 3: below all labels on its right
//! ```
//!
//! From right to left each label gets a level. A label keeps the level of its neighbour if the two cannot touch. The
//! rules are those of rustc, so that the output is the same:
//! <https://github.com/rust-lang/rust/blob/master/compiler/rustc_errors/src/emitter.rs>.

use std::borrow::Cow;
use std::cmp::Reverse;

use smallvec::SmallVec;

use super::LabelVec;
use crate::model::LabelStyle;
use crate::text::{self, CellOptions, LongUrls};

/// A label, or an end of a multi-line label, on one row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Annotation<'m> {
    pub(super) style: LabelStyle,
    /// The first cell of the row's text that is underlined.
    pub(super) start: usize,
    /// The cell after the last one.
    pub(super) end: usize,
    /// The message, which is not empty.
    pub(super) message: Option<&'m str>,
    pub(super) part: Part,
}

/// The part of a label that a row shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Whole,
    /// The start of a multi-line label whose bar is in this lane.
    Start(usize),
    /// The end of a multi-line label whose bar is in this lane.
    End(usize),
}

impl Annotation<'_> {
    /// Returns true if dashes connect the annotation to a bar.
    pub(super) const fn has_dashes(&self) -> bool {
        !matches!(self.part, Part::Whole)
    }

    fn is_labelled(&self) -> bool {
        self.message.is_some()
    }

    pub(super) const fn len(&self) -> usize {
        self.end - self.start
    }

    /// Returns true if `self`, with `padding` more cells, and `other` have a cell in common.
    const fn overlaps(&self, other: &Self, padding: usize) -> bool {
        let end = self.end + padding;
        (other.start <= self.start && self.start < other.end)
            || (self.start <= other.start && other.start < end)
    }
}

/// The lines of a message, most often one.
pub(super) type MessageLines<'m> = SmallVec<[Cow<'m, str>; 1]>;

/// A wrapped message.
#[derive(Debug)]
pub(super) struct Message<'m> {
    pub(super) lines: MessageLines<'m>,
    /// The width of the longest line in cells.
    pub(super) cells: usize,
    /// The first cell of the message.
    pub(super) column: usize,
    /// The number of its first line, as [`Placed::level`].
    pub(super) level: usize,
    pub(super) stem: Stem,
}

/// What connects a message to its underline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stem {
    /// The message stands beside its underline, or directly below it.
    None,
    /// A stem to the line above the message, or to the start of the message.
    Straight,
    /// A stem that turns left to the start of the message, on the line above it.
    Turned,
}

impl Message<'_> {
    pub(super) fn has_stem(&self) -> bool {
        self.stem != Stem::None
    }
}

/// An annotation with its level.
#[derive(Debug)]
pub(super) struct Placed<'m> {
    pub(super) annotation: Annotation<'m>,
    /// 0 if the message stands beside the underline, else the number of the line on which the dashes are drawn. The
    /// message hangs below it.
    pub(super) level: usize,
    pub(super) message: Option<Message<'m>>,
}

impl Placed<'_> {
    /// Returns the level to which the stem reaches, 0 if there is none.
    pub(super) fn stem_level(&self) -> usize {
        match &self.message {
            Some(message) if message.has_stem() => message.level,
            _ if self.annotation.has_dashes() => self.level,
            _ => 0,
        }
    }
}

/// The lowest level that a stem reaches in each cell.
pub(super) struct StemLevels(SmallVec<[usize; 32]>);

impl StemLevels {
    pub(super) fn new(all: &[Placed<'_>]) -> Self {
        let mut levels = SmallVec::new();
        for placed in all.iter().filter(|placed| placed.stem_level() > 0) {
            let (cell, level) = (placed.annotation.start, placed.stem_level());
            if levels.len() <= cell {
                levels.resize(cell + 1, 0);
            }
            if let Some(lowest) = levels.get_mut(cell) {
                *lowest = level.max(*lowest);
            }
        }
        Self(levels)
    }

    /// Returns true if a stem that begins in the cell `start` goes on below the level.
    pub(super) fn go_on(&self, start: usize, level: usize) -> bool {
        self.0.get(start).is_some_and(|&lowest| lowest > level)
    }
}

/// The available width of a row, and how messages are wrapped.
#[derive(Clone, Copy, Debug)]
pub(super) struct MessageLayout {
    /// The cells of the text of a row.
    pub(super) width: usize,
    /// The cells before a hanging message.
    pub(super) lead: usize,
    pub(super) options: CellOptions,
}

/// The annotations of a row from right to left, each with its level.
#[derive(Debug)]
pub(super) struct Placement<'m> {
    pub(super) placed: LabelVec<Placed<'m>>,
}

impl<'m> Placement<'m> {
    pub(super) fn new(mut annotations: LabelVec<Annotation<'m>>, layout: MessageLayout) -> Self {
        annotations.sort_by_key(|annotation| Reverse(annotation.start));
        let messages: LabelVec<Option<Fitted<'m>>> = annotations
            .iter()
            .map(|annotation| annotation.message.map(|text| layout.fit(annotation, text)))
            .collect();
        let mut levels = levels(&annotations, &messages);
        if annotations.iter().all(|annotation| matches!(annotation.part, Part::Start(_))) {
            // Starts alone cross each other least if the leftmost one is the first.
            let last = levels.iter().copied().max().unwrap_or(0);
            levels.iter_mut().for_each(|level| *level = last - *level);
        }
        let all = annotations.into_iter().zip(levels).zip(&messages);
        let placed = all.map(|((annotation, level), message)| Placed {
            message: message.as_ref().map(|fitted| fitted.at(level, &annotation, layout)),
            annotation,
            level,
        });
        Self { placed: placed.collect() }
    }
}

/// A message of which it is known whether it fits beside its underline.
#[derive(Debug)]
struct Fitted<'m> {
    text: &'m str,
    /// The width of the message in cells if it is not wrapped.
    cells: usize,
    fits_beside: bool,
}

impl MessageLayout {
    fn fit<'m>(self, annotation: &Annotation<'_>, text: &'m str) -> Fitted<'m> {
        let cells = self.wrap(text, self.width).1;
        let fits_beside = self.fits(text, cells, self.beside(annotation));
        Fitted { text, cells, fits_beside }
    }

    /// Returns true if a message that is `cells` wide fits in `room` cells, or fits well on several lines.
    pub(super) fn fits(self, text: &str, cells: usize, room: usize) -> bool {
        let is_whole = |word: &str| self.options.width_of(word) <= room;
        cells <= room
            || (2 * room >= self.width
                && text.split_whitespace().all(is_whole)
                && self.wrap(text, room).1 <= room)
    }

    /// Returns the number of cells for a message beside an underline.
    const fn beside(self, annotation: &Annotation<'_>) -> usize {
        self.width.saturating_sub(annotation.end + 1)
    }

    /// Returns the width of the longest word in cells.
    pub(super) fn longest_word(self, text: &str) -> usize {
        text.split_whitespace().map(|word| self.options.width_of(word)).max().unwrap_or(0)
    }

    /// Wraps a message. Returns also the width of its longest line in cells.
    pub(super) fn wrap(self, text: &str, cells: usize) -> (MessageLines<'_>, usize) {
        let wrapped = text::wrap_with(text, self.options, cells.max(1), LongUrls::Break);
        let lines: MessageLines<'_> = match wrapped {
            text::WrappedText::Line(line) => smallvec::smallvec![Cow::Borrowed(line)],
            text::WrappedText::Lines(lines) => SmallVec::from_vec(lines),
        };
        let cells = lines.iter().map(|line| self.options.width_of(line)).max().unwrap_or(0);
        (lines, cells)
    }
}

impl<'m> Fitted<'m> {
    /// Wraps the message for its place.
    fn at(&self, level: usize, annotation: &Annotation<'_>, layout: MessageLayout) -> Message<'m> {
        if level == 0 {
            let (lines, cells) = layout.wrap(self.text, layout.beside(annotation));
            return Message { lines, cells, column: annotation.end + 1, level, stem: Stem::None };
        }
        let column = annotation.start + layout.lead;
        let room = layout.width.saturating_sub(column);
        let level = level + 1;
        if layout.fits(self.text, self.cells, room) {
            let (lines, cells) = layout.wrap(self.text, room);
            return Message { lines, cells, column, level, stem: Stem::Straight };
        }
        // The message ends at the right edge, as far right as its longest line allows.
        let longest = layout.longest_word(self.text).min(layout.width);
        let cells = self.cells.min(layout.width * 3 / 4).max(room).max(longest);
        let (lines, cells) = layout.wrap(self.text, cells);
        let column = layout.width.saturating_sub(cells);
        Message { lines, cells, column, level, stem: Stem::None }
    }
}

/// Returns the level of each annotation. They are sorted from right to left.
fn levels(annotations: &[Annotation<'_>], messages: &[Option<Fitted<'_>>]) -> LabelVec<usize> {
    let mut levels = LabelVec::with_capacity(annotations.len());
    let mut level = 0;
    for (index, annotation) in annotations.iter().enumerate() {
        let left = || annotations.iter().zip(messages).skip(index + 1);
        let is_labelled = annotation.is_labelled();
        let fits_beside =
            messages.get(index).and_then(Option::as_ref).is_none_or(|message| message.fits_beside);
        if level == 0 {
            let hangs = |next: &Annotation<'_>| {
                let is_same = (next.start, next.end) == (annotation.start, annotation.end);
                is_labelled && next.overlaps(annotation, 0) && (!is_same || next.is_labelled())
            };
            level += usize::from(!fits_beside || left().any(|(next, _)| hangs(next)));
        }
        levels.push(level);
        let is_below = |(next, message): (&Annotation<'_>, &Option<Fitted<'_>>)| {
            // A message needs a blank on each side.
            let padding = message.as_ref().map_or(0, |message| message.cells + 2);
            (is_labelled && next.is_labelled() && next.overlaps(annotation, padding))
                || (annotation.has_dashes() && (next.is_labelled() || next.has_dashes()))
                || (is_labelled && next.has_dashes())
                || (level == 0
                    && next.is_labelled()
                    && next.end <= annotation.end
                    && next.overlaps(annotation, padding))
        };
        level += usize::from(!fits_beside || left().any(is_below));
    }
    levels
}
