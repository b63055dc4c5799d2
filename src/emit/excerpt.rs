//! The first step of human output: what of the sources is shown.
//!
//! ```text
//! file.vitte:   1  fn area(side: num)        Row 2   ``  let x =``       cells 0..9
//!               2      let x =          ─▶   Mark    row 2, cells 6..7   `expected expression`
//!               …                            path `file.vitte`, line 2, column 7
//! ```
//!
//! Of a file only the lines that have labels are taken, with the context asked for and the ends of
//! labels over many lines; a line that is too long is cut around what is labelled. All text is
//! safe from here on, and places are terminal cells: what follows needs no Unicode.

mod lanes;
mod row;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub(super) use lanes::Lanes;
pub(super) use row::{Room, Row, Stops};

use crate::contract::{Checked, Resolved};
use crate::diagnostic::LabelStyle;
use crate::in_order::InOrder;
use crate::source::{ColumnUnit, SourceFile};
use crate::span::FileId;
use crate::text;

/// Lines of a label over many lines that are shown after its first line.
pub(super) const LINES_AFTER_START: u32 = 3;
/// Lines of a label over many lines that are shown before its last line.
pub(super) const LINES_BEFORE_END: u32 = 1;

/// What to take from the sources.
#[derive(Clone, Copy, Debug)]
pub(super) struct Take {
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
    pub(super) file: FileId,
    /// Safe, on one line.
    pub(super) path: Cow<'a, str>,
    /// Where the snippet's first label begins, 1-based.
    pub(super) line: u32,
    /// In the column unit asked for, 1-based.
    pub(super) col: u32,
    /// In the order of the file.
    pub(super) rows: Vec<Row>,
    /// In the order of the diagnostic.
    pub(super) marks: Vec<Mark<'a>>,
    /// For the bars of the labels over many lines, in their order: who stands where.
    pub(super) lanes: Lanes,
}

/// A label on the rows.
#[derive(Debug)]
pub(super) struct Mark<'a> {
    pub(super) style: LabelStyle,
    /// Where it begins.
    pub(super) start: Place,
    /// Where it ends, exclusive; on the same row at least one cell after the start.
    pub(super) end: Place,
    /// Safe lines, none where the label has no message.
    pub(super) message: Vec<Cow<'a, str>>,
}

/// A place on the rows of a snippet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// 0-based index of the row.
    pub(super) row: usize,
    /// 0-based cell of the row's text.
    pub(super) cell: usize,
}

impl<'a> Excerpt<'a> {
    /// What is shown of the labels of `checked`; line numbers have at least `least_gutter` digits.
    pub(super) fn new(checked: &Checked<'a>, least_gutter: usize, take: Take) -> Self {
        let mut files = by_file(&checked.labels);
        let mut remarks = Vec::new();
        files.retain(|file| {
            remarks.extend(file.if_missing(take.column_unit));
            !file.file.is_missing()
        });
        let left_out = limit(&mut files, take.labelled_lines);
        let gutter = gutter(&files, take).max(least_gutter);
        let snippets =
            files.into_iter().map(|file| file.snippet(gutter, take, &mut remarks)).collect();
        if left_out > 0 {
            remarks.push(format!("and {}", text::more("label", left_out)));
        }
        Self { snippets, gutter, remarks }
    }
}

/// Labels on one line, on average, that are shown where there are very many.
const LABELS_A_LINE: usize = 5;

/// Keeps the first labels of each file, on at most `most_lines` lines, and the first files, at most
/// as many; gives the number of labels that it leaves out.
fn limit(files: &mut Vec<Labelled<'_>>, most_lines: usize) -> usize {
    let count = |files: &[Labelled<'_>]| files.iter().map(|file| file.labels.len()).sum::<usize>();
    let all = count(files);
    files.truncate(most_lines.max(1));
    for file in files.iter_mut() {
        let mut lines = BTreeSet::new();
        let mut labels = 0;
        file.labels.retain(|&Placed { lines: Lines { first, last }, .. }| {
            let ends = BTreeSet::from([first, last]);
            let more = ends.difference(&lines).count();
            // The first label is always shown.
            let fits = labels == 0
                || (lines.len() + more <= most_lines && labels < most_lines * LABELS_A_LINE);
            if fits {
                lines.extend([first, last]);
                labels += 1;
            }
            fits
        });
    }
    all - count(files)
}

/// Cells of the widest line number that the snippets may show.
fn gutter(files: &[Labelled<'_>], take: Take) -> usize {
    let last_of = |file: &Labelled<'_>| {
        let last = file.labels.iter().map(|label| label.lines.last).max()?;
        Some(last.max(last.saturating_add(take.context_lines).min(file.last_line())))
    };
    files.iter().filter_map(last_of).max().map_or(0, |line| line.to_string().len())
}

/// The labels of one file.
struct Labelled<'a> {
    file: &'a SourceFile,
    labels: Vec<Placed<'a>>,
}

