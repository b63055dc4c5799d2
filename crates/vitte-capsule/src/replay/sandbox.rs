//! The directory of a replay.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::ReplayError;
use super::schedule::Schedule;
use crate::atomic_file;

#[cfg(unix)]
mod remove;

/// The sources; the current directory of the program.
pub(super) const WORK: &str = "work";
/// The crashes that the program stores.
pub(super) const CRASHES: &str = "crashes";
/// The temporary files of the program.
pub(super) const TMP: &str = "tmp";

/// The beginning of the name of the directory.
pub(super) const PREFIX: &str = "vitte-replay-";

/// A text is written in parts of this size, to check the time between them.
const WRITE_BYTES: usize = 1 << 20;
/// How long removing the directory may take even if no time is left. It usually takes a millisecond.
const MIN_REMOVE_TIME: Duration = Duration::from_millis(250);
/// How long to remove the directory after an error.
const DROP_TIMEOUT: Duration = Duration::from_secs(2);

/// A new directory that only its owner can access. It is removed on drop, unless it is kept.
#[derive(Debug)]
pub(super) struct Sandbox {
    pub(super) root: PathBuf,
    is_kept: bool,
}

/// Returns the directory in which a [`Sandbox`] is created. A relative path would be wrong for the program, whose
/// current directory is another one.
pub(super) fn parent() -> PathBuf {
    let parent = std::env::temp_dir();
    std::path::absolute(&parent).unwrap_or(parent)
}

impl Sandbox {
    pub(super) fn new(is_kept: bool) -> Result<Self, ReplayError> {
        let parent = parent();
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).disable_cleanup(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(fs::Permissions::from_mode(0o700));
        }
        let root = builder.tempdir_in(&parent);
        let root = root.map_err(|error| ReplayError::Create { path: parent.clone(), error })?;
        let sandbox = Self { root: root.path().to_owned(), is_kept };
        for name in [WORK, CRASHES, TMP] {
            let path = sandbox.root.join(name);
            atomic_file::create_private_dir(&path)
                .map_err(|error| ReplayError::Create { path, error })?;
        }
        Ok(sandbox)
    }

    pub(super) fn work(&self) -> PathBuf {
        self.root.join(WORK)
    }

    pub(super) fn crashes(&self) -> PathBuf {
        self.root.join(CRASHES)
    }

    /// Writes a new source file. It is an error if the file exists. Returns false if the time is over.
    pub(super) fn write(
        &self,
        path: &str,
        text: &[u8],
        schedule: &Schedule,
    ) -> Result<bool, ReplayError> {
        let path = self.work().join(path);
        let write = || -> io::Result<bool> {
            if let Some(dir) = path.parent() {
                fs::create_dir_all(dir)?;
            }
            let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
            for part in text.chunks(WRITE_BYTES) {
                if schedule.is_run_over() {
                    return Ok(false);
                }
                file.write_all(part)?;
            }
            Ok(!schedule.is_run_over())
        };
        write().map_err(|error| ReplayError::Create { path: path.clone(), error })
    }

    /// Removes the directory unless it is kept. Directories that the program made read-only are removed too.
    ///
    /// # Errors
    ///
    /// The I/O error if a part could not be removed before the deadline. The rest stays.
    pub(super) fn remove(mut self, deadline: Instant) -> io::Result<()> {
        let is_kept = std::mem::replace(&mut self.is_kept, true);
        let deadline = deadline.max(Instant::now() + MIN_REMOVE_TIME);
        if is_kept { Ok(()) } else { remove(&self.root, deadline) }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if !self.is_kept {
            _ = remove(&self.root, Instant::now() + DROP_TIMEOUT);
        }
    }
}

#[cfg(unix)]
fn remove(root: &Path, deadline: Instant) -> io::Result<()> {
    remove::remove_tree(root, deadline)
}

#[cfg(not(unix))]
fn remove(root: &Path, _deadline: Instant) -> io::Result<()> {
    fs::remove_dir_all(root)
}
