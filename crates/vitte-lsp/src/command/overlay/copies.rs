//! Only the unsaved files.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf, Prefix};

use super::{Buffers, Place, names, remove, write};

/// Returns `dir/c/ws/a.c` for `C:\ws\a.c`.
pub(super) fn path(dir: &Path, real: &Path) -> PathBuf {
    let mut path = dir.to_owned();
    if let Some(Component::Prefix(prefix)) = real.components().next() {
        if let Prefix::Disk(drive) | Prefix::VerbatimDisk(drive) = prefix.kind() {
            path.push(char::from(drive).to_ascii_lowercase().to_string());
        }
    }
    path.extend(names(real));
    path
}

pub(super) fn real(inner: &Path) -> PathBuf {
    let mut names = names(inner);
    let drive = names.next().unwrap_or_default().to_string_lossy().to_uppercase();
    let mut path = PathBuf::from(format!("{drive}:\\"));
    path.extend(names);
    path
}

pub(super) fn update(overlay: &Path, _place: Place<'_>, buffers: &Buffers<'_>) -> io::Result<()> {
    for entry in fs::read_dir(overlay)? {
        let path = entry?.path();
        let is_needed = |real: &PathBuf| self::path(overlay, real).starts_with(&path);
        if !buffers.keys().any(is_needed) {
            remove(&path, &fs::symlink_metadata(&path)?)?;
        }
    }
    for (real, text) in buffers {
        let path = self::path(overlay, real);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        write(&path, text)?;
    }
    Ok(())
}
