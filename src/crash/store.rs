//! The folder of the reports: a file each.

mod dump;
mod error;
mod id;
#[cfg(test)]
pub(super) mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use error::{StoreError, StoreErrorKind};
use id::Id;
use tempfile::NamedTempFile;

use super::CrashReport;
use super::disk::{self, TEMPORARY};
use super::json::MOST_BYTES;

/// A folder of crash reports. Each is one file, `ID.json`: it is there as a whole or not at all, and only
/// its owner may read it (mode 0600). Beside it there may be a minidump, `ID.dmp`, which goes with it.
///
/// ```no_run
/// use vitte_diag::crash::Store;
///
/// let store = Store::new(Store::DEFAULT_FOLDER);
/// let id = store.find("latest")?;
/// println!("{}", store.load(&id)?.to_text(false));
/// # Ok::<(), vitte_diag::crash::StoreError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// The reports of a [`Store`].
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Listing {
    /// In order of their ids, so that the oldest is the first.
    pub reports: Vec<CrashReport>,
    /// What could not be read, with the reason.
    pub unreadable: Vec<StoreError>,
}

/// What is in the folder of a [`Store`], by name.
#[derive(Debug)]
pub(crate) struct Names {
    /// The ids of the reports, the oldest first.
    pub(crate) ids: Vec<String>,
    /// The JSON files that do not have the name of a report.
    pub(crate) others: Vec<StoreError>,
}

/// The most candidates that an ambiguous beginning of an id is answered with.
pub(super) const MOST_CANDIDATES: usize = 5;

/// Every report of a second would have to be made while this one looks for a name.
const MOST_TRIES: u32 = 1 << 20;

/// Where a temporary file of this age is, the process that wrote it is not.
const STALE: Duration = Duration::from_secs(60 * 60);

impl Store {
    /// Where reports are kept unless something else is asked for: a relative path.
    pub const DEFAULT_FOLDER: &'static str = "target/crash-reports";

    /// That in `folder`, which is made when the first report is saved.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps a report, gives it its id, and says where its file is. The id is the second of its timestamp,
    /// with `-2`, `-3` and so on where that is taken. Any number of threads and processes may save at
    /// once.
    ///
    /// One file is open at a time, so that it works where the table of descriptors has room for one.
    ///
    /// # Errors
    ///
    /// A [`StoreError`]: the folder cannot be made, or the file not written. Then nothing is left of it,
    /// and the report has the id that it had before.
    pub fn save(&self, report: &mut CrashReport) -> Result<PathBuf, StoreError> {
        disk::make_folder(&self.folder).map_err(|error| StoreError {
            path: self.folder.clone(),
            kind: StoreErrorKind::Folder(error),
        })?;
        let first = Id::first_of(&report.timestamp);
        let start = self.first_free(&first);
        for number in start..start.saturating_add(MOST_TRIES) {
            let id = first.with_number(number);
            let path = self.path(&id);
            let error =
                |error| StoreError { path: path.clone(), kind: StoreErrorKind::Write(error) };
            let Some(file) = self.claim(&id).map_err(error)? else { continue };
            let before = std::mem::replace(&mut report.id, id.to_string());
            match write(file, report, &path) {
                Ok(()) => {
                    disk::sync(&self.folder);
                    return Ok(path);
                }
                Err(failure) => {
                    report.id = before;
                    if failure.kind() != io::ErrorKind::AlreadyExists {
                        return Err(error(failure));
                    }
                }
            }
        }
        let error = io::Error::from(io::ErrorKind::AlreadyExists);
        Err(StoreError { path: self.path(&first), kind: StoreErrorKind::Write(error) })
    }

    /// All reports, the oldest first. A file that is no report does not keep the others from being read.
    /// A folder that is not there has none.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] when the folder cannot be read.
    pub fn list(&self) -> Result<Listing, StoreError> {
        let Names { ids, others } = self.names()?;
        let mut listing = Listing { reports: Vec::new(), unreadable: others };
        for id in ids {
            match self.load(&id) {
                Ok(report) => listing.reports.push(report),
                // Removed since its name was read.
                Err(StoreError { kind: StoreErrorKind::Unknown(_), .. }) => {}
                Err(error) => listing.unreadable.push(error),
            }
        }
        Ok(listing)
    }

