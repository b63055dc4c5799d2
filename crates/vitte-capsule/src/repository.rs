//! A directory of crash capsules with an index.

mod default_dir;
mod entry;
mod error;
pub(crate) mod file_lock;
mod files;
mod group;
mod id;
mod index;
mod latest;
mod location;
mod needle;
mod repair;
mod replace;
mod reports;
mod retention;
mod save;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use entry::IndexEntry;
pub use error::{RepositoryError, RepositoryErrorKind};
pub use group::CrashGroup;
use index::LockedIndex;
use location::Location;
pub use repair::{Index, IndexRepair};
use reports::Reports;
pub use retention::{CleanReport, RemovalReason, Retention};

use crate::capsule::{self, Capsule, CapsuleError, CapsuleErrorKind};
use crate::dir::{Dir, EntryKind, TempFile};
use crate::report::DEFAULT_DIR;

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
/// ├── pending/                                 uploads that were not sent yet
/// ├── ID.vittecrash                            a crash that could not be stored below its kind
/// └── 2025-10-22T13-05-42.json                 a report without a capsule, written by an older version
/// ```
///
/// The capsules are authoritative; the index can be rebuilt from them. A writer holds a lock while it appends the
/// line and then renames the file into place. If it is killed in between, the index has a line without a file; if
/// it cannot get the lock, there is a file without a line. The next reader repairs both, and rebuilds a damaged
/// index.
///
/// The content of the directory is untrusted. Whatever its files and names are, nothing outside of the directory is
/// read, written, renamed or removed: each name is resolved beneath a handle of its directory, and links are not
/// followed. The directory itself may be reached through links. On Unix, files of users other than the current one,
/// the owner of the directory and root are not used.
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
/// The directory of the newest crash.
const LATEST: &str = "latest";
/// The directory of the uploads that were not sent yet.
#[cfg_attr(not(feature = "upload"), allow(dead_code, reason = "the name is reserved"))]
pub(crate) const PENDING: &str = "pending";
/// The file with what the crashes of one fingerprint have in common.
const METADATA: &str = "metadata.json";

