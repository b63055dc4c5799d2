//! Labels on the lines of their files, and which of very many are shown.

use std::collections::{BTreeMap, BTreeSet};

use super::Few;
use crate::check::Resolved;
use crate::model::LabelStyle;
use crate::source::{ColumnUnit, Location};

/// A label and where it is on its lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a> {
    pub(super) label: Resolved<'a>,
    pub(super) lines: LineRange,
    /// The text of its first line.
    first_line: &'a str,
    /// Where it begins, in bytes from the start of its first line's text.
    pub(super) lo: usize,
    /// Where it ends, in bytes from the start of its last line's text.
    pub(super) hi: usize,
}

/// The lines of a label, 1-based, both inclusive.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineRange {
    pub(super) first: u32,
    pub(super) last: u32,
}

impl LineRange {
    pub(super) const fn many(self) -> bool {
        self.first < self.last
    }
}

impl<'a> Placed<'a> {
    pub(super) fn new(label: Resolved<'a>) -> Self {
        let (file, lo, hi) = (label.file, label.span.lo(), label.span.hi());
        let first = file.line_at(lo);
        // A label that ends with a line feed ends on that line, not at the start of the next.
        let last = if hi as usize <= first.next { first.clone() } else { file.line_at(hi - 1) };
        let lines = LineRange { first: first.number, last: last.number };
        let (lo, hi) = (first.bytes_to(lo), last.bytes_to(hi));
        let first_line = file.text().get(first.text).unwrap_or_default();
        Self { label, lines, first_line, lo, hi }
    }

    /// Where it begins.
    pub(super) fn location(&self, unit: ColumnUnit) -> Location<'a> {
        let col = unit.column_after(self.first_line.get(..self.lo).unwrap_or_default());
        Location { path: self.label.file.path(), line: self.lines.first, col }
    }

    /// The text of a line of its file.
    pub(super) fn line(&self, number: u32) -> &'a str {
        if number == self.lines.first {
            return self.first_line;
        }
        self.label.file.line(number).unwrap_or_default()
    }

    /// The last line that is shown because of it, where there is a context of so many lines: not the
    /// empty one after the last line end of its file.
    pub(super) fn last_shown(&self, context: u32) -> u32 {
        let (file, last) = (self.label.file, self.lines.last);
        if context == 0 {
            return last;
        }
        let of_file = file.line_count() - u32::from(file.text().ends_with('\n'));
        last.max(last.saturating_add(context).min(of_file))
    }

    pub(super) fn is_in_file_of(&self, other: &Self) -> bool {
        self.label.file.id() == other.label.file.id()
    }
}

/// Puts the labels of each file together, files in the order of their first label.
pub(super) fn by_file(labels: &mut [Placed<'_>]) {
    if labels.windows(2).all(|pair| matches!(pair, [a, b] if a.is_in_file_of(b))) {
        return;
    }
    let mut places = BTreeMap::new();
    for label in labels.iter() {
        let next = places.len();
        places.entry(label.label.file.id()).or_insert(next);
    }
    labels.sort_by_key(|label| places.get(&label.label.file.id()).copied());
}

/// Labels on one line, on average, that are shown where there are very many.
const LABELS_A_LINE: usize = 5;

/// Keeps the first labels of each file, on at most `most_lines` lines, and the first files, at most
/// as many; gives the number of labels that it leaves out.
pub(super) fn limit(labels: &mut Few<Placed<'_>>, most_lines: usize) -> usize {
    let all = labels.len();
    if 2 * all <= most_lines {
        return 0;
    }
    let (mut files, mut before): (_, Option<Placed<'_>>) = (0, None);
    let (mut lines, mut on_lines) = (BTreeSet::new(), 0);
    labels.retain(|label| {
        if before.replace(*label).is_none_or(|before| !before.is_in_file_of(label)) {
            files += 1;
            on_lines = 0;
            lines.clear();
        }
        let LineRange { first, last } = label.lines;
        let is_new = |line| usize::from(!lines.contains(&line));
        let more = is_new(first) + if last == first { 0 } else { is_new(last) };
        // The first label of a file is always shown.
        let fits = on_lines == 0
            || (lines.len() + more <= most_lines && on_lines < most_lines * LABELS_A_LINE);
        let is_kept = files <= most_lines.max(1) && fits;
        if is_kept {
            lines.extend([first, last]);
            on_lines += 1;
        }
        is_kept
    });
    all - labels.len()
}

/// What to say of a label whose file is not here. Where the diagnostic is stands below its message.
pub(super) fn in_words(label: Resolved<'_>, unit: ColumnUnit) -> Option<String> {
    let at = label.location(unit);
    match (label.label.style(), label.label.message()) {
        (LabelStyle::Primary, message) => message.map(str::to_owned),
        (LabelStyle::Secondary, Some(message)) => Some(format!("at {at}: {message}")),
        (LabelStyle::Secondary, None) => Some(format!("another label is at {at}")),
    }
}