/// A label and where it is on its lines.
struct Placed<'a> {
    label: Resolved<'a>,
    lines: Lines,
    /// Where it begins, in bytes from the start of its first line's text.
    lo: usize,
    /// Where it ends, in bytes from the start of its last line's text.
    hi: usize,
}

impl<'a> Placed<'a> {
    fn new(label: Resolved<'a>) -> Self {
        let lines = Lines::of(&label);
        // Kept inside the text: a byte order mark and a line end are none of it.
        let offset = |line: u32, offset: u32| {
            let range = label.file.line_range(line).unwrap_or_default();
            (offset as usize).clamp(range.start, range.end) - range.start
        };
        let lo = offset(lines.first, label.span.lo());
        let hi = offset(lines.last, label.span.hi());
        Self { label, lines, lo, hi }
    }
}

/// The lines of a label, 1-based, both inclusive.
#[derive(Clone, Copy)]
struct Lines {
    first: u32,
    last: u32,
}

impl Lines {
    /// A label that ends with a line feed ends on that line, not at the start of the next.
    fn of(label: &Resolved<'_>) -> Self {
        let (lo, hi) = (label.span.lo(), label.span.hi());
        let last_byte = if lo < hi { hi - 1 } else { hi };
        Self { first: label.file.line_of(lo), last: label.file.line_of(last_byte) }
    }

    const fn many(self) -> bool {
        self.first < self.last
    }
}

/// Labels by file, files in the order of their first label.
fn by_file<'a>(labels: &[Resolved<'a>]) -> Vec<Labelled<'a>> {
    let mut files = InOrder::default();
    for &label in labels {
        let new = || Labelled { file: label.file, labels: Vec::new() };
        files.entry(label.file.id(), new).labels.push(Placed::new(label));
    }
    files.into_vec().into_iter().map(|(_, file)| file).collect()
}

impl Snippet<'_> {
    /// Whether the path is shown as it is.
    pub(super) const fn path_is_safe(&self) -> bool {
        matches!(self.path, Cow::Borrowed(_))
    }
}

