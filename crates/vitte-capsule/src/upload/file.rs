//! A report copied into a folder.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::Uploaded;
use super::error::UploadError;
use crate::disk::{self, Existing};

/// Writes `text` to a file at `path`, at once or not at all: to a temporary file beside it, which is synced
/// and gets its name then. The file is the user's alone (mode 0600). Folders that are not there are made.
///
/// # Errors
///
/// [`UploadError::Exists`] where there is something else by this name; it stays. The same text is no
/// error.
pub(super) fn copy(path: &Path, text: &str) -> Result<Uploaded, UploadError> {
    match disk::write_whole(path, text.as_bytes(), Existing::Stays) {
        Ok(()) => Ok(Uploaded::Copied { path: path.to_owned(), is_new: true }),
        Err(error) if is_there(&error, path) => match holds(path, text) {
            true => Ok(Uploaded::Copied { path: path.to_owned(), is_new: false }),
            false => Err(UploadError::Exists { path: path.to_owned() }),
        },
        Err(error) => Err(UploadError::File { path: path.to_owned(), error }),
    }
}

/// Whether it is the file that is there already, and not one where a folder has to be.
fn is_there(error: &io::Error, path: &Path) -> bool {
    error.kind() == io::ErrorKind::AlreadyExists && path.symlink_metadata().is_ok()
}

/// Whether the file at `path` is a file that holds `text`. Nothing else is opened: a pipe would never
/// end.
fn holds(path: &Path, text: &str) -> bool {
    let is_as_long = fs::metadata(path).is_ok_and(|metadata| {
        metadata.is_file() && usize::try_from(metadata.len()) == Ok(text.len())
    });
    is_as_long && fs::read(path).is_ok_and(|held| held == text.as_bytes())
}

/// The path of the report with this id.
///
/// # Errors
///
/// Where the id is no file name: it comes from a report, which may come from anywhere.
pub(super) fn path(folder: &Path, id: &str) -> Result<PathBuf, UploadError> {
    let is_name = !id.is_empty()
        && id.len() <= 128
        && !id.starts_with('.')
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if is_name {
        return Ok(folder.join(format!("{id}.json")));
    }
    let reason = "it cannot be the name of a file";
    Err(UploadError::Report { field: "id", value: id.to_owned(), reason })
}
