//! Replaces files on disk, atomically.
//!
//! ```text
//! file ─▶ checks ─▶ temporary file: new contents, owner, attributes, mode ─▶ sync
//!                     └▶ the file is still as it was read ─▶ rename ─▶ sync of the directory
//! ```

#[cfg(unix)]
mod attributes;
mod error;
#[cfg(not(unix))]
mod portable;
#[cfg(unix)]
mod unix;

use std::path::Path;

pub use error::{WriteError, WriteErrorKind};
#[cfg(not(unix))]
use portable as system;
#[cfg(unix)]
use unix as system;

/// Replaces the contents of the file at `path`, atomically and durably: at any time, even after a power failure, the file
/// has either the old contents or the new ones. If the file has the new contents already, nothing is written.
///
/// The new contents are written to a temporary file in the same directory, which is renamed. Owner, group, mode,
/// extended attributes, access control lists and file flags are kept; if one of them cannot be kept, the file is not
/// replaced. A file with a setuid or setgid bit or with several hard links is not replaced. The time of modification
/// changes. Attributes that the system does not show to this process, such as `trusted.*` on Linux, and the access control
/// lists of macOS and Windows are lost.
///
/// If `path` is a symbolic link, it remains one, and its target is replaced if it is in the directory of `path` or below:
/// see [`replace_within`].
///
/// A process that is killed leaves the temporary file; see [`remove_leftovers`](super::remove_leftovers).
///
/// # Errors
///
/// A [`WriteError`] if the file no longer contains `old`, cannot be written, or something of it cannot be kept. In all these
/// cases the file is unchanged.
pub fn replace(path: impl AsRef<Path>, old: &[u8], new: &[u8]) -> Result<(), WriteError> {
    let path = path.as_ref();
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    replace_within(path, &[dir], old, new)
}

/// Replaces the contents of a file like [`replace`](replace()), if the file is in one of the directories `roots` or below.
///
/// A symbolic link on the way to the file may not lead out of them: someone who can create a link in a directory must not
/// decide which other files are changed. The roots themselves may be links. On Unix, a link that appears while the
/// function runs is not followed either.
///
/// # Errors
///
/// Those of [`replace`](replace()), and [`WriteErrorKind::Outside`] if the file is in none of the roots.
pub fn replace_within<R: AsRef<Path>>(
    path: impl AsRef<Path>,
    roots: &[R],
    old: &[u8],
    new: &[u8],
) -> Result<(), WriteError> {
    let path = path.as_ref();
    let replace = || {
        let target = path.canonicalize()?;
        let mut roots = roots.iter().filter_map(|root| root.as_ref().canonicalize().ok());
        match roots.find(|root| target.starts_with(root)) {
            Some(root) => system::replace(&root, &target, old, new),
            None => Err(WriteErrorKind::Outside { target }),
        }
    };
    replace().map_err(|kind| WriteError { path: path.to_owned(), kind })
}

#[cfg(test)]
mod tests;
