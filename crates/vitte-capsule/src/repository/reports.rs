//! Reports without a capsule, as older versions stored them: `ID.json` in the directory of a repository, and
//! `ID.dmp` if there is a minidump. They are read and removed, but never written.

mod id;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::{fs, io};

use id::ReportId;

use super::error::{RepositoryError, RepositoryErrorKind};
use crate::atomic_file;
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
        let path = self.path(&self.parse_id(id)?);
        let bytes = match atomic_file::read(&path, MAX_BYTES as u64)
            .map_err(RepositoryErrorKind::from)
        {
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
        // The minidump goes first, so that it does not outlive its report if this process is killed in between.
        self.remove_minidump(&parsed)?;
        let path = self.path(&parsed);
        fs::remove_file(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => self.not_found(id),
            _ => RepositoryError { path, kind: RepositoryErrorKind::Remove(error) },
        })
    }

    /// Removes the minidumps whose reports are gone.
    pub(super) fn remove_orphaned_minidumps(&self) -> Result<(), RepositoryError> {
        for name in self.file_names()? {
            let id = name.strip_suffix(MINIDUMP_SUFFIX).and_then(ReportId::parse);
            if let Some(id) = id.filter(|id| self.path(id).symlink_metadata().is_err()) {
                self.remove_minidump(&id)?;
            }
        }
        Ok(())
    }

    fn remove_minidump(&self, id: &ReportId) -> Result<(), RepositoryError> {
        let path = self.dir.join(format!("{id}{MINIDUMP_SUFFIX}"));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(RepositoryError { path, kind: RepositoryErrorKind::Remove(error) })
            }
            _ => Ok(()),
        }
    }

    fn path(&self, id: &ReportId) -> PathBuf {
        self.dir.join(format!("{id}.json"))
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

    /// Lists the names of all entries of the directory. Invalid UTF-8 is replaced.
    fn file_names(&self) -> Result<Vec<String>, RepositoryError> {
        let name = |entry: io::Result<fs::DirEntry>| {
            entry.map(|entry| entry.file_name().to_string_lossy().into_owned())
        };
        match fs::read_dir(&self.dir).and_then(|entries| entries.map(name).collect()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(RepositoryError {
                path: self.dir.clone(),
                kind: RepositoryErrorKind::Read(error),
            }),
            Ok(names) => Ok(names),
        }
    }
}

/// Returns whether a string is the id of a report without a capsule.
pub(super) fn is_id(text: &str) -> bool {
    ReportId::parse(text).is_some()
}

/// The suffix of a minidump, after the id of its report.
const MINIDUMP_SUFFIX: &str = ".dmp";
