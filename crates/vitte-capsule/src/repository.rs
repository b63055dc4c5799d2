//! A directory of crash capsules with an index.

mod entry;
mod error;
mod id;
mod index;
mod repair;
mod replace;
mod reports;
mod retention;

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

pub use entry::IndexEntry;
pub use error::{RepositoryError, RepositoryErrorKind};
use index::LockedIndex;
pub use repair::{Index, IndexRepair};
use reports::Reports;
pub use retention::{CleanReport, RemovalReason, Retention};

use crate::atomic_file::{self, Existing};
use crate::capsule::{Capsule, CapsuleError, CapsuleErrorKind};
use crate::fingerprint::Fingerprint;
use crate::report::{CrashReport, DEFAULT_DIR};

/// A directory of crashes, with one capsule per crash and an index of all. Any number of threads and processes
/// may use it at the same time.
///
/// ```text
/// target/crash-reports/
/// ├── index.jsonl                              one line per crash, see IndexEntry
/// ├── latest/ID.vittecrash                     the newest crash
/// ├── panic/2025-10-22/1a2b3c4d/               kind, day, short fingerprint
/// │   ├── ID.vittecrash
/// │   ├── ID.html                              the HTML report, if one was requested
/// │   └── metadata.json                        the fingerprint that these crashes share
/// └── 2025-10-22T13-05-42.json                 a report without a capsule, written by an older version
/// ```
///
/// The capsules are authoritative; the index can be rebuilt from them. A writer holds a lock while it appends the
/// line and then renames the file into place. If it is killed in between, the index has a line without a file; if
/// it cannot get the lock, there is a file without a line. The next reader repairs both, and rebuilds a damaged
/// index.
///
/// ```no_run
/// use vitte_capsule::Repository;
///
/// let repository = Repository::new(Repository::DEFAULT_DIR);
/// let id = repository.find("latest")?;
/// println!("{}", repository.load(&id)?.report.to_text(false));
/// # Ok::<(), vitte_capsule::RepositoryError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repository {
    root: PathBuf,
    /// The reports without a capsule.
    bare_reports: Reports,
}

/// How long a writer waits for the index lock. It is short because the process is about to end.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);
/// The attempts to store a crash. Ids are unique, but another process may remove the directory meanwhile.
const MAX_ATTEMPTS: u32 = 16;
/// The directory of the newest crash.
const LATEST: &str = "latest";
/// The file with what the crashes of one fingerprint have in common.
const METADATA: &str = "metadata.json";

impl Repository {
    /// The default directory: a path relative to the current directory.
    pub const DEFAULT_DIR: &'static str = DEFAULT_DIR;

    /// The environment variable that overrides the directory that the program sets.
    pub const DIR_ENV_VAR: &'static str = "VITTE_CRASH_DIR";

