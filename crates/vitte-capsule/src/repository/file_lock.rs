//! Exclusive locks of files.

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

/// The pause between two attempts.
const RETRY_DELAY: Duration = Duration::from_millis(1);

/// Locks a file. Returns false if another process has the lock until `end`. The lock ends when the file is closed.
pub(super) fn wait(file: &File, end: Instant) -> io::Result<bool> {
    while !try_lock(file)? {
        if Instant::now() >= end {
            return Ok(false);
        }
        std::thread::sleep(RETRY_DELAY);
    }
    Ok(true)
}

/// Locks a file. Returns false if another process has the lock. The lock ends when the file is closed.
///
/// `File::try_lock` does the same since Rust 1.89, which is newer than the MSRV.
pub(crate) fn try_lock(file: &File) -> io::Result<bool> {
    #[cfg(any(unix, windows))]
    match fs4::FileExt::try_lock(file) {
        Ok(()) => Ok(true),
        Err(fs4::TryLockError::WouldBlock) => Ok(false),
        Err(fs4::TryLockError::Error(error)) => Err(error),
    }
    #[cfg(not(any(unix, windows)))]
    {
        _ = file;
        Err(io::ErrorKind::Unsupported.into())
    }
}
