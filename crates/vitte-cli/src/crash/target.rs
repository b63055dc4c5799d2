//! Finds the crash that the user named.

use std::path::{Path, PathBuf};

use vitte_capsule::{Capsule, Repository, RepositoryError};

/// A crash that the user named by its id, a prefix of it, `latest`, or the path of a capsule.
#[derive(Debug)]
pub(super) struct LoadedCrash {
    pub(super) capsule: Capsule,
    /// The path of the capsule; `None` for a report that was stored without one.
    pub(super) path: Option<PathBuf>,
    /// The id by which it is stored in the repository; `None` for a file that the user named by its path.
    pub(super) stored_id: Option<String>,
}

impl LoadedCrash {
    pub(super) fn load(asked: &str, repository: &Repository) -> Result<Self, RepositoryError> {
        let file = Path::new(asked);
        let is_capsule = file.extension().is_some_and(|end| end == Capsule::EXTENSION);
        // Ids can contain separators, so another path counts only if the file exists.
        if is_capsule || (file.components().count() > 1 && file.exists()) {
            let capsule = Capsule::read(file)?;
            return Ok(Self { capsule, path: Some(file.to_owned()), stored_id: None });
        }
        let id = repository.find(asked)?;
        let capsule = repository.load(&id)?;
        if capsule.diagnostic.is_empty() {
            let capsule = Capsule::new(capsule.report);
            return Ok(Self { capsule, path: None, stored_id: Some(id) });
        }
        Ok(Self { capsule, path: repository.path(&id).ok(), stored_id: Some(id) })
    }

    /// Returns the bytes of the capsule's file. A report that was stored without a capsule is packed into one.
    pub(super) fn file(&self, repository: &Repository) -> Result<Vec<u8>, RepositoryError> {
        match (&self.path, &self.stored_id) {
            (Some(_), Some(id)) => repository.read(id),
            (Some(path), None) => Ok(Capsule::read_bytes(path)?),
            (None, _) => Ok(self.capsule.to_bytes()?),
        }
    }
}
