//! Stores a crash.

use std::io;
use std::path::{Path, PathBuf};

use super::error::{RepositoryError, RepositoryErrorKind};
use super::index::{self, DIRTY_FLAG_FILE, LockedIndex};
use super::location::{self, Location};
use super::{IndexEntry, LOCK_TIMEOUT, METADATA, Repository, id, latest};
use crate::atomic_file;
use crate::capsule::Capsule;
use crate::dir::{Dir, TempFile};
use crate::fingerprint::Fingerprint;

/// The attempts to store a crash. Ids are unique, but another process may remove the directory meanwhile.
const MAX_ATTEMPTS: u32 = 16;

impl Repository {
    /// Stores a capsule, sets the id of its report, and returns the path of its file.
    ///
    /// The file is written atomically, and its content is synced. Its name is not, because threads that crash at the
    /// same time would wait for the disk one after another: after a power failure the file is complete or missing.
    ///
    /// Only its owner can read it, and only the owner can access the directories that are created, whatever the umask;
    /// the modes of existing directories are not changed. The cost does not depend on the number of stored crashes.
    ///
    /// If the directories of the crash cannot be used, because one of them is a link or belongs to another user, or
    /// because this process has fewer than three free file descriptors, the file is stored in the directory of the
    /// repository itself.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if a directory cannot be created or the file cannot be written. No partial file
    /// remains, and the report has its previous id.
    pub fn save(&self, capsule: &mut Capsule) -> Result<PathBuf, RepositoryError> {
        let previous_id = capsule.report.id.clone();
        let mut attempts = 0;
        loop {
            capsule.report.id = id::new(&capsule.report.timestamp);
            attempts += 1;
            match self.try_save(capsule) {
                // The id is taken, or another process has just removed the empty directory.
                Err(RepositoryError {
                    kind: RepositoryErrorKind::Write(error) | RepositoryErrorKind::CreateDir(error),
                    ..
                }) if attempts < MAX_ATTEMPTS && is_retryable(&error) => {}
                Err(error) => {
                    capsule.report.id = previous_id;
                    return Err(error);
                }
                Ok(path) => return Ok(path),
            }
        }
    }

    fn try_save(&self, capsule: &Capsule) -> Result<PathBuf, RepositoryError> {
        let relative = location::relative_path(&capsule.report, capsule.fingerprint);
        let path = self.root.join(&relative);
        let Some(location) = Location::parse(&relative) else {
            return Err(self.not_found(&capsule.report.id));
        };
        let bytes = capsule.to_bytes().map_err(|error| error.at(&path))?;
        let failed =
            |dir: &Path, error| RepositoryError::new(dir, RepositoryErrorKind::CreateDir(error));
        let root = Dir::create(&self.root).map_err(|error| failed(&self.root, error))?;
        let dir = match location.create_dir(&root) {
            Ok(dir) => dir,
            Err(error) if is_retryable(&error) => {
                return Err(failed(path.parent().unwrap_or(&path), error));
            }
            Err(error) => {
                drop(root);
                let stored = self.save_in_root(&capsule.report.id, &bytes);
                return stored.map_err(|_| failed(path.parent().unwrap_or(&path), error));
            }
        };
        let dir = dir.as_ref().unwrap_or(&root);
        let entry = IndexEntry::from_capsule(capsule, relative.clone(), bytes.len() as u64);
        write(&root, dir, location, &entry, &bytes).map_err(|error| {
            location.remove_empty_dirs(&root);
            RepositoryError::new(&path, RepositoryErrorKind::Write(error))
        })?;
        write_metadata(dir, capsule);
        Ok(path)
    }

    /// Stores a crash as `ID.vittecrash`, with one free file descriptor. The next reader adds it to the index.
    ///
    /// The name is the only component below the directory, and neither step follows a link with that name.
    fn save_in_root(&self, id: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let path = self.root.join(location::file_name(id));
        let mark_dirty = || _ = atomic_file::create_empty(&self.root.join(DIRTY_FLAG_FILE));
        // Before and after the rename: the process may be killed in between.
        mark_dirty();
        atomic_file::persist_new(atomic_file::create_temp(&self.root, id)?, bytes, &path)?;
        mark_dirty();
        Ok(path)
    }
}

/// Writes the file of a crash and its line of the index.
fn write(
    root: &Dir,
    dir: &Dir,
    location: Location<'_>,
    entry: &IndexEntry,
    bytes: &[u8],
) -> io::Result<()> {
    let mut file = TempFile::new(dir, &entry.id)?;
    // Closes the file before the index is opened: the process may have few free descriptors.
    file.write(bytes, true)?;
    let is_indexed = match LockedIndex::wait(root, LOCK_TIMEOUT).unwrap_or(None) {
        Some(mut locked) => {
            let is_indexed = locked.append(entry).is_ok();
            file.persist_new(location.name)?;
            latest::set(root, dir, &entry.id);
            is_indexed
        }
        None => {
            // Set before and after the rename: the process may be killed in between.
            index::mark_dirty(root);
            file.persist_new(location.name)?;
            false
        }
    };
    if !is_indexed {
        index::mark_dirty(root);
    }
    Ok(())
}

/// Writes `metadata.json` to the directory of a fingerprint, unless it exists. Failure is ignored: each capsule has
/// the same data.
pub(super) fn write_metadata(dir: &Dir, capsule: &Capsule) {
    if dir.info(METADATA).is_ok() {
        return;
    }
    let metadata = serde_json::json!({
        "fingerprint": capsule.fingerprint,
        "fingerprint_version": Fingerprint::VERSION,
        "of": Fingerprint::parts(&capsule.report),
        "first": capsule.report.id,
    });
    let write = || -> io::Result<()> {
        let mut file = TempFile::new(dir, METADATA)?;
        file.write((serde_json::to_string_pretty(&metadata)? + "\n").as_bytes(), true)?;
        file.persist_new(METADATA)
    };
    _ = write();
}

fn is_retryable(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound)
}
