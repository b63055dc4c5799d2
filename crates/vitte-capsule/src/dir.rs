//! Directories by handle. A name is resolved beneath an open directory and is a single component, so that no path,
//! whatever it contains, leads out of the directory. Links are not followed.
//!
//! A directory that is replaced by a link between two operations makes no difference: the handle refers to the
//! directory that was opened.

#![cfg_attr(
    not(any(unix, windows)),
    allow(dead_code, reason = "where no directory can be opened, nothing is done in one")
)]

#[cfg(any(unix, windows))]
mod system;
#[cfg(not(any(unix, windows)))]
#[path = "dir/unsupported.rs"]
mod system;
mod temp;
#[cfg(any(unix, windows))]
mod users;

use std::io;
use std::path::{Component, Path};

pub(crate) use system::Dir;
pub(crate) use temp::TempFile;

/// What a directory entry is. Links are not followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EntryKind {
    File,
    Dir,
    Link,
    /// A named pipe, a socket or a device.
    Other,
}

/// What is known of a file without opening it. A link is described itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct FileInfo {
    pub(crate) kind: EntryKind,
    /// The size in bytes.
    pub(crate) len: u64,
    pub(crate) modified: Option<std::time::SystemTime>,
    /// Whether it belongs to the current user; true on systems other than Unix.
    pub(crate) is_own: bool,
}

/// Checks that a name is a single component. The names of an index or of an archive can be anything.
fn check_name(name: &str) -> io::Result<&str> {
    let mut components = Path::new(name).components();
    // `Path` drops a final separator and `.`, so the component is compared with the name.
    let is_single = match (components.next(), components.next()) {
        (Some(Component::Normal(only)), None) => only == name,
        _ => false,
    };
    if is_single && !name.contains(['\0', ':', '\\']) {
        return Ok(name);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"))
}

/// The error for a link, which is not followed.
fn link_error() -> io::Error {
    io::Error::new(io::ErrorKind::NotADirectory, "a symbolic link, which is not followed")
}

#[cfg(test)]
mod tests;
