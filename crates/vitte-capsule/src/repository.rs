//! The repository of crashes: a capsule each, and an index of all.

mod entry;
mod error;
mod id;
mod index;
mod mend;
mod reports;
mod retention;

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

pub use entry::Entry;
pub use error::{StoreError, StoreErrorKind};
use index::Locked;
pub use mend::{Index, Mended};
use reports::Reports;
pub use retention::{Cleaned, Reason, Retention};

use crate::capsule::{Capsule, CapsuleError, CapsuleErrorKind};
use crate::disk::{self, Existing};
use crate::fingerprint::Fingerprint;
use crate::report::{CrashReport, DEFAULT_FOLDER};

/// A folder of crashes: a capsule each, and an index of all. Any number of threads and processes may use it at
/// once.
///
/// ```text
/// target/crash-reports/
/// ├── index.jsonl                              a line for each crash, see Entry
/// ├── latest/ID.vittecrash                     the newest one
/// ├── panic/2025-10-22/1a2b3c4d/               kind, day, the first digits of the fingerprint
/// │   ├── ID.vittecrash
/// │   ├── ID.html                              where it was asked for
/// │   └── metadata.json                        what the crashes in here have in common
/// └── 2025-10-22T13-05-42.json                 a report that an older version wrote without a capsule
/// ```
///
/// The capsules are what counts: a line of the index is added before the file gets its name, under a lock.
/// Who is killed in between leaves a line without a file; who never got the lock, a file without a line. The
/// next reader mends both, and makes a damaged index anew.
///
/// ```no_run
/// use vitte_capsule::Repository;
///
/// let repository = Repository::new(Repository::DEFAULT_FOLDER);
/// let id = repository.find("latest")?;
/// println!("{}", repository.load(&id)?.report.to_text(false));
/// # Ok::<(), vitte_capsule::StoreError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repository {
    root: PathBuf,
    /// The reports that are there without a capsule.
    loose: Reports,
}

/// How long who stores a crash waits for the index: the process is about to end.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a name is tried: none is ever taken, but its folder may be removed meanwhile.
const MOST_TRIES: u32 = 16;
/// The folder of the newest one.
const LATEST: &str = "latest";
/// What the crashes of a fingerprint have in common.
const METADATA: &str = "metadata.json";

impl Repository {
    /// Where crashes are kept unless something else is asked for: a relative path.
    pub const DEFAULT_FOLDER: &'static str = DEFAULT_FOLDER;

    /// The environment variable that says where crashes are stored, whatever the program says.
    pub const FOLDER_VARIABLE: &'static str = "VITTE_CRASH_DIR";

