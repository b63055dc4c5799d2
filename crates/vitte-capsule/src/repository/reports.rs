//! Reports without a capsule, as older versions stored them: `ID.json` in the directory of a repository, and
//! `ID.dmp` if there is a minidump. They are read and removed, but never written.

mod id;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use id::ReportId;

use super::error::{RepositoryError, RepositoryErrorKind};
use super::files::entries;
use crate::atomic_file::ReadError;
use crate::dir::Dir;
use crate::report::{CrashReport, MAX_BYTES};

/// The reports in a directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reports {
    dir: PathBuf,
}

/// The reports in a directory, by file name.
#[derive(Debug)]
pub(super) struct ReportIds {
    /// The ids of the reports, oldest first.
    pub(super) ids: Vec<String>,
    /// An error for each JSON file whose name is not the id of a report.
    pub(super) invalid: Vec<RepositoryError>,
}

impl Reports {
    pub(super) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Lists the ids of all reports, oldest first, without opening the files. A missing directory is empty.
    pub(super) fn ids(&self) -> Result<ReportIds, RepositoryError> {
        let (mut ids, mut invalid) = (Vec::new(), Vec::new());
        for name in self.file_names()? {
            let Some(stem) = name.strip_suffix(".json").filter(|_| !name.starts_with('.')) else {
                continue;
            };
            match ReportId::parse(stem) {
                Some(id) => ids.push(id),
                None => invalid.push(name),
            }
        }
        ids.sort_unstable();
        invalid.sort_unstable();
        let unexpected = |name| RepositoryError {
            path: self.dir.join(name),
            kind: RepositoryErrorKind::UnexpectedName,
        };
        Ok(ReportIds {
            ids: ids.iter().map(ReportId::to_string).collect(),
            invalid: invalid.into_iter().map(unexpected).collect(),
        })
    }

    /// Reads the report with this id. Its `id` is set to that of the file name.
    pub(super) fn load(&self, id: &str) -> Result<CrashReport, RepositoryError> {
        let name = file_name(&self.parse_id(id)?);
        let read = || {
            let dir = Dir::open(&self.dir).map_err(ReadError::Io)?;
            dir.read(&name, MAX_BYTES as u64)
        };
        let path = self.dir.join(&name);
        let bytes = match read().map_err(RepositoryErrorKind::from) {
            Ok(bytes) => bytes,
            Err(RepositoryErrorKind::Read(error)) if error.kind() == io::ErrorKind::NotFound => {
                return Err(self.not_found(id));
            }
            Err(kind) => return Err(RepositoryError { path, kind }),
        };
        let mut report = CrashReport::from_json(&bytes).map_err(|error| RepositoryError {
            path,
            kind: RepositoryErrorKind::InvalidReport(error.to_string()),
        })?;
        id.clone_into(&mut report.id);
        Ok(report)
    }

    /// Removes the report with this id and its minidump.
    pub(super) fn remove(&self, id: &str) -> Result<(), RepositoryError> {
        let parsed = self.parse_id(id)?;
        let Some(dir) = self.open()? else { return Err(self.not_found(id)) };
        // The minidump goes first, so that it does not outlive its report if this process is killed in between.
        self.remove_minidump(&dir, &parsed)?;
        let name = file_name(&parsed);
        dir.remove_file(&name).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => self.not_found(id),
            _ => self.remove_error(&name, error),
        })
    }

    /// Removes the minidumps whose reports are gone.
    pub(super) fn remove_orphaned_minidumps(&self) -> Result<(), RepositoryError> {
        let Some(dir) = self.open()? else { return Ok(()) };
        for name in self.file_names()? {
            let id = name.strip_suffix(MINIDUMP_SUFFIX).and_then(ReportId::parse);
            if let Some(id) = id.filter(|id| dir.info(&file_name(id)).is_err()) {
                self.remove_minidump(&dir, &id)?;
            }
        }
        Ok(())
    }

    fn remove_minidump(&self, dir: &Dir, id: &ReportId) -> Result<(), RepositoryError> {
        let name = format!("{id}{MINIDUMP_SUFFIX}");
        match dir.remove_file(&name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.remove_error(&name, error))
            }
            _ => Ok(()),
        }
    }

    fn remove_error(&self, name: &str, error: io::Error) -> RepositoryError {
        RepositoryError { path: self.dir.join(name), kind: RepositoryErrorKind::Remove(error) }
    }

    fn parse_id(&self, id: &str) -> Result<ReportId, RepositoryError> {
        ReportId::parse(id).ok_or_else(|| self.not_found(id))
    }

    fn not_found(&self, id: &str) -> RepositoryError {
        RepositoryError {
            path: self.dir.clone(),
            kind: RepositoryErrorKind::NotFound(id.to_owned()),
        }
    }

    /// Opens the directory; `None` if it is missing.
    fn open(&self) -> Result<Option<Dir>, RepositoryError> {
        match Dir::open(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some).map_err(|error| self.read_error(error)),
        }
    }

    fn read_error(&self, error: io::Error) -> RepositoryError {
        RepositoryError { path: self.dir.clone(), kind: RepositoryErrorKind::Read(error) }
    }

    /// Lists the names of all entries of the directory that are UTF-8.
    fn file_names(&self) -> Result<Vec<String>, RepositoryError> {
        let Some(dir) = self.open()? else { return Ok(Vec::new()) };
        let entries = entries(&dir).map_err(|error| self.read_error(error))?;
        Ok(entries.into_iter().map(|(name, _)| name).collect())
    }
}

/// Returns the name of the file of a report.
fn file_name(id: &ReportId) -> String {
    format!("{id}.json")
}

/// Returns whether a string is the id of a report without a capsule.
pub(super) fn is_id(text: &str) -> bool {
    ReportId::parse(text).is_some()
}

/// The suffix of a minidump, after the id of its report.
const MINIDUMP_SUFFIX: &str = ".dmp";
