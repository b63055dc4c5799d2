//! The first step of human output: what of the sources is shown.
//!
//! ```text
//! file.vitte:   1  fn area(side: num)        Row 2   `  let x =`         cells 0..9
//!               2      let x =          ─▶   Mark    row 2, cells 6..7   `expected expression`
//!               …                            path `file.vitte`, line 2, column 7
//! ```
//!
//! Of a file only the lines that have labels are taken, with the context asked for and the ends of
//! labels over many lines; a line that is too long is cut around what is labelled. Rows are safe to show
//! from here on, and places are terminal cells: what follows needs no Unicode.

mod lanes;
mod placed;
mod row;

use std::collections::BTreeMap;

pub(super) use lanes::Lanes;
use placed::{LineRange, Placed};
pub(super) use row::{Row, Stops, Width};
use smallvec::SmallVec;

use crate::check::Checked;
use crate::model::LabelStyle;
use crate::source::{ColumnUnit, Location, SourceFile};
use crate::text;

/// One for each label: most diagnostics have so few that this takes no allocation.
pub(super) type Few<T> = SmallVec<[T; 4]>;

/// Lines of a label over many lines that are shown after its first line.
const LINES_AFTER_START: u32 = 3;
/// Lines of a label over many lines that are shown before its last line.
const LINES_BEFORE_END: u32 = 1;

/// What to take from the sources.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExcerptOptions {
    /// Lines before and after each label.
    pub(super) context_lines: u32,
    /// Cells from one tab stop to the next, at least one.
    pub(super) tab_width: usize,
    /// Cells that a line may have with its line number.
    pub(super) width: usize,
    /// What the column after the path counts.
    pub(super) column_unit: ColumnUnit,
    /// Lines with labels that are shown of one file.
    pub(super) labelled_lines: usize,
}

/// All that human output shows of the sources for one diagnostic, and what it must add in words.
#[derive(Debug)]
pub(super) struct Excerpt<'a> {
    /// One for each file, the primary label's first.
    pub(super) snippets: Vec<Snippet<'a>>,
    /// Digits of the largest line number that is shown, 0 where there is none.
    pub(super) gutter: usize,
    /// What cannot be shown as it is.
    pub(super) remarks: Vec<String>,
}

/// The lines of one file.
#[derive(Debug)]
pub(super) struct Snippet<'a> {
    pub(super) file: &'a SourceFile,
    /// Where the snippet's first label begins, in the column unit asked for.
    pub(super) at: Location<'a>,
    /// In the order of the file.
    pub(super) rows: Vec<Row<'a>>,
    /// In the order of the diagnostic.
    pub(super) marks: Vec<Mark<'a>>,
    /// For the bars of the labels over many lines, in their order: who stands where.
    pub(super) lanes: Lanes,
}

/// A label on the rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark<'a> {
    pub(super) style: LabelStyle,
    /// Where it begins.
    pub(super) start: Place,
    /// Where it ends, exclusive; on the same row at least one cell after the start.
    pub(super) end: Place,
    /// Not empty, and not yet safe.
    pub(super) message: Option<&'a str>,
}

impl Mark<'_> {
    pub(super) const fn is_on_one_row(&self) -> bool {
        self.start.row == self.end.row
    }
}

/// A place on the rows of a snippet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Place {
    /// 0-based index of the row.
    pub(super) row: usize,
    /// 0-based cell of the row's text.
    pub(super) cell: usize,
}

impl<'a> Excerpt<'a> {
    /// What is shown of the labels of `checked`; line numbers have at least `least_gutter` digits.
    pub(super) fn new(checked: &Checked<'a>, least_gutter: usize, take: ExcerptOptions) -> Self {
        let mut remarks = Vec::new();
        let mut placed = Few::new();
        for &label in &checked.labels {
            if label.file.is_unavailable() {
                remarks.extend(placed::in_words(label, take.column_unit));
            } else {
                placed.push(Placed::new(label));
            }
        }
        placed::by_file(&mut placed);
        let left_out = placed::limit(&mut placed, take.labelled_lines);
        let last = placed.iter().map(|label| label.last_shown(take.context_lines)).max();
        let gutter = last.map_or(0, text::digit_count).max(least_gutter);
        let mut snippets = Vec::with_capacity(1);
        for labels in placed.chunk_by(Placed::is_in_file_of) {
            snippets
                .extend(Labelled::new(labels).map(|file| file.snippet(gutter, take, &mut remarks)));
        }
        if left_out > 0 {
            remarks.push(format!("and {}", text::more("label", left_out)));
        }
        Self { snippets, gutter, remarks }
    }
}

/// The labels of one file.
struct Labelled<'p, 'a> {
    file: &'a SourceFile,
    /// Where the first of them is.
    first: &'p Placed<'a>,
    labels: &'p [Placed<'a>],
}

