//! The table by which another process finds the sources in the memory of this one.

use std::sync::atomic::{AtomicU64, Ordering};

use vitte_diag::{FileId, SourceFile, SourceMap};

/// The number of values in a row.
const ROW: usize = 4;

/// Four values for each file, in the row of its id: the address and length of its path, then those of its text. The row of a
/// file that was removed, or whose lazy text was not needed yet, has zeros.
///
/// Only grows: a published table may be read at any time.
#[derive(Debug, Default)]
pub(super) struct SourceTable {
    values: Vec<AtomicU64>,
    /// The files whose lazy texts were not needed yet.
    pending: Vec<FileId>,
}

impl SourceTable {
    /// Adds the files that follow those of the table, and the lazy texts that are known by now. Returns the values at their
    /// earlier address if they were moved.
    pub(super) fn extend(&mut self, sources: &SourceMap) -> Option<Vec<AtomicU64>> {
        let known = self.values.len() / ROW;
        let new: Vec<_> = sources.files_from(known).collect();
        let count = new.last().map_or(known, |file| file.id().index() as usize + 1);
        let moved = self.reserve(count.saturating_mul(ROW));
        let pending = std::mem::take(&mut self.pending);
        let pending = pending.iter().filter_map(|id| sources.file(*id).ok());
        pending.chain(new).for_each(|file| self.set(file));
        moved
    }

    /// Makes the table `len` values long. Returns the values at their earlier address if they were moved.
    fn reserve(&mut self, len: usize) -> Option<Vec<AtomicU64>> {
        let mut moved = None;
        if len > self.values.capacity() {
            let mut values = Vec::with_capacity(len.max(2 * self.values.capacity()));
            let copied = self.values.iter().map(|value| value.load(Ordering::Relaxed));
            values.extend(copied.map(AtomicU64::new));
            moved = Some(std::mem::replace(&mut self.values, values));
        }
        self.values.resize_with(len.max(self.values.len()), AtomicU64::default);
        moved
    }

    fn set(&mut self, file: &SourceFile) {
        if !file.is_loaded() {
            self.pending.push(file.id());
            return;
        }
        let (path, text) = (file.path(), file.text());
        let start = file.id().index() as usize * ROW;
        let row = self.values.get(start..start.saturating_add(ROW));
        let Some([path_address, path_len, text_address, text_len]) = row else { return };
        path_address.store(path.as_ptr().addr() as u64, Ordering::Release);
        text_address.store(text.as_ptr().addr() as u64, Ordering::Release);
        text_len.store(text.len() as u64, Ordering::Release);
        // A row without a length of the path is not read.
        path_len.store(path.len() as u64, Ordering::Release);
    }

    /// Makes other processes read this table. The caller keeps it from being changed or freed.
    pub(super) fn publish(&self) {
        #[cfg(unix)]
        {
            use crate::sys::shared::{self, SharedField};
            let (address, bytes) = (self.values.as_ptr().addr(), size_of_val(&*self.values));
            if shared::get(SharedField::SourcesAddress) != address as u64 {
                shared::set(SharedField::SourcesBytes, 0);
                shared::set(SharedField::SourcesAddress, address as u64);
            }
            shared::set(SharedField::SourcesBytes, bytes as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use vitte_diag::SourceText;

    use super::*;

    /// Returns the lengths of the path and the text in each row.
    fn lengths(table: &SourceTable) -> Vec<(u64, u64)> {
        let values: Vec<u64> =
            table.values.iter().map(|value| value.load(Ordering::Relaxed)).collect();
        values.chunks(ROW).map(|row| (row[1], row[3])).collect()
    }

    #[test]
    fn removed_files_and_lazy_texts_are_not_in_the_table() {
        let mut sources = SourceMap::new();
        let removed = sources.insert("a", "text");
        sources.insert("b", "text");
        let lazy =
            sources.insert("c", SourceText::lazy(|| Ok::<_, std::io::Error>("lazy".to_owned())));
        sources.remove(removed).unwrap();
        let mut table = SourceTable::default();
        table.extend(&sources);
        assert_eq!(lengths(&table), [(0, 0), (1, 4), (0, 0)]);
        // It is needed, so the next call has it.
        assert_eq!(sources.file(lazy).unwrap().text(), "lazy");
        table.extend(&sources);
        assert_eq!(lengths(&table), [(0, 0), (1, 4), (1, 4)]);
    }

    #[test]
    fn a_table_that_grows_equals_one_that_is_made_at_once() {
        let (mut sources, mut grown) = (SourceMap::new(), SourceTable::default());
        let mut moves = 0;
        for count in 0..1000 {
            sources.insert(format!("{count}"), "x".repeat(count % 7));
            moves += usize::from(grown.extend(&sources).is_some());
        }
        let mut whole = SourceTable::default();
        whole.extend(&sources);
        let values = |table: &SourceTable| -> Vec<u64> {
            table.values.iter().map(|value| value.load(Ordering::Relaxed)).collect()
        };
        assert_eq!(values(&grown), values(&whole));
        assert!(moves <= 11, "{moves}");
    }
}
