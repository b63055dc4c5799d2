//! The reports of programs that wrote no capsules: `ID.json` in the folder of a repository, and beside it
//! `ID.dmp` where there is a minidump. They are read and removed, and never written.

mod id;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::{fs, io};

use id::Id;

use super::error::{StoreError, StoreErrorKind};
use crate::disk;
use crate::report::{CrashReport, MOST_BYTES};

/// The reports in a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reports {
    folder: PathBuf,
}

/// What is in the folder, by name.
#[derive(Debug)]
pub(super) struct Names {
    /// The ids of the reports, the oldest first.
    pub(super) ids: Vec<String>,
    /// The JSON files that do not have the name of a report.
    pub(super) others: Vec<StoreError>,
}

impl Reports {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The ids of all reports, the oldest first; none of their files is opened. A folder that is not
    /// there has none.
    pub(super) fn names(&self) -> Result<Names, StoreError> {
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

    /// The report with this id; it has the id that its file has.
    pub(super) fn load(&self, id: &str) -> Result<CrashReport, StoreError> {
        let path = self.path(&self.known(id)?);
        let bytes = match disk::read(&path, MOST_BYTES as u64).map_err(StoreErrorKind::from) {
            Ok(bytes) => bytes,
            Err(StoreErrorKind::Read(error)) if error.kind() == io::ErrorKind::NotFound => {
                return Err(self.unknown(id));
            }
            Err(kind) => return Err(StoreError { path, kind }),
        };
        let mut report = CrashReport::from_json(&bytes).map_err(|error| StoreError {
            path,
            kind: StoreErrorKind::NoReport(error.to_string()),
        })?;
        id.clone_into(&mut report.id);
        Ok(report)
    }

    /// Removes the report with this id, and the minidump beside it.
    pub(super) fn remove(&self, id: &str) -> Result<(), StoreError> {
        let known = self.known(id)?;
        // A minidump never stays without its report, even if this process is killed in between.
        self.remove_dump(&known)?;
        let path = self.path(&known);
        fs::remove_file(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => self.unknown(id),
            _ => StoreError { path, kind: StoreErrorKind::Remove(error) },
        })
    }

    /// Removes the minidumps whose reports are gone.
    pub(super) fn remove_stray_dumps(&self) -> Result<(), StoreError> {
        for name in self.files()? {
            let id = name.strip_suffix(DUMP).and_then(Id::parse);
            if let Some(id) = id.filter(|id| self.path(id).symlink_metadata().is_err()) {
                self.remove_dump(&id)?;
            }
        }
        Ok(())
    }

    fn remove_dump(&self, id: &Id) -> Result<(), StoreError> {
        let path = self.folder.join(format!("{id}{DUMP}"));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError { path, kind: StoreErrorKind::Remove(error) })
            }
            _ => Ok(()),
        }
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

    /// The names of all that is in the folder; invalid UTF-8 in them is replaced.
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
}

/// Whether a text is the name of such a report.
pub(super) fn is_id(text: &str) -> bool {
    Id::parse(text).is_some()
}

/// How the names of minidumps end, behind the id of the report.
const DUMP: &str = ".dmp";
