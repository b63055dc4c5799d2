//! Replaces a stored capsule, which may move because its fingerprint has changed.

use std::io;
use std::path::{Path, PathBuf};

use super::index::{self, LockedIndex};
use super::location::{self, Location};
use super::{
    IndexEntry, LOCK_TIMEOUT, Repository, RepositoryError, RepositoryErrorKind, latest, retention,
    save,
};
use crate::capsule::Capsule;
use crate::dir::{Dir, EntryKind, TempFile};

impl Repository {
    /// Replaces the capsule file at `path`, which [`path`](Self::path) returned, by a capsule with the same id. If its
    /// fingerprint has changed, it is stored in the directory of the new one. Returns the path of the new file.
    ///
    /// The new file is complete before the old one is removed: if the process is killed in between, the next reader
    /// repairs the index.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if there is no capsule with this id at `path`, or the new one cannot be written. The old
    /// file remains.
    pub fn replace(
        &self,
        path: impl AsRef<Path>,
        capsule: &Capsule,
    ) -> Result<PathBuf, RepositoryError> {
        let path = path.as_ref();
        let id = &capsule.report.id;
        let (_, old) = self.location(path).ok_or_else(|| self.not_found(id))?;
        let relative = location::relative_path(&capsule.report, capsule.fingerprint);
        let new_path = self.root.join(&relative);
        let new = Location::parse(&relative).filter(|new| new.name == old.name);
        let new = new.ok_or_else(|| self.not_found(id))?;
        let bytes = capsule.to_bytes().map_err(|error| error.at(&new_path))?;
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => self.not_found(id),
            _ => RepositoryError::new(&new_path, RepositoryErrorKind::Write(error)),
        };
        let root = Dir::open(&self.root).map_err(failed)?;
        let is_file = old.within(&root, |dir| dir.info(old.name)).and_then(|info| info);
        if is_file.map_err(failed)?.kind != EntryKind::File {
            return Err(self.not_found(id));
        }
        let locked = LockedIndex::wait(&root, LOCK_TIMEOUT).unwrap_or(None);
        write(&root, new, &bytes, capsule).map_err(|error| {
            new.remove_empty_dirs(&root);
            failed(error)
        })?;
        // Until the index is replaced, a reader that comes now must compare it with the files.
        index::mark_dirty(&root);
        let entry = IndexEntry::from_capsule(capsule, relative.clone(), bytes.len() as u64);
        if old != new {
            retention::remove_files(&root, old)
                .map_err(|error| RepositoryError::new(path, RepositoryErrorKind::Remove(error)))?;
        }
        if let Some(mut locked) = locked {
            // The hard link in `latest/` still has the previous content.
            if latest::ids(&root).contains(id) {
                latest::remove(&root, id);
                _ = new.within(&root, |dir| latest::set(&root, dir, id));
            }
            // If this fails, the next reader repairs the index.
            _ = replace_line(&mut locked, &entry).map(|entries| {
                locked.begin_repair();
                locked.replace(entries.into_iter())
            });
        }
        Ok(new_path)
    }
}

/// Writes the file of a capsule, and the metadata of its directory.
fn write(root: &Dir, new: Location<'_>, bytes: &[u8], capsule: &Capsule) -> io::Result<()> {
    let dir = new.create_dir(root)?;
    let dir = dir.as_ref().unwrap_or(root);
    let mut file = TempFile::unique(dir, "crash")?;
    file.write(bytes, true)?;
    file.persist(new.name)?;
    dir.sync();
    save::write_metadata(dir, capsule);
    Ok(())
}

/// Returns the entries of the index, with the one of this crash replaced.
fn replace_line(locked: &mut LockedIndex<'_>, entry: &IndexEntry) -> io::Result<Vec<IndexEntry>> {
    let replaced = |other: IndexEntry| if other.id == entry.id { entry.clone() } else { other };
    Ok(locked.lines()?.entries().map(replaced).collect())
}
