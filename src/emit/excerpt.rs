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
mod row;

use std::collections::BTreeMap;

pub(super) use lanes::Lanes;
pub(super) use located::LocatedLabels;
use located::{LineRange, LocatedLabel};
pub(super) use row::{LabelEdges, Row, Width};
use smallvec::SmallVec;

use crate::model::LabelStyle;
use crate::source::{ColumnUnit, Location, SourceFile};
use crate::text;

/// A vector with one element per label. Most diagnostics have at most four labels and need no allocation.
pub(super) type LabelVec<T> = SmallVec<[T; 4]>;

/// The number of lines of a multi-line label that are shown after its first line.
const LINES_AFTER_START: u32 = 3;
/// The number of lines of a multi-line label that are shown before its last line.
const LINES_BEFORE_END: u32 = 1;

/// Determines which parts of the sources are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExcerptOptions {
    /// The number of lines before and after each label.
    pub(super) context_lines: u32,
    /// The number of cells from one tab stop to the next, at least one.
    pub(super) tab_width: usize,
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
    pub(super) unavailable: Option<Location<'a>>,
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
            snippets.extend(
                FileLabels::new(labels)
                    .map(|file| file.snippet(number_width, options, &mut remarks)),
            );
        }
        if *omitted > 0 {
            remarks.push(format!("and {}", text::more("label", *omitted)));
        }
        Self { unavailable: *unavailable, snippets, number_width, remarks }
    }
}

/// The labels of one file.
struct FileLabels<'p, 'a> {
    file: &'a SourceFile,
    first: &'p LocatedLabel<'a>,
    labels: &'p [LocatedLabel<'a>],
}

impl<'p, 'a> FileLabels<'p, 'a> {
    fn new(labels: &'p [LocatedLabel<'a>]) -> Option<Self> {
        let first = labels.first()?;
        Some(Self { file: first.label.file, first, labels })
    }

    fn snippet(
        &self,
        number_width: usize,
        options: ExcerptOptions,
        remarks: &mut Vec<String>,
    ) -> Snippet<'a> {
        let lines = self.labels.iter().map(|label| label.lines);
        let lanes = Lanes::new(lines.filter(|lines| lines.is_multi_line()));
        let width = Width::new(options.width, number_width, lanes.count, options.tab_width);
        let rows = self.rows(options.context_lines, width);
        remarks.extend(self.lossy_remark(&rows));
        let mut marks: Vec<Mark<'_>> = Vec::with_capacity(self.labels.len());
        for label in self.labels {
            let next = marks.last().map_or(0, |mark| mark.end.row + 1);
            marks.push(mark(label, &rows, next));
        }
        self.add_hidden_labels(&marks, options.column_unit, remarks);
        let at = self.first.location(options.column_unit);
        Snippet { file: self.file, at, rows, marks, lanes }
    }

    /// Returns the lines to show: those on which labels start and end, their context, some lines after the
    /// start and before the end of a multi-line label, and a gap of a single line.
    fn rows(&self, context: u32, width: Width) -> Vec<Row<'a>> {
        let mut shown: LabelVec<(u32, u32, &LocatedLabel<'a>)> = LabelVec::new();
        for label in self.labels {
            let LineRange { first, last } = label.lines;
            let head = first.saturating_add(LINES_AFTER_START).min(last);
            let tail = last.saturating_sub(LINES_BEFORE_END).max(first);
            let (from, to) = (
                first.saturating_sub(context).max(self.file.first_line()),
                label.last_shown(context),
            );
            if tail <= head {
                shown.push((from, to, label));
            } else {
                shown.extend([(from, head, label), (tail, to, label)]);
            }
        }
        shown.sort_unstable_by_key(|&(from, to, _)| (from, to));
        let mut rows = Vec::with_capacity(shown.len());
        let (mut edges, mut last) = (None, 0);
        for (from, to, label) in shown {
            if to <= last {
                continue;
            }
            let is_gap = last > 0 && from == last.saturating_add(2);
            for number in if is_gap { last + 1 } else { from.max(last + 1) }..=to {
                let line = label.line(number);
                rows.push(Row::new(number, line, width, || {
                    let edges = edges.get_or_insert_with(|| self.edges());
                    edges.remove(&number).unwrap_or_default()
                }));
            }
            last = to;
        }
        rows
    }

    /// Returns the offsets at which labels start and end, by line.
    fn edges(&self) -> BTreeMap<u32, LabelEdges> {
        let mut edges: BTreeMap<u32, LabelEdges> = BTreeMap::new();
        for &LocatedLabel { lines, lo, hi, .. } in self.labels {
            if lines.is_multi_line() {
                edges.entry(lines.first).or_default().add(lo, lo);
                edges.entry(lines.last).or_default().add(hi, hi);
            } else {
                edges.entry(lines.first).or_default().add(lo, hi);
            }
        }
        edges
    }

    /// Adds a remark for each label without a message that the carets of the primary label cover completely.
    fn add_hidden_labels(&self, marks: &[Mark<'_>], unit: ColumnUnit, remarks: &mut Vec<String>) {
        let Some((primary, others)) = marks.split_first() else { return };
        if primary.style != LabelStyle::Primary || !primary.is_on_one_row() {
            return;
        }
        for (mark, located) in others.iter().zip(self.labels.iter().skip(1)) {
            let is_inside = primary.start <= mark.start && mark.end <= primary.end;
            if is_inside && mark.message.is_none() {
                let at = located.location(unit);
                remarks.push(format!("another label, at {at}, is covered by the primary label"));
            }
        }
    }

    /// Returns a remark if a row shows a line that is not valid UTF-8.
    fn lossy_remark(&self, rows: &[Row<'_>]) -> Option<String> {
        if !self.file.is_lossy() {
            return None;
        }
        let is_lossy = |row: &&Row<'_>| {
            let range = self.file.line_range(row.number);
            let bytes = range.and_then(|range| self.file.bytes().get(range));
            bytes.is_some_and(|bytes| std::str::from_utf8(bytes).is_err())
        };
        let line = rows.iter().find(is_lossy)?.number;
        let path = text::one_line(self.file.path());
        Some(format!(
            "line {line} of `{path}` is not valid UTF-8: each invalid byte is shown as `?`"
        ))
    }
}

/// Converts the start and the end of a label to cells of `rows`. The row with the index `hint` is tried first.
fn mark<'a>(located: &LocatedLabel<'a>, rows: &[Row<'_>], hint: usize) -> Mark<'a> {
    let &LocatedLabel { label, lines, lo, hi, .. } = located;
    let row_of = |line| match rows.get(hint) {
        Some(row) if row.number == line => hint,
        _ => rows.binary_search_by_key(&line, |row| row.number).unwrap_or(0),
    };
    let first = row_of(lines.first);
    let last = if lines.is_multi_line() { row_of(lines.last) } else { first };
    let start = rows.get(first).map_or(0, |row| row.start_of(lo));
    let end = rows.get(last).map_or(0, |row| row.end_of(hi));
    let end = match (lines.is_multi_line(), label.span.is_empty()) {
        (true, _) => end.max(1),
        (false, true) => start + 1,
        (false, false) => end.max(start + 1),
    };
    Mark {
        style: label.label.style(),
        start: CellPosition { row: first, cell: start },
        end: CellPosition { row: last, cell: end },
        message: label.label.message(),
    }
}

#[cfg(test)]
mod tests;
