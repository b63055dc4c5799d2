//! Finds the crash that the user named.

use std::path::{Path, PathBuf};

use vitte_capsule::{Capsule, Index, Repository, RepositoryError, RepositoryErrorKind};

use super::summary::with_fingerprint;

/// A crash that the user named by its id, a prefix of it, a fingerprint, `latest`, or the path of a capsule.
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
        if let Some(file) = capsule_file(asked) {
            let capsule = Capsule::read(file)?;
            return Ok(Self { capsule, path: Some(file.to_owned()), stored_id: None });
        }
        let index = repository.index()?;
        let id = find(asked, &index)?;
        let capsule = index.load(&id)?;
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

/// Returns the path of a capsule, if the user named one.
pub(super) fn capsule_file(asked: &str) -> Option<&Path> {
    let file = Path::new(asked);
    let is_capsule = file.extension().is_some_and(|end| end == Capsule::EXTENSION);
    // A path without that extension counts only if the file exists. No id has a separator.
    (is_capsule || (file.components().count() > 1 && file.exists())).then_some(file)
}

/// Fewer hexadecimal digits are not taken for a fingerprint.
const MIN_FINGERPRINT_DIGITS: usize = 4;
/// Ids that the error for an ambiguous fingerprint lists.
const MAX_CANDIDATES: usize = 5;

/// Returns the id of the crash that the user named. A fingerprint names its newest crash, unless it is the beginning of
/// an id.
pub(super) fn find(asked: &str, index: &Index) -> Result<String, RepositoryError> {
    let found = index.find(asked);
    let Err(RepositoryError { kind: RepositoryErrorKind::NotFound(_), path, .. }) = &found else {
        return found;
    };
    if asked.len() < MIN_FINGERPRINT_DIGITS {
        return found;
    }
    let mut same = with_fingerprint(asked, index);
    same.retain(|entry| index.file_exists(entry));
    let Some(newest) = same.last() else { return found };
    if same.iter().all(|entry| entry.fingerprint == newest.fingerprint) {
        return Ok(newest.id.clone());
    }
    let candidates = same.iter().take(MAX_CANDIDATES).map(|entry| entry.id.clone()).collect();
    let (prefix, count) = (asked.to_owned(), same.len());
    let kind = RepositoryErrorKind::Ambiguous { prefix, candidates, count };
    Err(RepositoryError::new(path.clone(), kind))
}
