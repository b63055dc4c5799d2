//! Finds the first file that another program can open, for formats that require a file of every diagnostic.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Slot, SourceFile, SourceMap};

/// The number of files at the start of a map that are known to be not openable. They never become so.
#[derive(Debug, Default)]
pub(super) struct FirstOpenable(AtomicUsize);

impl Clone for FirstOpenable {
    fn clone(&self) -> Self {
        Self(AtomicUsize::new(self.0.load(Ordering::Relaxed)))
    }
}

impl SourceMap {
    /// Returns the first file that is neither unavailable nor virtual. Each file is examined once.
    pub(crate) fn first_openable_file(&self) -> Option<&SourceFile> {
        let known = self.openable.0.load(Ordering::Relaxed);
        let mut after = self.files.iter().enumerate().skip(known);
        let found = after.find_map(|(index, slot)| match slot {
            Slot::File(file) if file.is_openable() => Some((index, &**file)),
            _ => None,
        });
        let known = found.map_or(self.files.len(), |(index, _)| index);
        self.openable.0.fetch_max(known, Ordering::Relaxed);
        found.map(|(_, file)| file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_added_or_removed_later_count() {
        let mut sources = SourceMap::new();
        let path =
            |sources: &SourceMap| sources.first_openable_file().map(|file| file.path().to_owned());
        assert_eq!(path(&sources), None);
        sources.insert("<stdin>", "x");
        sources.add_unavailable("gone", []).unwrap();
        assert_eq!(path(&sources), None);
        let first = sources.insert("a", "x");
        let clone = sources.clone();
        sources.insert("b", "x");
        assert_eq!(path(&sources).as_deref(), Some("a"));
        sources.remove(first).unwrap();
        assert_eq!(path(&sources).as_deref(), Some("b"));
        assert_eq!(path(&clone).as_deref(), Some("a"));
    }
}
