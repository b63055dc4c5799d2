//! Which crash is meant.

use std::path::{Path, PathBuf};

use vitte_capsule::{Capsule, Repository, StoreError};

/// A crash that a user named: by its id, the beginning of it, `latest`, or the file of a capsule.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) capsule: Capsule,
    /// Its file; nothing where a report was stored alone.
    pub(super) path: Option<PathBuf>,
}

impl Target {
    pub(super) fn load(asked: &str, repository: &Repository) -> Result<Self, StoreError> {
        let file = Path::new(asked);
        let is_capsule = file.extension().is_some_and(|end| end == Capsule::EXTENSION);
        // A path is one where there is a file: else it is an id that nobody gave.
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
