//! Replaces a stored capsule, which may move because its fingerprint has changed.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::index::{self, LockedIndex};
use super::{
    IndexEntry, LOCK_TIMEOUT, Repository, RepositoryError, RepositoryErrorKind, relative_path,
    remove_empty_dirs,
};
use crate::atomic_file::{self, Existing};
use crate::capsule::Capsule;

impl Repository {
    /// Replaces the capsule file at `path`, which [`path`](Self::path) returned, by a capsule with the same id. If its
    /// fingerprint has changed, it is stored in the directory of the new one. Returns the path of the new file.
    ///
    /// The new file is complete before the old one is removed: if the process is killed in between, the next reader
    /// repairs the index.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if there is no file at `path`, or the new one cannot be written. The old file remains.
    pub fn replace(
        &self,
        path: impl AsRef<Path>,
        capsule: &Capsule,
    ) -> Result<PathBuf, RepositoryError> {
        let old = path.as_ref();
        let id = &capsule.report.id;
        let relative = relative_path(&capsule.report, capsule.fingerprint);
        let new = self.root.join(&relative);
        if old.symlink_metadata().is_err() {
            return Err(self.not_found(id));
        }
        let bytes = capsule.to_bytes().map_err(|error| error.at(&new))?;
        let failed = |error| RepositoryError::new(&new, RepositoryErrorKind::Write(error));
        let dir = new.parent().unwrap_or(&self.root);
        atomic_file::create_private_dir(dir)
            .map_err(|error| RepositoryError::new(dir, RepositoryErrorKind::CreateDir(error)))?;
        let locked = LockedIndex::wait(&self.root, LOCK_TIMEOUT).unwrap_or(None);
        let written = atomic_file::write_atomically(&new, &bytes, Existing::Replace);
        if let Err(error) = written {
            if new != old {
                remove_empty_dirs(dir);
            }
            return Err(failed(error));
        }
        // Until the index is replaced, a reader that comes now must compare it with the files.
        index::mark_dirty(&self.root);
        if new != old {
            fs::remove_file(old)
                .map_err(|error| RepositoryError::new(old, RepositoryErrorKind::Remove(error)))?;
            if let Some(old_dir) = old.parent() {
                self.remove_fingerprint_dir(old_dir);
            }
            self.write_metadata(dir, capsule);
        }
        let entry = IndexEntry::from_capsule(capsule, relative, bytes.len() as u64);
        if let Some(mut locked) = locked {
            self.link_again(&new, id);
            // If this fails, the next reader repairs the index.
            _ = replace_line(&mut locked, &entry).map(|entries| {
                locked.begin_repair();
                locked.replace(entries.into_iter())
            });
        }
        Ok(new)
    }

    /// Links the new file into `latest/`, where the old one is.
    fn link_again(&self, path: &Path, id: &str) {
        if self.latest_ids().iter().any(|latest| latest == id) {
            let name = format!("{id}.{}", Capsule::EXTENSION);
            _ = fs::remove_file(self.root.join(super::LATEST).join(name));
            self.set_latest(path, id);
        }
    }

    /// Removes the directory of a fingerprint that has no crashes any more.
    fn remove_fingerprint_dir(&self, dir: &Path) {
        let is_in_repository = dir.starts_with(&self.root) && dir != self.root;
        let names = super::repair::names(dir, false).unwrap_or_default();
        if is_in_repository && names.iter().all(|name| name == super::METADATA) {
            _ = fs::remove_file(dir.join(super::METADATA));
            remove_empty_dirs(dir);
        }
    }
}

/// Returns the entries of the index, with the one of this crash replaced.
fn replace_line(locked: &mut LockedIndex, entry: &IndexEntry) -> io::Result<Vec<IndexEntry>> {
    let replaced = |other: IndexEntry| if other.id == entry.id { entry.clone() } else { other };
    Ok(locked.lines()?.entries().map(replaced).collect())
}
