//! The list of crashes, the newest first.

use vitte_capsule::{Index, IndexEntry};

use super::super::pattern::Pattern;
use super::super::summary;
use super::node::label_of;

/// A crash of the list: safe texts.
#[derive(Clone, Debug)]
pub(super) struct CrashRow {
    pub(super) id: String,
    /// The shortest unique prefix of the id.
    pub(super) short_id: String,
    /// The number of crashes with the same fingerprint.
    pub(super) count: usize,
    pub(super) kind: String,
    pub(super) place: String,
    pub(super) function: String,
    pub(super) message: String,
    /// What else a search or a filter looks at: program, version and fingerprint.
    other: String,
}

/// The list of crashes, and the cursor in it.
#[derive(Debug)]
pub(super) struct CrashList {
    rows: Vec<CrashRow>,
    /// The indices of the rows that the filter leaves.
    visible: Vec<usize>,
    cursor: usize,
    filter: String,
}

impl CrashRow {
    fn of(entry: &IndexEntry, index: &Index, count: usize) -> Self {
        let short_id = entry.id.get(..index.shortest_prefix_len(&entry.id)).unwrap_or(&entry.id);
        let other = format!("{} {} {}", entry.program, entry.version, entry.fingerprint);
        Self {
            id: entry.id.clone(),
            short_id: label_of(short_id),
            count,
            kind: label_of(summary::kind(entry)),
            place: label_of(summary::place(entry)),
            function: label_of(&summary::function(entry)),
            message: label_of(&entry.message),
            other: label_of(&other),
        }
    }

    fn matches(&self, pattern: &Pattern) -> bool {
        let Self { id, kind, place, function, message, other, .. } = self;
        [id, kind, place, function, message, other].iter().any(|text| pattern.is_match(text))
    }
}

impl CrashList {
    /// Creates the list of these crashes, whose oldest is the first.
    pub(super) fn new(index: &Index, entries: impl Iterator<Item = IndexEntry>) -> Self {
        let counts = summary::crashes_by_fingerprint(index);
        let count = |entry: &IndexEntry| counts.get(&entry.fingerprint).copied().unwrap_or(1);
        let mut rows: Vec<CrashRow> =
            entries.map(|entry| CrashRow::of(&entry, index, count(&entry))).collect();
        rows.reverse();
        Self { visible: (0..rows.len()).collect(), rows, cursor: 0, filter: String::new() }
    }

    /// Returns the number of all crashes, whether they are visible or not.
    pub(super) fn total(&self) -> usize {
        self.rows.len()
    }

    /// Returns the number of visible crashes.
    pub(super) fn len(&self) -> usize {
        self.visible.len()
    }

    pub(super) const fn cursor(&self) -> usize {
        self.cursor
    }

    pub(super) fn filter(&self) -> &str {
        &self.filter
    }

    /// Moves the cursor to a row, or to the last one.
    pub(super) fn set_cursor(&mut self, row: usize) {
        self.cursor = row.min(self.visible.len().saturating_sub(1));
    }

    pub(super) fn row(&self, row: usize) -> Option<&CrashRow> {
        self.rows.get(*self.visible.get(row)?)
    }

    /// Returns the id of the selected crash.
    pub(super) fn selected(&self) -> Option<&str> {
        self.row(self.cursor).map(|row| &*row.id)
    }

    /// Shows only the crashes that match. The cursor stays on its crash if that is still visible.
    pub(super) fn set_filter(&mut self, text: &str, pattern: Option<&Pattern>) {
        let selected = self.visible.get(self.cursor).copied();
        let matches = |row: &CrashRow| pattern.is_none_or(|pattern| row.matches(pattern));
        let rows = self.rows.iter().enumerate().filter(|(_, row)| matches(row));
        self.visible = rows.map(|(index, _)| index).collect();
        let row = self.visible.iter().position(|index| Some(*index) == selected);
        self.cursor = row.unwrap_or(0);
        text.clone_into(&mut self.filter);
    }

    /// Moves the cursor to the next or the previous crash that matches, also past the end. Returns false if there is
    /// none.
    pub(super) fn find(&mut self, pattern: &Pattern, is_forward: bool) -> bool {
        let len = self.visible.len();
        let step = |distance: usize| match is_forward {
            true => (self.cursor + distance) % len,
            false => (self.cursor + len - distance) % len,
        };
        let mut others = (1..=len).map(step);
        let found = others.find(|row| self.row(*row).is_some_and(|row| row.matches(pattern)));
        if let Some(row) = found {
            self.cursor = row;
        }
        found.is_some()
    }
}
