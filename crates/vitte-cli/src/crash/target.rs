//! Finds the crash that the user named.

use std::path::{Path, PathBuf};

use vitte_capsule::{Capsule, Repository, RepositoryError};

/// A crash that the user named by its id, a prefix of it, `latest`, or the path of a capsule.
#[derive(Debug)]
pub(super) struct LoadedCrash {
    pub(super) capsule: Capsule,
    /// The path of the capsule; `None` for a report that was stored without one.
    pub(super) path: Option<PathBuf>,
}

impl LoadedCrash {
    pub(super) fn load(asked: &str, repository: &Repository) -> Result<Self, RepositoryError> {
        let file = Path::new(asked);
        let is_capsule = file.extension().is_some_and(|end| end == Capsule::EXTENSION);
        // Ids can contain separators, so another path counts only if the file exists.
        if is_capsule || (file.components().count() > 1 && file.exists()) {
            let capsule = Capsule::read(file)?;
            return Ok(Self { capsule, path: Some(file.to_owned()) });
        }
        let id = repository.find(asked)?;
        let capsule = repository.load(&id)?;
        if capsule.diagnostic.is_empty() {
            return Ok(Self { capsule: Capsule::new(capsule.report), path: None });
        }
        Ok(Self { capsule, path: repository.path(&id).ok() })
    }
}
