//! Replaces a file on systems other than Unix.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::WriteErrorKind;
use crate::fix::leftovers;
use crate::input::{self, InputError};
use crate::text;

/// Replaces the file `path`, which is in `root` or below. Both are canonical.
pub(super) fn replace(
    _root: &Path,
    path: &Path,
    old: &[u8],
    new: &[u8],
) -> Result<(), WriteErrorKind> {
    if contains(path, new)? {
        return Ok(());
    }
    let permissions = path.metadata()?.permissions();
    if permissions.readonly() {
        return Err(WriteErrorKind::ReadOnly);
    }
    if !contains(path, old)? {
        return Err(WriteErrorKind::Changed);
    }
    let temporary = Temporary::create(path.parent().unwrap_or(Path::new(".")))?;
    let write = || -> io::Result<()> {
        let mut file = &temporary.file;
        file.write_all(new)?;
        file.set_permissions(permissions)?;
        file.sync_all()
    };
    write().map_err(WriteErrorKind::of_step("cannot write a temporary file"))?;
    if !contains(path, old)? {
        return Err(WriteErrorKind::Changed);
    }
    // If this succeeds, there is no temporary file that could be removed.
    fs::rename(&temporary.path, path)
        .map_err(WriteErrorKind::of_step("cannot rename a temporary file to it"))
}

/// Returns true if the file has these contents.
fn contains(path: &Path, bytes: &[u8]) -> Result<bool, WriteErrorKind> {
    match input::read_file(path, bytes.len() as u64) {
        Ok(read) => Ok(read == bytes),
        Err(InputError::TooLarge { .. }) => Ok(false),
        Err(InputError::NotAFile(kind)) => Err(WriteErrorKind::NotAFile(kind)),
        Err(InputError::Io(error)) => Err(error.into()),
    }
}

/// A temporary file, which is removed when it is dropped.
struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    fn create(dir: &Path) -> Result<Self, WriteErrorKind> {
        let path = dir.join(leftovers::new_name());
        let created = File::options().read(true).write(true).create_new(true).open(&path);
        let dir = dir.to_string_lossy();
        let dir = text::one_line(&dir);
        let step = format!("cannot create a temporary file in `{dir}`");
        Ok(Self { file: created.map_err(WriteErrorKind::of_step(step))?, path })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.path);
    }
}