    /// The ids of all reports, the oldest first; none of their files is opened. A folder that is not
    /// there has none.
    pub(crate) fn names(&self) -> Result<Names, StoreError> {
        let (mut ids, mut others) = (Vec::new(), Vec::new());
        for name in self.files()? {
            let Some(stem) = name.strip_suffix(".json").filter(|_| !name.starts_with('.')) else {
                continue;
            };
            match Id::parse(stem) {
                Some(id) => ids.push(id),
                None => others.push(name),
            }
        }
        ids.sort_unstable();
        others.sort_unstable();
        let other =
            |name| StoreError { path: self.folder.join(name), kind: StoreErrorKind::NoName };
        Ok(Names {
            ids: ids.iter().map(Id::to_string).collect(),
            others: others.into_iter().map(other).collect(),
        })
    }

    /// The id that a user means: `latest`, an id, or the beginning of one that begins no other. An id
    /// means itself, also where others begin with it.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] that names candidates when there are several, when there is none, or when the
    /// folder cannot be read.
    pub fn find(&self, asked: &str) -> Result<String, StoreError> {
        let error = |kind| StoreError { path: self.folder.clone(), kind };
        let ids = self.names()?.ids;
        if asked == "latest" {
            return ids.into_iter().next_back().ok_or_else(|| error(StoreErrorKind::Empty));
        }
        // What a script's empty variable begins is everything, which nobody means.
        let is_meant = |id: &&String| !asked.is_empty() && id.starts_with(asked);
        let mut candidates: Vec<String> = ids.iter().filter(is_meant).cloned().collect();
        match candidates.as_slice() {
            [] => Err(error(StoreErrorKind::Unknown(asked.to_owned()))),
            [only] => Ok(only.clone()),
            // The id itself stands before those with a suffix.
            [exact, ..] if exact == asked => Ok(exact.clone()),
            [..] => {
                let count = candidates.len();
                candidates.truncate(MOST_CANDIDATES);
                let prefix = asked.to_owned();
                Err(error(StoreErrorKind::Ambiguous { prefix, candidates, count }))
            }
        }
    }

    /// The report with this id; it has the id that its file has.
    ///
    /// # Errors
    ///
    /// A [`StoreError`]: there is none, or its file cannot be read or holds no report.
    pub fn load(&self, id: &str) -> Result<CrashReport, StoreError> {
        let (path, bytes) = self.read(id)?;
        let mut report = CrashReport::from_json(&bytes).map_err(|error| StoreError {
            path,
            kind: StoreErrorKind::NoReport(error.to_string()),
        })?;
        id.clone_into(&mut report.id);
        Ok(report)
    }

    /// The JSON of the report with this id, as it is stored.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load).
    pub fn load_json(&self, id: &str) -> Result<String, StoreError> {
        let (path, bytes) = self.read(id)?;
        let no_report = |why: String| StoreError { path, kind: StoreErrorKind::NoReport(why) };
        match CrashReport::from_json(&bytes) {
            Ok(_) => String::from_utf8(bytes).map_err(|error| no_report(error.to_string())),
            Err(error) => Err(no_report(error.to_string())),
        }
    }

