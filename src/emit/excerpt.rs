//! The first step of human output: selects the lines of the sources that are shown.
//!
//! ```text
//! file.vitte:   1  fn area(side: num)        Row 2   `  let x =`         cells 0..9
//!               2      let x =          ─▶   Mark    row 2, cells 6..7   `expected expression`
//!               …                            path `file.vitte`, line 2, column 7
//! ```
//!
//! Only lines with labels and their context lines are selected; the middle of a long multi-line label is
//! omitted. A line that is too long is cut around its labels. The text of a row is escaped, and
//! positions are terminal cells, so later steps need no knowledge of Unicode.

mod lanes;
mod located;
mod measure;
mod row;
mod width;
mod window;

use std::collections::BTreeMap;

pub(super) use lanes::Lanes;
pub(super) use located::{DrawnLabel, LocatedLabels};
use located::{LocatedLabel, Shape};
pub(super) use measure::LineLabels;
pub(super) use row::{Line, Piece, Row, rows};
use smallvec::SmallVec;
pub(super) use width::Width;

use super::glyphs::Glyphs;
use crate::model::{FileId, LabelStyle};
use crate::source::{ColumnUnit, Location, PartialLocation, SourceFile};
use crate::text::{self, CellOptions};

/// A vector with one element per label. Most diagnostics have at most four labels and need no allocation.
pub(super) type LabelVec<T> = SmallVec<[T; 4]>;

/// Determines which parts of the sources are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExcerptOptions {
    /// The number of lines before and after each label.
    pub(super) context_lines: u32,
    /// How text is measured.
    pub(super) cells: CellOptions,
    /// The characters that are drawn.
    pub(super) glyphs: &'static Glyphs,
    /// The maximum width of a line with its line number, in cells.
    pub(super) width: usize,
    /// What the column after the path counts.
    pub(super) column_unit: ColumnUnit,
    /// The maximum number of lines with labels per file, and of files.
    pub(super) labelled_lines: usize,
}

/// The parts of the sources that are shown for one diagnostic or child.
#[derive(Debug)]
pub(super) struct Excerpt<'a> {
    /// The location of the diagnostic or child, if its file is unavailable.
    pub(super) unavailable: Option<PartialLocation<'a>>,
    /// The file that the diagnostic is about as a whole. Its arrow is drawn above the snippets.
    pub(super) whole_file: Option<FileId>,
    /// One snippet per file, that of the primary label first.
    pub(super) snippets: Vec<Snippet<'a>>,
    /// The number of digits of the largest line number that is shown, 0 if no line is shown.
    pub(super) number_width: usize,
    /// Notes about labels and bytes that the snippets cannot show.
    pub(super) remarks: Vec<String>,
}

/// The lines of one file.
#[derive(Debug)]
pub(super) struct Snippet<'a> {
    pub(super) file: &'a SourceFile,
    /// The location of the snippet's first label.
    pub(super) at: Location<'a>,
    /// In the order of the file.
    pub(super) rows: Vec<Row<'a>>,
    /// In the order of the diagnostic.
    pub(super) marks: Vec<Mark<'a>>,
    /// The lanes of the multi-line labels.
    pub(super) lanes: Lanes,
    /// The available width of the rows.
    pub(super) width: Width,
}

/// A label and the cells that it marks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark<'a> {
    pub(super) style: LabelStyle,
    /// The first cell.
    pub(super) start: CellPosition,
    /// The cell after the last one; if it is on the same row, at least one cell after the start.
    pub(super) end: CellPosition,
    /// The message, which is not empty and may contain control characters.
    pub(super) message: Option<&'a str>,
}

impl Mark<'_> {
    pub(super) const fn is_on_one_row(&self) -> bool {
        self.start.row == self.end.row
    }
}

/// A cell in the rows of a snippet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct CellPosition {
    /// The index of the row, 0-based.
    pub(super) row: usize,
    /// The cell in the row's text, 0-based.
    pub(super) cell: usize,
}

