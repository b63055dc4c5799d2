//! Locates labels on the lines of their files, and limits their number.

use std::collections::{BTreeMap, BTreeSet};

use super::{ExcerptOptions, LabelVec};
use crate::check::{ResolvedLabel, ResolvedSpan};
use crate::model::LabelStyle;
use crate::source::{ColumnUnit, Location, PartialLocation};
use crate::text;

/// The labels of a diagnostic or of a child, before their lines are selected.
#[derive(Debug)]
pub(in crate::emit) struct LocatedLabels<'a> {
    /// The labels whose lines can be shown, grouped by file.
    pub(super) labels: LabelVec<LocatedLabel<'a>>,
    /// The location of the first label, if it is that of the whole and its file is unavailable.
    pub(super) unavailable: Option<PartialLocation<'a>>,
    /// The number of labels that are not shown because there are too many.
    pub(super) omitted: usize,
    /// Notes about labels whose files are unavailable.
    pub(super) remarks: Vec<String>,
    /// The number of digits of the largest line number that is shown, 0 if no line is shown.
    number_width: usize,
}

impl<'a> LocatedLabels<'a> {
    /// Locates labels. If `first_leads` is set, the first one is the location of the whole; in a child without a
    /// primary label it is a secondary one.
    pub(in crate::emit) fn new(
        labels: impl IntoIterator<Item = DrawnLabel<'a>>,
        first_leads: bool,
        options: ExcerptOptions,
    ) -> Self {
        let (mut located, mut unavailable) = (LabelVec::new(), None);
        let mut remarks = Vec::new();
        for (index, label) in labels.into_iter().enumerate() {
            if !label.at.file.is_unavailable() {
                located.push(LocatedLabel::new(label));
                continue;
            }
            let at = label.at.partial_location(options.column_unit);
            let leads = index == 0 && first_leads;
            unavailable = unavailable.or_else(|| leads.then_some(at));
            remarks.extend(remark(label, at, leads));
        }
        group_by_file(&mut located);
        let omitted = truncate(&mut located, options.labelled_lines);
        let last = located.iter().map(|label| label.last_shown(options.context_lines)).max();
        let number_width = last.map_or(0, text::digit_count);
        Self { labels: located, unavailable, omitted, remarks, number_width }
    }

    /// Returns the number of digits of the largest line number that is shown, 0 if no line is shown.
    pub(in crate::emit) const fn number_width(&self) -> usize {
        self.number_width
    }
}

/// A label as it is drawn: one of the diagnostic, or one that the renderer adds.
#[derive(Clone, Copy, Debug)]
pub(in crate::emit) struct DrawnLabel<'a> {
    pub(in crate::emit) style: LabelStyle,
    /// The message, which is not empty.
    pub(in crate::emit) message: Option<&'a str>,
    pub(in crate::emit) at: ResolvedSpan<'a>,
}

impl<'a> From<ResolvedLabel<'a>> for DrawnLabel<'a> {
    fn from(ResolvedLabel { label, at }: ResolvedLabel<'a>) -> Self {
        Self { style: label.style(), message: label.message(), at }
    }
}

/// A label and its lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct LocatedLabel<'a> {
    pub(super) label: DrawnLabel<'a>,
    pub(super) lines: LineRange,
    /// The text of the first line.
    first_line: &'a str,
    /// The start of the label, in bytes from the start of its first line.
    pub(super) lo: usize,
    /// The end of the label, in bytes from the start of its last line.
    pub(super) hi: usize,
    /// How the label is drawn.
    pub(super) shape: Shape,
}

/// How a label is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// Under its only line.
    Underline,
    /// With a bar from its first to its last line.
    Bar,
    /// Like an underline at the end of another label with the same span, which has the bar.
    End,
}

/// The lines of a label, 1-based, both inclusive.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineRange {
    pub(super) first: u32,
    pub(super) last: u32,
}

impl LineRange {
    pub(super) const fn is_multi_line(self) -> bool {
        self.first < self.last
    }
}

impl<'a> LocatedLabel<'a> {
    pub(super) fn new(label: DrawnLabel<'a>) -> Self {
        let ResolvedSpan { file, span } = label.at;
        let (lo, hi) = (span.lo(), span.hi());
        let first = file.line_at(lo);
        // A label that ends after a line feed ends on the line of that line feed, not on the next one.
        let last = if hi as usize <= first.next { first.clone() } else { file.line_at(hi - 1) };
        let lines = LineRange { first: first.number, last: last.number };
        let (lo, hi) = (first.bytes_to(lo), last.bytes_to(hi));
        let first_line = file.text().get(first.text).unwrap_or_default();
        let shape = if lines.is_multi_line() { Shape::Bar } else { Shape::Underline };
        Self { label, lines, first_line, lo, hi, shape }
    }

    /// Returns the label as it is drawn beside others: only the first of several multi-line labels with one span has
    /// a bar.
    pub(super) fn beside(self, others: &[Self]) -> Self {
        let has_same_span = |other: &Self| other.label.at.span == self.label.at.span;
        let is_repeated = self.shape == Shape::Bar && others.iter().any(has_same_span);
        if is_repeated { Self { shape: Shape::End, ..self } } else { self }
    }

