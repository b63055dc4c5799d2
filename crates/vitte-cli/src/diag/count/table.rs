//! Counts by keys.

use std::cmp::Ordering;
use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;

use hashbrown::HashTable;

use super::Counts;

/// The counts of some diagnostics, in the order in which their keys appear first. The keys are in one buffer, so that a row
/// costs no allocation.
///
/// A key is a list of values, each followed by [`END`]; a value that is missing is [`NONE`]. Neither byte occurs in UTF-8.
#[derive(Debug, Default)]
pub(in crate::diag) struct Table {
    hasher: RandomState,
    keys: Vec<u8>,
    rows: Vec<Row>,
    /// The indices of the rows, by their hashes.
    index: HashTable<u32>,
    /// The diagnostics that have no row, because there were too many rows.
    pub(in crate::diag) other: Counts,
}

#[derive(Clone, Debug)]
struct Row {
    hash: u64,
    key: Range<usize>,
    counts: Counts,
}

/// The end of a value.
pub(super) const END: u8 = 0xff;
/// A value that is missing.
pub(super) const NONE: u8 = 0xfe;

/// The maximum size of a table in bytes. Rows that would be new are counted together from then on.
pub(super) const MAX_TABLE_BYTES: usize = 16 << 20;

impl Table {
    /// Creates an empty table that can be [appended](Self::append) to this one.
    pub(super) fn empty_part(&self) -> Self {
        Self { hasher: self.hasher.clone(), ..Self::default() }
    }

    /// Adds counts to the row of a key.
    pub(super) fn add(&mut self, key: &[u8], counts: Counts) {
        self.add_hashed(key, self.hasher.hash_one(key), counts);
    }

    fn add_hashed(&mut self, key: &[u8], hash: u64, counts: Counts) {
        let Self { keys, rows, index, other, .. } = self;
        let row_of = |index: &u32| rows.get(*index as usize);
        let is_it = |row: &Row| row.hash == hash && keys.get(row.key.clone()) == Some(key);
        if let Some(found) = index.find(hash, |index| row_of(index).is_some_and(is_it)) {
            if let Some(row) = rows.get_mut(*found as usize) {
                row.counts.add(counts);
            }
            return;
        }
        let size = keys.len() + key.len() + rows.len() * (size_of::<Row>() + size_of::<u64>());
        let Ok(next) = u32::try_from(rows.len()) else { return other.add(counts) };
        if size > MAX_TABLE_BYTES {
            return other.add(counts);
        }
        let start = keys.len();
        keys.extend_from_slice(key);
        rows.push(Row { hash, key: start..keys.len(), counts });
        index
            .insert_unique(hash, next, |index| rows.get(*index as usize).map_or(0, |row| row.hash));
    }

    /// Adds the counts of diagnostics that follow. `following` is an [empty part](Self::empty_part) of this table to which
    /// was added.
    pub(super) fn append(&mut self, following: &Self) {
        self.other.add(following.other);
        for row in &following.rows {
            let key = following.keys.get(row.key.clone()).unwrap_or_default();
            self.add_hashed(key, row.hash, row.counts);
        }
    }

    /// Puts the rows with the most diagnostics first, then in the order of their values. Nothing can be added afterwards.
    pub(in crate::diag) fn sort(&mut self) {
        let Self { keys, rows, index, .. } = self;
        index.clear();
        let key = |row: &Row| keys.get(row.key.clone()).unwrap_or_default();
        rows.sort_unstable_by(|row, other| {
            let more = other.counts.total().cmp(&row.counts.total());
            more.then_with(|| cmp(key(row), key(other)))
        });
    }

    /// Returns the number of rows.
    pub(in crate::diag) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the values and counts of each row.
    pub(in crate::diag) fn rows(&self) -> impl Iterator<Item = (Vec<Option<&str>>, Counts)> {
        self.rows.iter().map(|row| {
            let key = self.keys.get(row.key.clone()).unwrap_or_default();
            (values(key).collect(), row.counts)
        })
    }
}

/// Compares two keys by their values; a missing value is first.
fn cmp(key: &[u8], other: &[u8]) -> Ordering {
    values(key).cmp(values(other))
}

/// Returns the values of a key.
fn values(key: &[u8]) -> impl Iterator<Item = Option<&str>> {
    let values = key.strip_suffix(&[END]).unwrap_or(key).split(|byte| *byte == END);
    values.map(|value| std::str::from_utf8(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_does_not_grow_without_limit() {
        let mut all = Table::default();
        let name = |number| format!("{number:01000}");
        let one = Counts([0, 1, 0, 0]);
        for number in 1..=20_000 {
            let mut part = all.empty_part();
            for number in [number, 0] {
                part.add(&[name(number).as_bytes(), &[END]].concat(), one);
            }
            all.append(&part);
        }
        assert!(all.len() > 10_000 && all.len() * 1000 < MAX_TABLE_BYTES);
        let counted: u64 = all.rows().map(|(_, counts)| counts.total()).sum();
        assert_eq!(counted + all.other.total(), 40_000);
        all.sort();
        let (values, counts) = all.rows().next().unwrap();
        assert_eq!((values, counts.total()), (vec![Some(&*name(0))], 20_000));
    }

    #[test]
    fn a_missing_value_is_before_others() {
        let mut table = Table::default();
        for key in [&[b'b', END][..], &[END], &[NONE, END], &[b'a', b'a', END], &[b'a', END]] {
            table.add(key, Counts([1, 0, 0, 0]));
        }
        table.sort();
        let values: Vec<_> = table.rows().map(|(values, _)| values[0]).collect();
        assert_eq!(values, [None, Some(""), Some("a"), Some("aa"), Some("b")]);
    }
}
