//! Selects the cells of source lines that are shown.
//!
//! ```text
//! one window for all rows                         what lies between labels is omitted
//!
//! 7 | ...first + second * third;                  7 | call(first, ..., last)
//!   |    ^^^^^                                      |      ^^^^^       ----
//! 8 | ...second * fourth...                       8 |     .run();
//! ```
//!
//! All rows of a snippet begin at the same cell, so that they stay aligned. Common indentation is omitted first. If
//! all labels fit, the window is moved to them; else each row omits what lies between its labels, and the middle of
//! a long label.
//!
//! A wide character is not cut in two: it is either shown or omitted. Where the window would begin in the middle of one,
//! blanks before the dots keep the rows aligned.

use std::ops::Range;

use smallvec::SmallVec;

use super::measure::MeasuredLine;

/// The minimum number of cells that are omitted between two parts.
const MIN_OMITTED: usize = 5;

/// The number of cells that a part of a row has at least, on average. Shorter ones would show too little.
const MIN_PART: usize = 6;
/// The number of parts that a row may have, however narrow it is.
const MIN_PARTS: usize = 4;

/// The cells that the rows of a snippet show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The first cell.
    left: usize,
    /// The cells of a row.
    width: usize,
    /// The cells of the dots that replace omitted text.
    dots: usize,
    /// Whether the window is moved to the labels. If not, there are only blanks before it.
    is_moved: bool,
}

/// The cells of a line that its row shows.
#[derive(Debug)]
pub(super) struct Cut {
    /// The parts of the line, in order, with dots between them.
    pub(super) parts: SmallVec<[Part; 1]>,
    /// Whether dots or blanks precede the first part.
    pub(super) lead: Lead,
    /// Whether dots follow the last part.
    pub(super) has_tail: bool,
    pub(super) dots: usize,
    /// The blanks at the start of the row, in place of the visible part of a wide character that is omitted.
    pub(super) blanks: usize,
}

/// What precedes the first part of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lead {
    Nothing,
    /// As wide as dots; only blanks are omitted.
    Blanks,
    Dots,
}

/// Consecutive cells of a line.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The cells of the line.
    pub(super) cells: Range<usize>,
    /// The first cell in the row.
    pub(super) at: usize,
}

impl Window {
    /// Selects the window for the lines of a snippet.
    pub(super) fn new(lines: &[MeasuredLine<'_>], width: usize, dots: usize) -> Self {
        let whole = Self { left: 0, width, dots, is_moved: false };
        let ends = lines.iter().map(|line| line.end.max(labels(line).end));
        let end = ends.max().unwrap_or(0);
        if end <= width {
            return whole;
        }
        let labels = lines.iter().map(labels).filter(|cells| !cells.is_empty());
        let Some(labels) = labels.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)) else {
            return whole;
        };
        let indents = lines.iter().filter_map(|line| line.indent);
        let indent = indents.min().unwrap_or(0).min(labels.start);
        let unmoved = Self { left: indent, ..whole };
        let room = width.saturating_sub(2 * dots);
        if labels.end - indent + dots <= width || labels.len() > room {
            return unmoved;
        }
        let centred = labels.start.saturating_sub((room - labels.len()) / 2);
        let before = centred.min(end.saturating_sub(width.saturating_sub(dots)));
        if before <= indent + MIN_OMITTED {
            return unmoved;
        }
        Self { left: between_characters(lines, before, labels.start), is_moved: true, ..whole }
    }

    /// Returns true if the window begins at the first cell of the lines.
    pub(super) const fn is_whole(self) -> bool {
        self.left == 0 && !self.is_moved
    }

    /// Selects the cells of a line.
    pub(super) fn cut(self, line: &MeasuredLine<'_>) -> Cut {
        if self.is_moved {
            return self.moved(line);
        }
        let end = line.end.max(labels(line).end);
        if end <= self.left + self.width {
            let parts = smallvec::smallvec![Part { cells: self.left..end.max(self.left), at: 0 }];
            let (lead, has_tail) = (Lead::Nothing, false);
            return Cut { parts, lead, has_tail, dots: self.dots, blanks: 0 };
        }
        let parts = Selection { window: self, line, end }.parts(&line.labels);
        let lead = match parts.first() {
            Some(first) if first.start > self.left => Lead::Dots,
            _ => Lead::Nothing,
        };
        let has_tail = parts.last().is_some_and(|last| last.end < line.end);
        let mut at = if lead == Lead::Dots { self.dots } else { 0 };
        let place = |cells: Range<usize>| {
            let part = Part { at, cells };
            at += part.cells.len() + self.dots;
            part
        };
        let parts = parts.into_iter().map(place).collect();
        Cut { parts, lead, has_tail, dots: self.dots, blanks: 0 }
    }

    /// Selects the cells of a line in a window that is moved to the labels.
    fn moved(self, line: &MeasuredLine<'_>) -> Cut {
        let lead = if line.is_blank_before(self.left) { Lead::Blanks } else { Lead::Dots };
        let right = self.left + self.width.saturating_sub(self.dots);
        let end = line.end.max(labels(line).end);
        let has_tail = end > right;
        let right = if has_tail { right.saturating_sub(self.dots) } else { end };
        let cells = without_halves(line, self.left..right.max(self.left));
        let blanks = cells.start - self.left;
        let parts = smallvec::smallvec![Part { cells, at: self.dots + blanks }];
        Cut { parts, lead, has_tail, dots: self.dots, blanks }
    }
}

