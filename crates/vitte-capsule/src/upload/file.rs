//! Copies a report to a file.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::UploadReceipt;
use super::error::UploadError;
use crate::atomic_file::{self, Existing};

/// Writes `text` to a new file, see [`write_atomically`](atomic_file::write_atomically). If the file exists
/// with the same content, it is left as is.
///
/// # Errors
///
/// [`UploadError::Exists`] if `path` exists with different content, [`UploadError::File`] if it cannot be written.
pub(super) fn write(path: &Path, text: &str) -> Result<UploadReceipt, UploadError> {
    match atomic_file::write_atomically(path, text.as_bytes(), Existing::Fail) {
        Ok(()) => Ok(UploadReceipt::Copied { path: path.to_owned(), is_new: true }),
        Err(error) if file_exists(&error, path) => match has_content(path, text) {
            true => Ok(UploadReceipt::Copied { path: path.to_owned(), is_new: false }),
            false => Err(UploadError::Exists { path: path.to_owned() }),
        },
        Err(error) => Err(UploadError::File { path: path.to_owned(), error }),
    }
}

/// Returns whether the error is about `path` itself, not about a file in place of one of its directories.
fn file_exists(error: &io::Error, path: &Path) -> bool {
    error.kind() == io::ErrorKind::AlreadyExists && path.symlink_metadata().is_ok()
}

/// Returns whether `path` is a regular file with this content. Nothing else is opened, because reading a pipe
/// could block.
fn has_content(path: &Path, text: &str) -> bool {
    let has_same_len = fs::metadata(path).is_ok_and(|metadata| {
        metadata.is_file() && usize::try_from(metadata.len()) == Ok(text.len())
    });
    has_same_len && fs::read(path).is_ok_and(|content| content == text.as_bytes())
}

/// Returns the path for the report with this id.
///
/// # Errors
///
/// [`UploadError::Report`] if the id is not a safe file name. It comes from a report, which is untrusted.
pub(super) fn path(dir: &Path, id: &str) -> Result<PathBuf, UploadError> {
    if is_file_name(id) {
        return Ok(dir.join(format!("{id}.json")));
    }
    let reason = "not usable as a file name";
    Err(UploadError::Report { field: "id", value: id.to_owned(), reason })
}

/// Returns whether an id is a safe file name.
pub(super) fn is_file_name(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 128
        && !id.starts_with('.')
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