    /// Removes the report with this id, and the minidump beside it.
    ///
    /// # Errors
    ///
    /// A [`StoreError`]: there is none, or its file cannot be removed.
    pub fn remove(&self, id: &str) -> Result<(), StoreError> {
        let known = self.known(id)?;
        // A dump never stays without its report, not even where this is killed in between.
        self.remove_dump(&known)?;
        let path = self.path(&known);
        fs::remove_file(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => self.unknown(id),
            _ => StoreError { path, kind: StoreErrorKind::Remove(error) },
        })
    }

    /// Removes all reports, and the temporary files of processes that were killed more than an hour ago.
    /// Gives the ids of those that were there.
    ///
    /// # Errors
    ///
    /// The first [`StoreError`], after the others have been removed.
    pub fn clear(&self) -> Result<Vec<String>, StoreError> {
        let (mut removed, mut first_error) = (Vec::new(), None);
        for id in self.names()?.ids {
            match self.remove(&id) {
                Ok(()) => removed.push(id),
                Err(StoreError { kind: StoreErrorKind::Unknown(_), .. }) => {}
                Err(error) => _ = first_error.get_or_insert(error),
            }
        }
        self.remove_stale()?;
        first_error.map_or(Ok(removed), Err)
    }

    /// Removes what processes that were killed have left.
    pub(crate) fn remove_stale(&self) -> Result<(), StoreError> {
        self.remove_stray_dumps()?;
        let stale = self.files()?.into_iter().filter(|name| {
            let id = name.strip_prefix('.').and_then(|name| name.strip_suffix(TEMPORARY));
            let id = id.map(|id| id.strip_suffix(dump::ENDING).unwrap_or(id));
            id.and_then(Id::parse).is_some()
        });
        for path in stale.map(|name| self.folder.join(name)) {
            let modified = path.symlink_metadata().and_then(|metadata| metadata.modified());
            let age = modified.ok().and_then(|modified| modified.elapsed().ok());
            if age.is_some_and(|age| age > STALE) {
                // It does no harm where it stays.
                _ = fs::remove_file(path);
            }
        }
        Ok(())
    }

    fn path(&self, id: &Id) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    fn known(&self, id: &str) -> Result<Id, StoreError> {
        Id::parse(id).ok_or_else(|| self.unknown(id))
    }

    fn unknown(&self, id: &str) -> StoreError {
        StoreError { path: self.folder.clone(), kind: StoreErrorKind::Unknown(id.to_owned()) }
    }

    /// The names of all that is in the folder; those that are not UTF-8 with stand-ins.
    fn files(&self) -> Result<Vec<String>, StoreError> {
        let name = |entry: io::Result<fs::DirEntry>| {
            entry.map(|entry| entry.file_name().to_string_lossy().into_owned())
        };
        match fs::read_dir(&self.folder).and_then(|entries| entries.map(name).collect()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => {
                Err(StoreError { path: self.folder.clone(), kind: StoreErrorKind::Read(error) })
            }
            Ok(names) => Ok(names),
        }
    }

    /// The file of a report, and what is in it.
    fn read(&self, id: &str) -> Result<(PathBuf, Vec<u8>), StoreError> {
        let path = self.path(&self.known(id)?);
        match disk::read(&path, MOST_BYTES as u64).map_err(StoreErrorKind::from) {
            Ok(bytes) => Ok((path, bytes)),
            Err(StoreErrorKind::Read(error)) if error.kind() == io::ErrorKind::NotFound => {
                Err(self.unknown(id))
            }
            Err(kind) => Err(StoreError { path, kind }),
        }
    }

    /// Which number of a second is free, counted from 1: few questions, also where very many are taken.
    fn first_free(&self, first: &Id) -> u32 {
        let is_taken =
            |number: u32| self.path(&first.with_number(number)).symlink_metadata().is_ok();
        // The last one that is known to be taken, and the first one that is known to be free.
        let (mut taken, mut free) = (0, 1);
        while is_taken(free) && free < u32::MAX / 2 {
            (taken, free) = (free, free * 2);
        }
        while free - taken > 1 {
            let middle = taken.midpoint(free);
            if is_taken(middle) { taken = middle } else { free = middle }
        }
        free
    }

    /// The temporary file of a report, unless its id is taken. While it is there, nobody else uses that
    /// id: so many processes need not write whole files to find out which one comes first.
    fn claim(&self, id: &Id) -> io::Result<Option<NamedTempFile>> {
        match disk::temporary(&self.folder, &id.to_string()) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(error),
            // Its file goes again, when the id was taken between the last look and now.
            Ok(file) => Ok(self.path(id).symlink_metadata().is_err().then_some(file)),
        }
    }
}

/// Writes a report to the file that was claimed, and gives that its name.
fn write(file: NamedTempFile, report: &CrashReport, path: &Path) -> io::Result<()> {
    disk::write_new(file, report.to_json().map_err(io::Error::other)?.as_bytes(), path)
}