/// Returns the first cell from `left` to `max` that is not inside a wide character of any line, if it is near. Returns
/// `left` if there is none.
fn between_characters(lines: &[MeasuredLine<'_>], left: usize, max: usize) -> usize {
    let mut cell = left;
    for _ in 0..MIN_OMITTED {
        match lines.iter().filter_map(|line| line.split_at(cell)).map(|wide| wide.end).max() {
            None => return cell,
            Some(end) if end <= max => cell = end,
            Some(_) => break,
        }
    }
    left
}

/// Returns the cells without those of wide characters that are only partly in them.
fn without_halves(line: &MeasuredLine<'_>, cells: Range<usize>) -> Range<usize> {
    let start = line.split_at(cells.start).map_or(cells.start, |wide| wide.end);
    let end = line.split_at(cells.end).map_or(cells.end, |wide| wide.start);
    start..end.max(start)
}

/// Returns the cells from the first to the last label of a line; an empty range if it has no labels.
fn labels(line: &MeasuredLine<'_>) -> Range<usize> {
    let mut labels = line.labels.iter().cloned();
    let Some(first) = labels.next() else { return 0..0 };
    labels.fold(first, |all, label| all.start.min(label.start)..all.end.max(label.end))
}

type Parts = SmallVec<[Range<usize>; 4]>;

/// Selects the parts of a line that does not fit.
#[derive(Clone, Copy)]
struct Selection<'l, 's> {
    window: Window,
    line: &'l MeasuredLine<'s>,
    /// The cell after the last one of the line.
    end: usize,
}

impl Selection<'_, '_> {
    /// Returns the parts around labels, as wide as fits. If not all labels fit, those that come first do.
    fn parts(self, labels: &[Range<usize>]) -> Parts {
        let Window { left, width, dots, .. } = self.window;
        let whole_start = self.whole(left..left + 1);
        let ends = width.saturating_sub(3 * dots) / 4;
        let max_parts = (width / (MIN_PART + dots)).max(MIN_PARTS);
        let mut parts = Parts::new();
        let pieces = labels.iter().flat_map(|label| {
            let is_long = label.len() > width / 2;
            let whole = (!is_long).then(|| label.clone());
            let halves = is_long.then(|| {
                let (start, end) = (label.start, label.end);
                [start..start + ends.max(1), end - ends.max(1)..end].map(|half| self.whole(half))
            });
            whole.into_iter().chain(halves.into_iter().flatten())
        });
        for piece in pieces {
            let with = self.merged(parts.iter().cloned().chain([piece]), 0);
            if with.len() <= max_parts && self.cost(&with) <= width {
                parts = with;
            }
        }
        if parts.is_empty() {
            parts.push(if self.cost(std::slice::from_ref(&whole_start)) <= width {
                whole_start
            } else {
                left..left
            });
        }
        let mut best = self.merged(parts.iter().cloned(), 0);
        for radius in 1..=width {
            let wider = self.merged(parts.iter().cloned(), radius);
            if self.cost(&wider) > width {
                break;
            }
            best = wider;
        }
        let parts = self.fill(best).into_iter();
        parts.map(|part| without_halves(self.line, part)).collect()
    }

    /// Returns the cells with those of wide characters that are only partly in them.
    fn whole(self, cells: Range<usize>) -> Range<usize> {
        let start = self.line.split_at(cells.start).map_or(cells.start, |wide| wide.start);
        let end = self.line.split_at(cells.end).map_or(cells.end, |wide| wide.end);
        start..end
    }

    /// Joins parts that are near to one another, each made wider by `radius` cells on both sides.
    fn merged(self, parts: impl Iterator<Item = Range<usize>>, radius: usize) -> Parts {
        let left = self.window.left;
        let mut wide: Parts = parts
            .map(|part| {
                let start = part.start.saturating_sub(radius).max(left);
                start..(part.end + radius).min(self.end)
            })
            .collect();
        wide.sort_unstable_by_key(|part| part.start);
        let gap = self.window.dots.max(MIN_OMITTED) - 1;
        let mut merged = Parts::new();
        for mut part in wide {
            if merged.is_empty() && part.start <= left + gap {
                part.start = left;
            }
            if part.end + gap >= self.end {
                part.end = self.end;
            }
            match merged.last_mut() {
                Some(last) if part.start <= last.end + gap => last.end = last.end.max(part.end),
                _ => merged.push(part),
            }
        }
        merged
    }

    /// Returns the cells of a row with these parts.
    fn cost(self, parts: &[Range<usize>]) -> usize {
        let cells: usize = parts.iter().map(ExactSizeIterator::len).sum();
        let has_lead = parts.first().is_some_and(|first| first.start > self.window.left);
        let has_tail = parts.last().is_some_and(|last| last.end < self.end);
        let dots = parts.len().saturating_sub(1) + usize::from(has_lead) + usize::from(has_tail);
        cells + dots * self.window.dots
    }

    /// Makes parts wider by the cells that are left.
    fn fill(self, mut parts: Parts) -> Parts {
        let gap = self.window.dots.max(MIN_OMITTED);
        let mut rest = self.window.width.saturating_sub(self.cost(&parts));
        let starts = parts.iter().skip(1).map(|next| next.start.saturating_sub(gap));
        let ends: SmallVec<[usize; 4]> = starts.chain([self.end]).collect();
        for (part, end) in parts.iter_mut().zip(ends) {
            let more = end.saturating_sub(part.end).min(rest);
            part.end += more;
            rest -= more;
        }
        if let Some(first) = parts.first_mut() {
            first.start = first.start.saturating_sub(rest).max(self.window.left.min(first.start));
        }
        parts
    }
}
