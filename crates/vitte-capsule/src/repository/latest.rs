//! `latest/`: a hard link to the newest capsule.

use std::io;

use super::files::entries;
use super::{LATEST, id, location};
use crate::atomic_file::ReadError;
use crate::capsule::MAX_FILE_BYTES;
use crate::dir::{Dir, TempFile};

/// Links a capsule, which is in `dir`, into `latest/`, unless a later crash is there. The caller holds the lock.
pub(super) fn set(root: &Dir, dir: &Dir, id: &str) {
    let Ok(latest) = root.create_dir(LATEST) else { return };
    let others = ids_in(&latest);
    if others.iter().any(|other| &**other > id) {
        return;
    }
    let name = location::file_name(id);
    let linked = match dir.hard_link(&name, &latest, &name) {
        // The link exists and is this file, so it must not be overwritten.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // A copy, if the file system has no hard links.
        linked => linked.or_else(|_| copy(dir, &latest, &name)),
    };
    if linked.is_ok() {
        let old = others.iter().filter(|other| &***other != id);
        old.for_each(|other| _ = latest.remove_file(&location::file_name(other)));
    }
}

fn copy(dir: &Dir, latest: &Dir, name: &str) -> io::Result<()> {
    let bytes = dir.read(name, MAX_FILE_BYTES).map_err(|error| match error {
        ReadError::Io(error) => error,
        _ => io::ErrorKind::InvalidData.into(),
    })?;
    let mut file = TempFile::unique(latest, "crash")?;
    file.write(&bytes, true)?;
    file.persist_new(name)
}

/// Returns the ids of the crashes in `latest/`.
pub(super) fn ids(root: &Dir) -> Vec<String> {
    root.open_dir(LATEST).map(|latest| ids_in(&latest)).unwrap_or_default()
}

/// Removes a crash from `latest/`.
pub(super) fn remove(root: &Dir, id: &str) {
    _ = root.open_dir(LATEST).and_then(|latest| latest.remove_file(&location::file_name(id)));
}

fn ids_in(latest: &Dir) -> Vec<String> {
    let entries = entries(latest).unwrap_or_default();
    entries.iter().filter_map(|(name, _)| Some(id::id_of(name)?.to_owned())).collect()
}