impl<'a> Excerpt<'a> {
    /// Selects the lines for `labels`. Line numbers have at least `min_number_width` digits.
    pub(super) fn new(
        labels: &LocatedLabels<'a>,
        min_number_width: usize,
        options: ExcerptOptions,
    ) -> Self {
        let number_width = labels.number_width().max(min_number_width);
        let LocatedLabels { labels: located, unavailable, omitted, remarks, .. } = labels;
        let mut remarks = remarks.clone();
        let mut snippets = Vec::with_capacity(1);
        for labels in located.chunk_by(LocatedLabel::is_in_same_file) {
            let file = FileLabels::new(labels, number_width, options, &mut remarks);
            snippets.extend(file.map(|file| file.snippet(number_width, options, &mut remarks)));
        }
        if *omitted > 0 {
            remarks.push(format!("and {}", text::more("label", *omitted)));
        }
        Self { unavailable: *unavailable, whole_file: None, snippets, number_width, remarks }
    }
}

/// The labels of one file.
struct FileLabels<'a> {
    file: &'a SourceFile,
    /// The location of the first label.
    at: Location<'a>,
    labels: LabelVec<LocatedLabel<'a>>,
}

impl<'a> FileLabels<'a> {
    /// Decides how each label is drawn. A multi-line label whose bar has no room becomes a remark.
    fn new(
        labels: &[LocatedLabel<'a>],
        number_width: usize,
        options: ExcerptOptions,
        remarks: &mut Vec<String>,
    ) -> Option<Self> {
        let first = labels.first()?;
        let (file, at) = (first.label.at.file, first.location(options.column_unit));
        let max_lanes = Width::max_lanes(number_width, options);
        let mut drawn: LabelVec<LocatedLabel<'a>> = LabelVec::with_capacity(labels.len());
        for &label in labels {
            let label = label.beside(&drawn);
            drawn.push(label);
            let is_bar = label.shape == Shape::Bar;
            if is_bar && bars(&drawn).count > max_lanes {
                drawn.pop();
                remarks.push(label.remark(options.column_unit));
            }
        }
        Some(Self { file, at, labels: drawn })
    }

    fn snippet(
        &self,
        number_width: usize,
        options: ExcerptOptions,
        remarks: &mut Vec<String>,
    ) -> Snippet<'a> {
        let lanes = bars(&self.labels);
        let width = Width::new(number_width, lanes.count, options);
        let rows = rows(self.lines(options.context_lines), width);
        remarks.extend(self.lossy_remark(&rows));
        let mut marks: Vec<Mark<'_>> = Vec::with_capacity(self.labels.len());
        for label in &self.labels {
            let next = marks.last().map_or(0, |mark| mark.end.row + 1);
            marks.push(mark(label, &rows, next));
        }
        remarks.extend(self.covered_labels(&marks, options.column_unit));
        Snippet { file: self.file, at: self.at, rows, marks, lanes, width }
    }

    /// Returns the lines to show: those on which labels start and end, their context, some lines after the
    /// start and before the end of a multi-line label, and a gap of a single line.
    fn lines(&self, context: u32) -> Vec<Line<'a>> {
        let mut shown: LabelVec<(u32, u32, &LocatedLabel<'a>)> = LabelVec::new();
        for label in &self.labels {
            let from = label.lines.first.saturating_sub(context).max(self.file.first_line());
            let to = label.last_shown(context);
            match label.omitted_lines() {
                None => shown.push((from, to, label)),
                Some((head, tail)) => shown.extend([(from, head, label), (tail, to, label)]),
            }
        }
        shown.sort_unstable_by_key(|&(from, to, _)| (from, to));
        let mut labels = self.labels_by_line();
        let mut lines = Vec::with_capacity(shown.len());
        let mut last = 0;
        for (from, to, label) in shown {
            if to <= last {
                continue;
            }
            let is_gap = last > 0 && from == last.saturating_add(2);
            for number in if is_gap { last + 1 } else { from.max(last + 1) }..=to {
                let labels = labels.remove(&number).unwrap_or_default();
                lines.push(Line { number, text: label.line(number), labels });
            }
            last = to;
        }
        lines
    }

