//! Recognises maps that have grown from the same one, so that a copy of a map can follow it without comparing the files.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Slot, SourceFile, SourceMap};

/// The history of a map. Of two maps with the same one, the files of the smaller map are the first files of the other.
pub(super) struct Lineage {
    id: u64,
    /// Only one map of a lineage adds files to it. Its clones begin one of their own when they change.
    is_owned: bool,
}

impl Lineage {
    /// Called before a file is added.
    pub(super) fn grow(&mut self) {
        if !self.is_owned {
            self.restart();
        }
    }

    /// Called before a file is removed.
    pub(super) fn restart(&mut self) {
        *self = Self::default();
    }
}

impl Default for Lineage {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), is_owned: true }
    }
}

impl Clone for Lineage {
    fn clone(&self) -> Self {
        Self { id: self.id, is_owned: false }
    }
}

impl fmt::Debug for Lineage {
    /// Writes no number, which would differ from run to run.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lineage").finish_non_exhaustive()
    }
}

impl SourceMap {
    /// Adds the files that `newer`, which is this map or a clone of it, has in addition. Returns false, and adds nothing, if
    /// the two are different maps: one of them was changed after it was cloned, or a file was removed.
    ///
    /// The time is linear in the number of new files. For `vitte-crash`, which keeps a copy of a map.
    #[doc(hidden)]
    pub fn follow(&mut self, newer: &Self) -> bool {
        if self.lineage.id != newer.lineage.id {
            return false;
        }
        for slot in newer.files.iter().skip(self.files.len()) {
            if let Slot::File(file) = slot {
                if let Some(outer) = file.outer() {
                    self.embedded.entry(outer.id()).or_default().insert(file.id());
                }
            }
            self.files.push(slot.clone());
        }
        true
    }

    /// Returns the files from an index on. For `vitte-crash`.
    #[doc(hidden)]
    pub fn files_from(&self, index: usize) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().skip(index).filter_map(|slot| match slot {
            Slot::File(file) => Some(&**file),
            Slot::Removed(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;

    #[test]
    fn a_copy_follows_only_the_map_that_it_was_made_of() {
        let mut sources = SourceMap::new();
        let outer = sources.insert("a", "x + `y`");
        let mut copy = sources.clone();
        let mut other = sources.clone();

        sources.insert("b", "");
        sources.embed(Span::between(outer, 5, 6)).unwrap();
        assert!(copy.follow(&sources));
        let paths = |sources: &SourceMap| -> Vec<String> {
            sources.files().map(|file| file.path().to_owned()).collect()
        };
        assert_eq!(paths(&copy), paths(&sources));
        assert!(copy.follow(&other), "an earlier state");
        assert_eq!(copy.files().count(), 3);

        other.insert("c", "");
        assert!(!copy.follow(&other) && !other.follow(&sources));
        assert!(!copy.follow(&SourceMap::new()));
        sources.remove(outer).unwrap();
        assert!(!copy.follow(&sources));
        assert_eq!(copy.remove(outer).unwrap().id(), outer);
        assert_eq!(copy.files().count(), 1, "with the embedded file");
    }
}