impl<'p, 'a> Labelled<'p, 'a> {
    fn new(labels: &'p [Placed<'a>]) -> Option<Self> {
        let first = labels.first()?;
        Some(Self { file: first.label.file, first, labels })
    }

    fn snippet(
        &self,
        gutter: usize,
        take: ExcerptOptions,
        remarks: &mut Vec<String>,
    ) -> Snippet<'a> {
        let over_many = self.labels.iter().map(|label| label.lines).filter(|lines| lines.many());
        let lanes = Lanes::new(over_many);
        let width = Width::new(take.width, gutter, lanes.count, take.tab_width);
        let rows = self.rows(take.context_lines, width);
        remarks.extend(self.lossy(&rows));
        let mut marks: Vec<Mark<'_>> = Vec::with_capacity(self.labels.len());
        for label in self.labels {
            let next = marks.last().map_or(0, |mark| mark.end.row + 1);
            marks.push(mark(label, &rows, next));
        }
        self.tell_hidden(&marks, take.column_unit, remarks);
        let at = self.first.location(take.column_unit);
        Snippet { file: self.file, at, rows, marks, lanes }
    }

    /// The lines to show: those on which labels begin and end, those around them, the ends of
    /// labels over many lines, and a single line left between two of these.
    fn rows(&self, context: u32, width: Width) -> Vec<Row<'a>> {
        let mut shown: Few<(u32, u32, &Placed<'a>)> = Few::new();
        for label in self.labels {
            let LineRange { first, last } = label.lines;
            let head = first.saturating_add(LINES_AFTER_START).min(last);
            let tail = last.saturating_sub(LINES_BEFORE_END).max(first);
            let (from, to) = (first.saturating_sub(context).max(1), label.last_shown(context));
            if tail <= head {
                shown.push((from, to, label));
            } else {
                shown.extend([(from, head, label), (tail, to, label)]);
            }
        }
        shown.sort_unstable_by_key(|&(from, to, _)| (from, to));
        let mut rows = Vec::with_capacity(shown.len());
        let (mut stops, mut last) = (None, 0);
        for (from, to, label) in shown {
            if to <= last {
                continue;
            }
            let is_gap = last > 0 && from == last.saturating_add(2);
            for number in if is_gap { last + 1 } else { from.max(last + 1) }..=to {
                let line = label.line(number);
                rows.push(Row::new(number, line, width, || {
                    let stops = stops.get_or_insert_with(|| self.stops());
                    stops.remove(&number).unwrap_or_default()
                }));
            }
            last = to;
        }
        rows
    }

    /// Where labels begin and end, by line.
    fn stops(&self) -> BTreeMap<u32, Stops> {
        let mut stops: BTreeMap<u32, Stops> = BTreeMap::new();
        for &Placed { lines, lo, hi, .. } in self.labels {
            if lines.many() {
                stops.entry(lines.first).or_default().add(lo, lo);
                stops.entry(lines.last).or_default().add(hi, hi);
            } else {
                stops.entry(lines.first).or_default().add(lo, hi);
            }
        }
        stops
    }

    /// Says of labels without a message that they lie under the primary one, where nothing of them can
    /// be seen.
    fn tell_hidden(&self, marks: &[Mark<'_>], unit: ColumnUnit, remarks: &mut Vec<String>) {
        let Some((primary, others)) = marks.split_first() else { return };
        if primary.style != LabelStyle::Primary || !primary.is_on_one_row() {
            return;
        }
        for (mark, placed) in others.iter().zip(self.labels.iter().skip(1)) {
            let is_inside = primary.start <= mark.start && mark.end <= primary.end;
            if is_inside && mark.message.is_none() {
                let at = placed.location(unit);
                remarks.push(format!("another label, at {at}, lies under the primary one"));
            }
        }
    }

    /// What to say where a line is shown that is not UTF-8.
    fn lossy(&self, rows: &[Row<'_>]) -> Option<String> {
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
        Some(format!("line {line} of `{path}` is not UTF-8: each byte that is not is shown as `?`"))
    }
}

/// A label, its ends as places on `rows`, of which it is likely to begin on the one with index `likely`.
fn mark<'a>(placed: &Placed<'a>, rows: &[Row<'_>], likely: usize) -> Mark<'a> {
    let &Placed { label, lines, lo, hi, .. } = placed;
    let row_of = |line| match rows.get(likely) {
        Some(row) if row.number == line => likely,
        _ => rows.binary_search_by_key(&line, |row| row.number).unwrap_or(0),
    };
    let first = row_of(lines.first);
    let last = if lines.many() { row_of(lines.last) } else { first };
    let start = rows.get(first).map_or(0, |row| row.start_of(lo));
    let end = rows.get(last).map_or(0, |row| row.end_of(hi));
    let end = match (lines.many(), label.span.is_empty()) {
        (true, _) => end.max(1),
        (false, true) => start + 1,
        (false, false) => end.max(start + 1),
    };
    Mark {
        style: label.label.style(),
        start: Place { row: first, cell: start },
        end: Place { row: last, cell: end },
        message: label.label.message(),
    }
}

#[cfg(test)]
mod tests;
