//! The minidumps beside the reports.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::{Id, Store, StoreError, StoreErrorKind};

/// How their names end, behind the id of the report.
pub(super) const ENDING: &str = ".dmp";

impl Store {
    fn dump_path(&self, id: &Id) -> PathBuf {
        self.folder.join(format!("{id}{ENDING}"))
    }

    /// Removes the dump of a report, where there is one.
    pub(super) fn remove_dump(&self, id: &Id) -> Result<(), StoreError> {
        let path = self.dump_path(id);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError { path, kind: StoreErrorKind::Remove(error) })
            }
            _ => Ok(()),
        }
    }

    /// Removes the dumps whose reports are not there any more.
    pub(super) fn remove_stray_dumps(&self) -> Result<(), StoreError> {
        for name in self.files()? {
            let id = name.strip_suffix(ENDING).and_then(Id::parse);
            if let Some(id) = id.filter(|id| self.path(id).symlink_metadata().is_err()) {
                self.remove_dump(&id)?;
            }
        }
        Ok(())
    }
}

/// Where there is somebody who makes them.
#[cfg(all(
    feature = "minidump",
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod write {
    use super::*;
    use crate::crash::{CrashReport, disk};

    impl Store {
        /// Keeps a dump beside the report with this id; the name of its file.
        pub(in crate::crash) fn save_dump(
            &self,
            id: &str,
            bytes: &[u8],
        ) -> Result<String, StoreError> {
            let id = self.known(id)?;
            let path = self.dump_path(&id);
            self.replace(&format!("{id}{ENDING}"), bytes, path)?;
            // Somebody may have removed the report meanwhile, and meant both.
            if self.path(&id).symlink_metadata().is_err() {
                self.remove_dump(&id)?;
                return Err(self.unknown(&id.to_string()));
            }
            Ok(format!("{id}{ENDING}"))
        }

        /// Writes a report again that is there already: as a whole, or it stays as it is.
        pub(in crate::crash) fn update(&self, report: &CrashReport) -> Result<(), StoreError> {
            let id = self.known(&report.id)?;
            let path = self.path(&id);
            if path.symlink_metadata().is_err() {
                return Err(self.unknown(&report.id));
            }
            let json = report.to_json().map_err(|error| StoreError {
                path: path.clone(),
                kind: StoreErrorKind::Write(io::Error::other(error)),
            })?;
            self.replace(&id.to_string(), json.as_bytes(), path)
        }

        /// Gives a file of these bytes its name, when it is whole.
        fn replace(&self, temporary: &str, bytes: &[u8], path: PathBuf) -> Result<(), StoreError> {
            disk::temporary(&self.folder, temporary)
                .and_then(|file| disk::replace(file, bytes, &path))
                .map_err(|error| StoreError { path, kind: StoreErrorKind::Write(error) })?;
            disk::sync(&self.folder);
            Ok(())
        }
    }
}