    /// Returns the remark that replaces a label.
    pub(super) fn remark(&self, unit: ColumnUnit) -> String {
        let at = self.location(unit);
        match self.label.message {
            Some(message) => format!("at {at}: {message}"),
            None => format!("another label is at {at}"),
        }
    }

    /// Returns the last line of the start and the first line of the end of a multi-line label, if lines between them
    /// are omitted.
    pub(super) fn omitted_lines(&self) -> Option<(u32, u32)> {
        let LineRange { first, last } = self.lines;
        let after_head = first.saturating_add(LINES_AT_START).min(last);
        let is_shown = |number: &u32| !is_delimiter(self.line(*number));
        let head = (first + 1..after_head).rev().find(is_shown).unwrap_or(first);
        let before = last.saturating_sub(1);
        let tail = if after_head < before && is_shown(&before) { before } else { last };
        (head + 1 < tail).then_some((head, tail))
    }

    /// Returns the location of the start of the label.
    pub(super) fn location(&self, unit: ColumnUnit) -> Location<'a> {
        self.label.at.location(unit)
    }

    /// Returns the text of a line of the label's file.
    pub(super) fn line(&self, number: u32) -> &'a str {
        if number == self.lines.first {
            return self.first_line;
        }
        self.label.at.file.line(number).unwrap_or_default()
    }

    /// Returns the last line that is shown for the label and `context` lines after it. The empty line after the
    /// last line feed of a file is never a context line.
    pub(super) fn last_shown(&self, context: u32) -> u32 {
        let (file, last) = (self.label.at.file, self.lines.last);
        if context == 0 {
            return last;
        }
        let last_of_file = file.last_line() - u32::from(file.text().ends_with('\n'));
        last.max(last.saturating_add(context).min(last_of_file))
    }

    pub(super) fn is_in_same_file(&self, other: &Self) -> bool {
        self.label.at.file.id() == other.label.at.file.id()
    }
}

/// The number of lines of a multi-line label that are shown from its first line.
const LINES_AT_START: u32 = 4;

/// Returns true if a line contains nothing but a delimiter or a comment, which is not worth a row at the end of the
/// first lines of a label.
fn is_delimiter(line: &str) -> bool {
    let line = line.trim();
    let is_comment =
        line.starts_with("//") && !(line.starts_with("///") || line.starts_with("//!"));
    is_comment || matches!(line, "" | "{" | "}" | "(" | ")" | "[" | "]")
}

/// Sorts labels by file, and files by their first label. The order within a file does not change.
fn group_by_file(labels: &mut [LocatedLabel<'_>]) {
    if labels.windows(2).all(|pair| matches!(pair, [a, b] if a.is_in_same_file(b))) {
        return;
    }
    let mut order = BTreeMap::new();
    for label in labels.iter() {
        let next = order.len();
        order.entry(label.label.at.file.id()).or_insert(next);
    }
    labels.sort_by_key(|label| order.get(&label.label.at.file.id()).copied());
}

/// The maximum number of labels per line that is shown, on average.
const MAX_LABELS_PER_LINE: usize = 5;

/// Keeps the first labels of each file, on at most `max_lines` lines, in the first `max_lines` files. Returns the
/// number of labels that were removed.
fn truncate(labels: &mut LabelVec<LocatedLabel<'_>>, max_lines: usize) -> usize {
    let total = labels.len();
    if 2 * total <= max_lines {
        return 0;
    }
    let (mut file_count, mut before): (_, Option<LocatedLabel<'_>>) = (0, None);
    let (mut lines, mut label_count) = (BTreeSet::new(), 0);
    labels.retain(|label| {
        if before.replace(*label).is_none_or(|before| !before.is_in_same_file(label)) {
            file_count += 1;
            label_count = 0;
            lines.clear();
        }
        let LineRange { first, last } = label.lines;
        let is_new = |line| usize::from(!lines.contains(&line));
        let new_lines = is_new(first) + if last == first { 0 } else { is_new(last) };
        // The first label of a file is always kept.
        let fits = label_count == 0
            || (lines.len() + new_lines <= max_lines
                && label_count < max_lines * MAX_LABELS_PER_LINE);
        let keep = file_count <= max_lines.max(1) && fits;
        if keep {
            lines.extend([first, last]);
            label_count += 1;
        }
        keep
    });
    total - labels.len()
}

/// Returns the remark for a label at a location in an unavailable file. If the label `leads`, the location is not
/// part of it, because it is shown below the header.
fn remark(label: DrawnLabel<'_>, at: PartialLocation<'_>, leads: bool) -> Option<String> {
    let preposition = if at.position.is_some() { "at" } else { "in" };
    match (leads, label.message) {
        (true, message) => message.map(str::to_owned),
        (false, Some(message)) => Some(format!("{preposition} {at}: {message}")),
        (false, None) => Some(format!("another label is {preposition} {at}")),
    }
}
