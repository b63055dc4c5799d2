//! Temporary files, which become files atomically by a rename.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::Dir;
use crate::atomic_file::TEMP_SUFFIX;

/// A new file with a temporary name. It is removed on drop, unless it was renamed.
#[derive(Debug)]
pub(crate) struct TempFile<'a> {
    dir: &'a Dir,
    name: String,
    file: Option<File>,
    is_persisted: bool,
}

impl<'a> TempFile<'a> {
    /// Creates the temporary file for a file named `name`. Fails if another process has created it already.
    pub(crate) fn new(dir: &'a Dir, name: &str) -> io::Result<Self> {
        let name = format!(".{name}{TEMP_SUFFIX}");
        let file = dir.create_file(&name)?;
        Ok(Self { dir, name, file: Some(file), is_persisted: false })
    }

    /// Creates a temporary file whose name begins with `.PREFIX-`, and that no other process uses.
    pub(crate) fn unique(dir: &'a Dir, prefix: &str) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        // Processes in different containers can have the same id.
        let (process, nanos) = (std::process::id(), now.subsec_nanos());
        Self::new(dir, &format!("{prefix}-{process}-{count}-{nanos}"))
    }

    /// Writes the content, and closes the file. With `sync`, the content survives a power failure.
    pub(crate) fn write(&mut self, bytes: &[u8], sync: bool) -> io::Result<()> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        file.write_all(bytes)?;
        if sync { file.sync_all() } else { Ok(()) }
    }

    /// Renames the file. An existing file is replaced, and so is a link.
    pub(crate) fn persist(mut self, name: &str) -> io::Result<()> {
        self.file = None;
        self.dir.rename(&self.name, name)?;
        self.is_persisted = true;
        Ok(())
    }

    /// Renames the file. Fails with `AlreadyExists` if the name exists.
    ///
    /// Only writers that use the same temporary name can create the file, and this one has the temporary file, so
    /// nothing is created between the check and the rename.
    pub(crate) fn persist_new(self, name: &str) -> io::Result<()> {
        match self.dir.info(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.persist(name),
            Err(error) => Err(error),
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        }
    }
}

impl Drop for TempFile<'_> {
    fn drop(&mut self) {
        self.file = None;
        if !self.is_persisted {
            _ = self.dir.remove_file(&self.name);
        }
    }
}
