//! A temporary copy of the file system in which unsaved buffers are files.
//!
//! ```text
//! /tmp/vitte-lsp-x/          real directories: those of the workspace, and the parents of unsaved files
//! ├── etc ─▶ /etc            links: everything else
//! └── home/
//!     └── ana/
//!         ├── .cargo ─▶ /home/ana/.cargo
//!         └── ws/
//!             ├── Makefile ─▶ /home/ana/ws/Makefile
//!             └── src/
//!                 ├── main.c          the text of the buffer
//!                 └── util.h ─▶ /home/ana/ws/src/util.h
//! ```
//!
//! So a compiler finds all other files where they are, also with `..` and in the directories above the workspace. On systems
//! other than Unix, where links need privileges, there are only the unsaved files.

#[cfg(not(unix))]
#[path = "overlay/copies.rs"]
mod tree;
#[cfg(unix)]
#[path = "overlay/links.rs"]
mod tree;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;

use crate::paths::normalized;

/// Unsaved buffers by their absolute paths.
pub(super) type Buffers<'a> = BTreeMap<PathBuf, &'a str>;

/// The directories that a copy has beside those of the unsaved buffers, as absolute paths.
#[cfg_attr(not(unix), allow(dead_code, reason = "there the copy has only files"))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The working directory.
    pub(super) cwd: &'a Path,
    /// That of the document.
    pub(super) dir: &'a Path,
    /// The workspace, of which the copy has all directories, unless it is large.
    pub(super) root: Option<&'a Path>,
}

/// The beginning of the name of a temporary directory.
const PREFIX: &str = "vitte-lsp-";

/// The copy. It is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Overlay {
    dir: TempDir,
    /// The path of `dir` without links.
    canonical: PathBuf,
}

impl Overlay {
    /// Creates an empty copy.
    ///
    /// # Errors
    ///
    /// The temporary directory cannot be created.
    pub(super) fn new() -> io::Result<Self> {
        Self::below(&std::env::temp_dir())
    }

    fn below(parent: &Path) -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let canonical = fs::canonicalize(dir.path())?;
        Ok(Self { dir, canonical })
    }

    /// Brings the copy up to date. Only what differs is written.
    ///
    /// # Errors
    ///
    /// The copy cannot be written.
    pub(super) fn update(&self, place: Place<'_>, buffers: &Buffers<'_>) -> io::Result<()> {
        let mut all = buffers.clone();
        // Another file may name a buffer without the links on its path.
        for (path, text) in buffers {
            let parent = path.parent().and_then(|parent| fs::canonicalize(parent).ok());
            if let Some((parent, name)) = parent.zip(path.file_name()) {
                all.entry(parent.join(name)).or_insert(text);
            }
        }
        tree::update(&self.canonical, place, &all)
    }

    /// Returns where the file with an absolute path is in the copy.
    pub(super) fn path(&self, real: &Path) -> PathBuf {
        tree::path(self.dir.path(), &normalized(real))
    }

    /// Replaces paths of the copy in messages by those of the originals. On other systems their spellings differ.
    pub(super) fn restore_paths(&self, output: &mut Vec<u8>) {
        if cfg!(unix) {
            without_prefix(output, self.canonical.as_os_str().as_encoded_bytes());
            without_prefix(output, self.dir.path().as_os_str().as_encoded_bytes());
        }
    }

    /// Returns the absolute path of a file of the copy, or `None` if `path` is not in the copy.
    pub(super) fn real(&self, path: &Path) -> Option<PathBuf> {
        let dirs = [self.dir.path(), &self.canonical];
        let inner = dirs.into_iter().find_map(|dir| path.strip_prefix(dir).ok())?;
        Some(normalized(&tree::real(inner)))
    }
}

/// Removes `prefix` where `/` follows.
fn without_prefix(bytes: &mut Vec<u8>, prefix: &[u8]) {
    let Some((first, rest)) = prefix.split_first() else { return };
    let is_prefix =
        |tail: &[u8]| tail.strip_prefix(rest).is_some_and(|next| next.starts_with(b"/"));
    let (mut out, mut left) = (Vec::new(), bytes.as_slice());
    let mut is_found = false;
    while let Some(at) = left.iter().position(|byte| byte == first) {
        let (before, tail) = left.split_at(at);
        out.extend_from_slice(before);
        let tail = tail.get(1..).unwrap_or_default();
        if is_prefix(tail) {
            is_found = true;
            left = tail.get(rest.len()..).unwrap_or_default();
        } else {
            out.push(*first);
            left = tail;
        }
    }
    out.extend_from_slice(left);
    if is_found {
        *bytes = out;
    }
}

/// Returns the names of an absolute path: not `/`, a drive or `..`.
fn names(path: &Path) -> impl Iterator<Item = &std::ffi::OsStr> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name),
        _ => None,
    })
}

/// Writes a file unless it has this text. Never writes through a link.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path).ok();
    if let Some(metadata) = &metadata {
        let is_same_size = metadata.is_file() && metadata.len() == text.len() as u64;
        if is_same_size && fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
            return Ok(());
        }
        remove(path, metadata)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    io::Write::write_all(&mut file, text.as_bytes())
}

/// Removes what is at a path. What links point to is not removed.
fn remove(path: &Path, metadata: &fs::Metadata) -> io::Result<()> {
    if metadata.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
