//! Systems without directories by handle, such as WebAssembly in a browser: no directory can be opened.

use std::fs::File;
use std::io;
use std::path::Path;

use super::{EntryKind, FileInfo};
use crate::atomic_file::ReadError;

/// An open directory, of which there is none on this system.
#[derive(Debug)]
pub(crate) struct Dir;

/// The error of every operation.
fn unsupported<T>() -> io::Result<T> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Dir {
    pub(crate) fn open(_path: &Path) -> io::Result<Self> {
        unsupported()
    }

    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        Self::open(path)
    }

    pub(crate) fn open_dir(&self, _name: &str) -> io::Result<Self> {
        unsupported()
    }

    pub(crate) fn create_dir(&self, _name: &str) -> io::Result<Self> {
        unsupported()
    }

    pub(crate) fn info(&self, _name: &str) -> io::Result<FileInfo> {
        unsupported()
    }

    pub(crate) fn info_at(&self, _path: &str) -> io::Result<FileInfo> {
        unsupported()
    }

    pub(crate) fn entries(
        &self,
    ) -> io::Result<std::vec::IntoIter<io::Result<(Option<String>, EntryKind)>>> {
        unsupported()
    }

    pub(crate) fn read(&self, _name: &str, _max_bytes: u64) -> Result<Vec<u8>, ReadError> {
        unsupported().map_err(ReadError::Io)
    }

    pub(crate) fn open_for_append(&self, _name: &str) -> io::Result<Option<(File, bool)>> {
        unsupported()
    }

    pub(crate) fn create_file(&self, _name: &str) -> io::Result<File> {
        unsupported()
    }

    pub(crate) fn rename(&self, _from: &str, _to: &str) -> io::Result<()> {
        unsupported()
    }

    pub(crate) fn hard_link(&self, _name: &str, _dir: &Self, _new_name: &str) -> io::Result<()> {
        unsupported()
    }

    pub(crate) fn remove_file(&self, _name: &str) -> io::Result<()> {
        unsupported()
    }

    pub(crate) fn remove_dir(&self, _name: &str) -> io::Result<()> {
        unsupported()
    }

    pub(crate) fn sync(&self) {}

    pub(crate) fn has(&self, _file: &File, _name: &str) -> bool {
        false
    }

    pub(crate) fn is_own(&self) -> bool {
        true
    }

    pub(crate) fn other_users(&self) -> Option<String> {
        None
    }
}