impl Repository {
    /// The [default directory](Self::default_dir) in a Cargo workspace: a path relative to the current directory.
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
        let (dir, entry) = self.entry(id)?;
        self.read_capsule(&dir, id, &entry.path).map(|(capsule, _)| capsule)
    }

    /// Reads the capsule file at `path`, which [`save`](Self::save) returned. The index is not read.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if there is no capsule at `path` in this repository, or it is unreadable or damaged.
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<Capsule, RepositoryError> {
        let path = path.as_ref();
        let not_found = || self.not_found(&path.to_string_lossy());
        let (relative, location) = self.location(path).ok_or_else(not_found)?;
        let dir = self.open().map_err(|error| self.error("", RepositoryErrorKind::Read(error)))?;
        let dir = dir.ok_or_else(not_found)?;
        self.read_capsule(&dir, location.id(), relative).map(|(capsule, _)| capsule)
    }

    /// Returns a path relative to the repository, and what it locates. `None` if it is not that of a capsule in it.
    fn location<'p>(&self, path: &'p Path) -> Option<(&'p str, Location<'p>)> {
        let relative = path.strip_prefix(&self.root).ok()?.to_str()?;
        Some((relative, Location::parse(relative)?))
    }

    /// Reads the file of the capsule with this id, which can be damaged.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if there is no capsule with this id, or its file cannot be read.
    pub fn read(&self, id: &str) -> Result<Vec<u8>, RepositoryError> {
        let (dir, entry) = self.entry(id)?;
        self.read_bytes(&dir, id, &entry.path)
    }

    /// Returns the path of the file of a crash.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if there is no crash with this id, or the directory cannot be read.
    pub fn path(&self, id: &str) -> Result<PathBuf, RepositoryError> {
        self.entry(id).map(|(_, entry)| self.root.join(entry.path))
    }

    /// Returns why users other than the current one and root can change the repository: its directory belongs to one of
    /// them, or every user can write to it. `None` if they cannot, if the directory is missing, and on systems other
    /// than Unix.
    #[must_use]
    pub fn other_users(&self) -> Option<String> {
        self.open().ok()??.other_users()
    }

    /// Opens the directory; `None` if it does not exist.
    fn open(&self) -> io::Result<Option<Dir>> {
        match Dir::open(&self.root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// Returns the index entry of a crash, and the directory.
    fn entry(&self, id: &str) -> Result<(Dir, IndexEntry), RepositoryError> {
        let entry = self.index()?.entry(id).ok_or_else(|| self.not_found(id))?;
        let dir = self.open().map_err(|error| self.error("", RepositoryErrorKind::Read(error)))?;
        Ok((dir.ok_or_else(|| self.not_found(id))?, entry))
    }

    /// Reads the capsule at a path of the index. Returns the size of its file in bytes too.
    fn read_capsule(
        &self,
        dir: &Dir,
        id: &str,
        path: &str,
    ) -> Result<(Capsule, u64), RepositoryError> {
        let bytes = self.read_bytes(dir, id, path)?;
        Ok((Capsule::from_bytes(&bytes, self.root.join(path))?, bytes.len() as u64))
    }

    fn read_bytes(&self, dir: &Dir, id: &str, path: &str) -> Result<Vec<u8>, RepositoryError> {
        let location = Location::parse(path).ok_or_else(|| self.not_found(id))?;
        let bytes = location.within(dir, |dir| {
            dir.read(location.name, capsule::MAX_FILE_BYTES).map_err(capsule::read_error)
        });
        let bytes = bytes.map_err(|error| CapsuleError::new(CapsuleErrorKind::Read(error)));
        let bytes = bytes.and_then(|bytes| bytes);
        bytes.map_err(|error| self.read_error(id, error.at(&self.root.join(path))))
    }

    /// Writes the HTML report of a crash next to its capsule, atomically, and returns its path. An existing report
    /// is replaced.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if there is no crash with this id, or the file cannot be written.
    pub fn save_html(&self, id: &str, html: &str) -> Result<PathBuf, RepositoryError> {
        let (root, entry) = self.entry(id)?;
        let path = Path::new(&entry.path).with_extension("html");
        // The id of a crash is a file name.
        let name = format!("{id}.html");
        let write = |dir: &Dir| -> io::Result<()> {
            let mut file = TempFile::unique(dir, "crash")?;
            file.write(html.as_bytes(), true)?;
            file.persist(&name)?;
            dir.sync();
            Ok(())
        };
        let written = match Location::parse(&entry.path) {
            Some(location) => location.within(&root, write).and_then(|written| written),
            None => write(&root),
        };
        let path = self.root.join(path);
        written.map_err(|error| RepositoryError {
            path: path.clone(),
            kind: RepositoryErrorKind::Write(error),
        })?;
        Ok(path)
    }

    /// Replaces the capsule file at `path`, which [`save`](Self::save) returned, atomically.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if there is no capsule at `path` in this repository, or it cannot be written.
    pub fn update(&self, path: impl AsRef<Path>, capsule: &Capsule) -> Result<(), RepositoryError> {
        let path = path.as_ref();
        let id = &capsule.report.id;
        let (_, location) = self.location(path).ok_or_else(|| self.not_found(id))?;
        let bytes = capsule.to_bytes().map_err(|error| error.at(path))?;
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => self.not_found(id),
            _ => RepositoryError::new(path, RepositoryErrorKind::Write(error)),
        };
        let root = Dir::open(&self.root).map_err(failed)?;
        let write = |dir: &Dir| -> io::Result<()> {
            if dir.info(location.name)?.kind != EntryKind::File {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
            }
            let mut file = TempFile::unique(dir, "crash")?;
            file.write(&bytes, true)?;
            file.persist(location.name)?;
            dir.sync();
            Ok(())
        };
        location.within(&root, write).and_then(|written| written).map_err(failed)?;
        // The hard link in `latest/` still has the previous content.
        let Ok(Some(_locked)) = LockedIndex::wait(&root, LOCK_TIMEOUT) else { return Ok(()) };
        if latest::ids(&root).contains(id) {
            latest::remove(&root, id);
            _ = location.within(&root, |dir| latest::set(&root, dir, id));
        }
        Ok(())
    }

    /// Returns the error of the file at a path relative to the repository.
    fn error(&self, path: &str, kind: RepositoryErrorKind) -> RepositoryError {
        let path = if path.is_empty() { self.root.clone() } else { self.root.join(path) };
        RepositoryError { path, kind }
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