    /// That in a folder, which is made when the first crash is saved.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let root = folder.into();
        Self { loose: Reports::new(&root), root }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.root
    }

    /// Keeps a capsule, gives it its id, and says where its file is. The file is whole or is not there, and
    /// only its owner may read it. What it costs does not depend on how many crashes there are.
    ///
    /// # Errors
    ///
    /// A [`StoreError`]: a folder cannot be made, or the file not written. Then nothing is left of it, and
    /// the report has the id that it had before.
    pub fn save(&self, capsule: &mut Capsule) -> Result<PathBuf, StoreError> {
        let before = capsule.report.id.clone();
        let mut tries = 0;
        loop {
            capsule.report.id = id::new(&capsule.report.timestamp);
            tries += 1;
            match self.try_save(capsule) {
                // The id is taken, or somebody has just removed the folder, as it was empty.
                Err(StoreError {
                    kind: StoreErrorKind::Write(error) | StoreErrorKind::Folder(error),
                    ..
                }) if tries < MOST_TRIES && is_worth_another_try(&error) => {}
                Err(error) => {
                    capsule.report.id = before;
                    return Err(error);
                }
                Ok(path) => return Ok(path),
            }
        }
    }

    fn try_save(&self, capsule: &Capsule) -> Result<PathBuf, StoreError> {
        let relative = relative_path(&capsule.report, capsule.fingerprint);
        let path = self.root.join(&relative);
        let folder = path.parent().unwrap_or(&self.root);
        for folder in [&self.root, folder] {
            disk::make_folder(folder).map_err(|error| StoreError {
                path: folder.to_owned(),
                kind: StoreErrorKind::Folder(error),
            })?;
        }
        let write = || -> io::Result<()> {
            let bytes = capsule.to_bytes()?;
            let file = disk::temporary(folder, &capsule.report.id)?;
            // From here on it is open no more, as there may be room for one open file alone.
            let file = disk::fill(file, &bytes)?.into_temp_path();
            let entry = Entry::of(capsule, relative, bytes.len() as u64);
            let locked = Locked::wait(&self.root, PATIENCE).unwrap_or(None);
            let is_told = match locked {
                Some(mut locked) => {
                    let is_told = locked.append(&entry).is_ok();
                    file.persist_noclobber(&path)?;
                    self.set_latest(&path, &entry.id);
                    is_told
                }
                None => {
                    // Also before: whoever is killed in between is found.
                    index::distrust(&self.root);
                    file.persist_noclobber(&path).map(|()| false)?
                }
            };
            if !is_told {
                index::distrust(&self.root);
            }
            Ok(())
        };
        write().map_err(|error| {
            remove_empty(folder);
            StoreError { path: path.clone(), kind: StoreErrorKind::Write(error) }
        })?;
        disk::sync(folder);
        self.describe(folder, capsule);
        Ok(path)
    }

    /// Says in a folder what the crashes in it have in common, where nobody has said so yet. What it says
    /// is in each of the capsules: where it cannot be written nothing is lost.
    fn describe(&self, folder: &Path, capsule: &Capsule) {
        let path = folder.join(METADATA);
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
            let file = disk::temporary(folder, METADATA);
            _ = file.and_then(|file| disk::write_new(file, (json + "\n").as_bytes(), &path));
        }
    }

    /// Makes a capsule the newest one, unless that has a later name. Who calls has the lock.
    fn set_latest(&self, path: &Path, id: &str) {
        let folder = self.root.join(LATEST);
        let others = self.latest();
        if others.iter().any(|other| &**other > id) || disk::make_folder(&folder).is_err() {
            return;
        }
        let name = |id: &str| folder.join(format!("{id}.{}", Capsule::EXTENSION));
        // Where two names of one file cannot be, there are two files.
        let copy = || disk::write_whole(&name(id), &fs::read(path)?, Existing::Stays);
        let linked = match fs::hard_link(path, name(id)) {
            // It is there already, and is the same file: nothing may be written to it.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked.or_else(|_| copy()),
        };
        if linked.is_ok() {
            let old = others.iter().filter(|other| &***other != id);
            old.for_each(|other| _ = fs::remove_file(name(other)));
        }
    }

    /// The names in the folder of the newest one.
    fn latest(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(LATEST)).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names.filter_map(|name| Some(id::id_of(&name)?.to_owned())).collect()
    }

    /// The id that a user means: `latest`, an id, or the beginning of one that begins no other.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] that names candidates when there are several, when there is none, or when the folder
    /// cannot be read.
    pub fn find(&self, asked: &str) -> Result<String, StoreError> {
        self.index()?.find(asked)
    }

    /// The capsule of this id. Of a report that is there without a capsule it is one with nothing else in
    /// it, and an empty `diagnostic`.
    ///
    /// # Errors
    ///
    /// A [`StoreError`]: there is none, or its file cannot be read or is damaged.
    pub fn load(&self, id: &str) -> Result<Capsule, StoreError> {
        if !id::is_valid(id) {
            return self.loose.load(id).map(|report| Capsule::of(report, String::new()));
        }
        let path = self.path(id)?;
        Capsule::read(&path).map_err(|error| self.unread(id, error))
    }

    /// Where the file of a crash is.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] where there is none.
    pub fn path(&self, id: &str) -> Result<PathBuf, StoreError> {
        let index = self.index()?;
        let entry = index.entry(id).ok_or_else(|| self.unknown(id))?;
        Ok(self.root.join(entry.path))
    }

    /// Puts a capsule in the place of the one with its id, as a whole or not at all.
    ///
    /// # Errors
    ///
    /// A [`StoreError`]: there is none, or the file cannot be written.
    pub fn update(&self, path: &Path, capsule: &Capsule) -> Result<(), StoreError> {
        if path.symlink_metadata().is_err() {
            return Err(self.unknown(&capsule.report.id));
        }
        capsule.write(path)?;
        // The other name is still that of the file before.
        let Ok(Some(_locked)) = Locked::wait(&self.root, PATIENCE) else { return Ok(()) };
        if self.latest().contains(&capsule.report.id) {
            let name = format!("{}.{}", capsule.report.id, Capsule::EXTENSION);
            _ = fs::remove_file(self.root.join(LATEST).join(name));
            self.set_latest(path, &capsule.report.id);
        }
        Ok(())
    }

    fn unknown(&self, id: &str) -> StoreError {
        StoreError { path: self.root.clone(), kind: StoreErrorKind::Unknown(id.to_owned()) }
    }

    fn unread(&self, id: &str, error: CapsuleError) -> StoreError {
        match &error.kind {
            CapsuleErrorKind::Read(why) if why.kind() == io::ErrorKind::NotFound => {
                self.unknown(id)
            }
            _ => error.into(),
        }
    }
}

/// Removes the folder of a fingerprint, where nothing is in it, and those above that are empty then.
fn remove_empty(folder: &Path) {
    _ = folder.ancestors().take(3).try_for_each(fs::remove_dir);
}

fn is_worth_another_try(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound)
}

/// Where the file of a crash is in a repository: `panic/2025-10-22/1a2b3c4d/ID.vittecrash`.
fn relative_path(report: &CrashReport, fingerprint: Fingerprint) -> String {
    let (kind, id) = (report.kind(), &report.id);
    let (day, short) = (id::day(id), fingerprint.short());
    format!("{kind}/{day}/{short}/{id}.{}", Capsule::EXTENSION)
}