impl<'a> Labelled<'a> {
    fn snippet(self, gutter: usize, take: Take, remarks: &mut Vec<String>) -> Snippet<'a> {
        let shown = self.shown_lines(take.context_lines);
        remarks.extend(self.lossy(&shown));
        let lanes =
            Lanes::new(self.labels.iter().map(|label| label.lines).filter(|lines| lines.many()));
        let room = Room::new(take.width, gutter, lanes.count, take.tab_width);
        let mut stops = self.stops();
        let rows: Vec<Row> = shown
            .iter()
            .map(|&number| {
                let line = self.file.line(number).unwrap_or_default();
                Row::new(number, line, stops.entry(number).or_default(), room)
            })
            .collect();
        let marks: Vec<Mark<'_>> =
            self.labels.iter().map(|label| self.mark(label, &shown, &stops, take)).collect();
        remarks.extend(self.hidden(&marks, take.column_unit));
        let at = self.labels.first().map(|placed| placed.label.location(take.column_unit));
        Snippet {
            file: self.file.id(),
            path: text::one_line(self.file.path()),
            line: at.map_or(1, |at| at.line),
            col: at.map_or(1, |at| at.col),
            rows,
            marks,
            lanes,
        }
    }

    /// A label, its ends as places on the rows `shown`.
    fn mark(
        &self,
        placed: &Placed<'a>,
        shown: &[u32],
        stops: &BTreeMap<u32, Stops>,
        take: Take,
    ) -> Mark<'a> {
        let Placed { label, lines, lo, hi } = placed;
        let place = |line, cell| Place { row: shown.binary_search(&line).unwrap_or(0), cell };
        let start = stops.get(&lines.first).map_or(0, |stops| stops.start_of(*lo));
        let end = stops.get(&lines.last).map_or(0, |stops| stops.end_of(*hi));
        let end = match (lines.many(), label.span.is_empty()) {
            (true, _) => end.max(1),
            (false, true) => start + 1,
            (false, false) => end.max(start + 1),
        };
        let message = label.label.message().unwrap_or_default();
        Mark {
            style: label.label.style(),
            start: place(lines.first, start),
            end: place(lines.last, end),
            message: text::lines(message, take.tab_width).collect(),
        }
    }

    /// What to say of labels without a message that lie under the primary one, where nothing of
    /// them can be seen.
    fn hidden(&self, marks: &[Mark<'_>], unit: ColumnUnit) -> Vec<String> {
        let Some(primary) = marks.first().filter(|mark| mark.style == LabelStyle::Primary) else {
            return Vec::new();
        };
        let is_under = |mark: &Mark<'_>| {
            let row = primary.start.row;
            let on_row = [primary.end, mark.start, mark.end].iter().all(|place| place.row == row);
            let inside = primary.start.cell <= mark.start.cell && mark.end.cell <= primary.end.cell;
            on_row && inside && mark.message.is_empty()
        };
        let under = marks.iter().zip(&self.labels).skip(1).filter(|(mark, _)| is_under(mark));
        under
            .map(|(_, Placed { label, .. })| {
                format!("another label, at {}, lies under the primary one", label.location(unit))
            })
            .collect()
    }

    /// The lines to show: those on which labels begin and end, those around them, the ends of
    /// labels over many lines, and a single line left between two of these.
    fn shown_lines(&self, context: u32) -> Vec<u32> {
        let count = self.last_line();
        let mut shown = BTreeSet::new();
        for &Placed { lines: Lines { first, last }, .. } in &self.labels {
            let head = first.saturating_add(LINES_AFTER_START).min(last);
            let tail = last.saturating_sub(LINES_BEFORE_END).max(first);
            shown.extend(first.saturating_sub(context).max(1)..=head);
            shown.extend(tail..=last.max(last.saturating_add(context).min(count)));
        }
        let lines: Vec<u32> = shown.into_iter().collect();
        let mut filled = Vec::with_capacity(lines.len());
        for line in lines {
            if filled.last().is_some_and(|&before| before + 2 == line) {
                filled.push(line - 1);
            }
            filled.push(line);
        }
        filled
    }

    /// The last line of the file that context may show: not the empty one after the last line end.
    fn last_line(&self) -> u32 {
        self.file.line_count() - u32::from(self.file.text().ends_with('\n'))
    }

    /// Where labels begin and end, by line.
    fn stops(&self) -> BTreeMap<u32, Stops> {
        let mut stops: BTreeMap<u32, Stops> = BTreeMap::new();
        for &Placed { lines, lo, hi, .. } in &self.labels {
            if lines.many() {
                stops.entry(lines.first).or_default().add(lo, lo);
                stops.entry(lines.last).or_default().add(hi, hi);
            } else {
                stops.entry(lines.first).or_default().add(lo, hi);
            }
        }
        stops
    }

    /// What to say of a file that is not here: its labels in words. Where the diagnostic is stands
    /// below its message.
    fn if_missing(&self, unit: ColumnUnit) -> Vec<String> {
        let in_words = |Placed { label, .. }: &Placed<'_>| {
            let at = label.location(unit);
            match (label.label.style(), label.label.message()) {
                (LabelStyle::Primary, message) => message.map(str::to_owned),
                (LabelStyle::Secondary, Some(message)) => Some(format!("at {at}: {message}")),
                (LabelStyle::Secondary, None) => Some(format!("another label is at {at}")),
            }
        };
        if self.file.is_missing() {
            self.labels.iter().filter_map(in_words).collect()
        } else {
            Vec::new()
        }
    }

    /// What to say where a line is shown that is not UTF-8.
    fn lossy(&self, shown: &[u32]) -> Option<String> {
        if !self.file.is_lossy() {
            return None;
        }
        let line = shown.iter().copied().find(|&line| {
            let bytes = self.file.line_range(line).and_then(|range| self.file.bytes().get(range));
            bytes.is_some_and(|bytes| std::str::from_utf8(bytes).is_err())
        })?;
        let path = text::one_line(self.file.path());
        Some(format!("line {line} of `{path}` is not UTF-8: each byte that is not is shown as `?`"))
    }
}

#[cfg(test)]
mod tests;