    /// Returns the ranges of the labels, by line.
    fn labels_by_line(&self) -> BTreeMap<u32, LineLabels> {
        let mut by_line: BTreeMap<u32, LineLabels> = BTreeMap::new();
        for &LocatedLabel { lines, lo, hi, shape, .. } in &self.labels {
            match shape {
                Shape::Underline => by_line.entry(lines.first).or_default().add(lo, hi),
                Shape::Bar => {
                    by_line.entry(lines.first).or_default().add(lo, lo);
                    by_line.entry(lines.last).or_default().add(hi, hi);
                }
                Shape::End => by_line.entry(lines.last).or_default().add(hi, hi),
            }
        }
        by_line
    }

    /// Returns a remark about the labels that have the same cells as the primary label, if they or the primary label
    /// have no message.
    fn covered_labels(&self, marks: &[Mark<'_>], unit: ColumnUnit) -> Option<String> {
        let (primary, others) = marks.split_first()?;
        if primary.style != LabelStyle::Primary || !primary.is_on_one_row() {
            return None;
        }
        let is_covered = |mark: &Mark<'_>| {
            (primary.start, primary.end) == (mark.start, mark.end)
                && (mark.message.is_none() || primary.message.is_none())
        };
        let labels = others.iter().zip(self.labels.iter().skip(1));
        let mut covered = labels.filter(|(mark, _)| is_covered(mark)).map(|(_, label)| label);
        let at = covered.next()?.location(unit);
        Some(match covered.count() {
            0 => format!("another label, at {at}, is covered by the primary label"),
            more => format!("{} other labels, at {at}, are covered by the primary label", more + 1),
        })
    }

    /// Returns a remark if a row shows a line that is not valid UTF-8.
    fn lossy_remark(&self, rows: &[Row<'_>]) -> Option<String> {
        if !self.file.is_lossy() {
            return None;
        }
        let is_lossy = |row: &&Row<'_>| {
            self.file.line_range(row.number).is_some_and(|range| self.file.is_lossy_in(range))
        };
        let line = rows.iter().find(is_lossy)?.number;
        let path = text::one_line(self.file.path());
        Some(format!(
            "line {line} of `{path}` is not valid UTF-8: each invalid byte is shown as `?`"
        ))
    }
}

/// Assigns the bars of multi-line labels to lanes.
fn bars(labels: &[LocatedLabel<'_>]) -> Lanes {
    let bars = labels.iter().filter(|label| label.shape == Shape::Bar);
    Lanes::new(bars.map(|label| label.lines))
}

/// Converts the start and the end of a label to cells of `rows`. The row with the index `hint` is tried first.
fn mark<'a>(located: &LocatedLabel<'a>, rows: &[Row<'_>], hint: usize) -> Mark<'a> {
    let &LocatedLabel { label, lines, lo, hi, shape, .. } = located;
    let row_of = |line| match rows.get(hint) {
        Some(row) if row.number == line => hint,
        _ => rows.binary_search_by_key(&line, |row| row.number).unwrap_or(0),
    };
    let first = row_of(lines.first);
    let last = if lines.is_multi_line() { row_of(lines.last) } else { first };
    let start = rows.get(first).map_or(0, |row| row.start_of(lo));
    let end = rows.get(last).map_or(0, |row| row.end_of(hi));
    let (first, start, end) = match shape {
        Shape::Bar => (first, start, end.max(1)),
        Shape::End => (last, end.saturating_sub(1), end.max(1)),
        Shape::Underline if label.at.span.is_empty() => (first, start, start + 1),
        Shape::Underline => (first, start, end.max(start + 1)),
    };
    Mark {
        style: label.style,
        start: CellPosition { row: first, cell: start },
        end: CellPosition { row: last, cell: end },
        message: label.message,
    }
}

#[cfg(test)]
mod tests;
