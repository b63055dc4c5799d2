//! A report copied into a folder.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Uploaded;
use super::error::UploadError;

/// Writes `text` to a file at `path`, at once or not at all: to a temporary file beside it, which is synced
/// and gets its name then. The file is the user's alone (mode 0600). Folders that are not there are made.
///
/// # Errors
///
/// [`UploadError::Exists`] where there is something else by this name; it stays. The same text is no
/// error.
pub(super) fn copy(path: &Path, text: &str) -> Result<Uploaded, UploadError> {
    let failed = |error| UploadError::File { path: path.to_owned(), error };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut beside =
        tempfile::Builder::new().prefix(".crash-").tempfile_in(folder).map_err(failed)?;
    beside.write_all(text.as_bytes()).map_err(failed)?;
    beside.as_file().sync_all().map_err(failed)?;
    match beside.persist_noclobber(path) {
        Ok(_) => {
            sync(folder).map_err(failed)?;
            Ok(Uploaded::Copied { path: path.to_owned(), is_new: true })
        }
        Err(failure) if failure.error.kind() == io::ErrorKind::AlreadyExists => {
            if holds(path, text) {
                Ok(Uploaded::Copied { path: path.to_owned(), is_new: false })
            } else {
                Err(UploadError::Exists { path: path.to_owned() })
            }
        }
        Err(failure) => Err(failed(failure.error)),
    }
}

/// Whether the file at `path` is a file that holds `text`. Nothing else is opened: a pipe would never
/// end.
fn holds(path: &Path, text: &str) -> bool {
    let is_as_long = fs::metadata(path).is_ok_and(|metadata| {
        metadata.is_file() && usize::try_from(metadata.len()) == Ok(text.len())
    });
    is_as_long && fs::read(path).is_ok_and(|held| held == text.as_bytes())
}

/// Makes the name last, as the text does.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_folder: &Path) -> io::Result<()> {
    Ok(())
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