    /// Returns the repository in `dir`, which is created when the first crash is saved.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        let root = dir.into();
        Self { bare_reports: Reports::new(&root), root }
    }

    /// Returns the directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.root
    }

    /// Stores a capsule, sets the id of its report, and returns the path of its file.
    ///
    /// The file is written atomically, and only its owner can read it. The cost does not depend on the number of
    /// stored crashes.
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
        let relative = relative_path(&capsule.report, capsule.fingerprint);
        let path = self.root.join(&relative);
        let dir = path.parent().unwrap_or(&self.root);
        let bytes = capsule.to_bytes().map_err(|error| error.at(&path))?;
        for dir in [&self.root, dir] {
            atomic_file::create_private_dir(dir).map_err(|error| RepositoryError {
                path: dir.to_owned(),
                kind: RepositoryErrorKind::CreateDir(error),
            })?;
        }
        let write = || -> io::Result<()> {
            let file = atomic_file::create_temp(dir, &capsule.report.id)?;
            // Closes the file before the index is opened: the process may have only one free descriptor.
            let file = atomic_file::write_synced(file, &bytes)?.into_temp_path();
            let entry = IndexEntry::from_capsule(capsule, relative, bytes.len() as u64);
            let locked = LockedIndex::wait(&self.root, LOCK_TIMEOUT).unwrap_or(None);
            let is_indexed = match locked {
                Some(mut locked) => {
                    let is_indexed = locked.append(&entry).is_ok();
                    file.persist_noclobber(&path)?;
                    self.set_latest(&path, &entry.id);
                    is_indexed
                }
                None => {
                    // Set before and after the rename: the process may be killed in between.
                    index::mark_dirty(&self.root);
                    file.persist_noclobber(&path).map(|()| false)?
                }
            };
            if !is_indexed {
                index::mark_dirty(&self.root);
            }
            Ok(())
        };
        write().map_err(|error| {
            remove_empty_dirs(dir);
            RepositoryError { path: path.clone(), kind: RepositoryErrorKind::Write(error) }
        })?;
        atomic_file::sync_dir(dir);
        self.write_metadata(dir, capsule);
        Ok(path)
    }

    /// Writes `metadata.json` to the directory of a fingerprint, unless it exists. Failure is ignored: each
    /// capsule has the same data.
    fn write_metadata(&self, dir: &Path, capsule: &Capsule) {
        let path = dir.join(METADATA);
        if path.symlink_metadata().is_ok() {
            return;
        }
        let metadata = serde_json::json!({
            "fingerprint": capsule.fingerprint,
            "fingerprint_version": Fingerprint::VERSION,
            "of": Fingerprint::parts(&capsule.report),
            "first": capsule.report.id,
        });
        if let Ok(json) = serde_json::to_string_pretty(&metadata) {
            let file = atomic_file::create_temp(dir, METADATA);
            _ = file
                .and_then(|file| atomic_file::persist_new(file, (json + "\n").as_bytes(), &path));
        }
    }

    /// Links a capsule into `latest/`, unless a later crash is there. The caller holds the lock.
    fn set_latest(&self, path: &Path, id: &str) {
        let dir = self.root.join(LATEST);
        let others = self.latest_ids();
        if others.iter().any(|other| &**other > id)
            || atomic_file::create_private_dir(&dir).is_err()
        {
            return;
        }
        let name = |id: &str| dir.join(format!("{id}.{}", Capsule::EXTENSION));
        // A copy, if the file system has no hard links.
        let copy = || atomic_file::write_atomically(name(id), &fs::read(path)?, Existing::Fail);
        let linked = match fs::hard_link(path, name(id)) {
            // The link exists and is this file, so it must not be overwritten.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked.or_else(|_| copy()),
        };
        if linked.is_ok() {
            let old = others.iter().filter(|other| &***other != id);
            old.for_each(|other| _ = fs::remove_file(name(other)));
        }
    }

    /// Returns the ids of the crashes in `latest/`.
    fn latest_ids(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(LATEST)).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names.filter_map(|name| Some(id::id_of(&name)?.to_owned())).collect()
    }

    /// Returns the id of the crash that `query` selects: `latest`, an id, or an unambiguous prefix of an id.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if no crash matches, if several match (it lists the first of them), or if the
    /// directory cannot be read.
    pub fn find(&self, query: &str) -> Result<String, RepositoryError> {
        self.index()?.find(query)
    }

    /// Reads the capsule with this id. A report without a capsule is returned as a capsule with an empty
    /// `diagnostic` and no other content.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if there is no crash with this id, or its file is unreadable or damaged.
    pub fn load(&self, id: &str) -> Result<Capsule, RepositoryError> {
        if !id::is_valid(id) {
            return self
                .bare_reports
                .load(id)
                .map(|report| Capsule::with_diagnostic(report, String::new()));
        }
        let path = self.path(id)?;
        Capsule::read(&path).map_err(|error| self.read_error(id, error))
    }

    /// Returns the path of the file of a crash.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if there is no crash with this id, or the directory cannot be read.
    pub fn path(&self, id: &str) -> Result<PathBuf, RepositoryError> {
        let index = self.index()?;
        let entry = index.entry(id).ok_or_else(|| self.not_found(id))?;
        Ok(self.root.join(entry.path))
    }

    /// Replaces the capsule file at `path`, which [`save`](Self::save) returned, atomically.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if there is no file at `path`, or it cannot be written.
    pub fn update(&self, path: impl AsRef<Path>, capsule: &Capsule) -> Result<(), RepositoryError> {
        let path = path.as_ref();
        if path.symlink_metadata().is_err() {
            return Err(self.not_found(&capsule.report.id));
        }
        capsule.write(path)?;
        // The hard link in `latest/` still has the previous content.
        let Ok(Some(_locked)) = LockedIndex::wait(&self.root, LOCK_TIMEOUT) else { return Ok(()) };
        if self.latest_ids().contains(&capsule.report.id) {
            let name = format!("{}.{}", capsule.report.id, Capsule::EXTENSION);
            _ = fs::remove_file(self.root.join(LATEST).join(name));
            self.set_latest(path, &capsule.report.id);
        }
        Ok(())
    }

    fn not_found(&self, id: &str) -> RepositoryError {
        RepositoryError {
            path: self.root.clone(),
            kind: RepositoryErrorKind::NotFound(id.to_owned()),
        }
    }

    fn read_error(&self, id: &str, error: CapsuleError) -> RepositoryError {
        match &error.kind {
            CapsuleErrorKind::Read(error) if error.kind() == io::ErrorKind::NotFound => {
                self.not_found(id)
            }
            _ => error.into(),
        }
    }
}

/// Removes the directory of a fingerprint if it is empty, then its day and kind directories if they are empty.
fn remove_empty_dirs(dir: &Path) {
    _ = dir.ancestors().take(3).try_for_each(fs::remove_dir);
}

fn is_retryable(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound)
}

/// Returns the path of a crash's file in the repository: `panic/2025-10-22/1a2b3c4d/ID.vittecrash`.
fn relative_path(report: &CrashReport, fingerprint: Fingerprint) -> String {
    let (kind, id) = (report.kind(), &report.id);
    let (day, short) = (id::day(id), fingerprint.short());
    format!("{kind}/{day}/{short}/{id}.{}", Capsule::EXTENSION)
}
