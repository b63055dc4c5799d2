//! Reads a file from disk.

use std::path::Path;

use super::{MAX_FILE_BYTES, SourceError};
use crate::input::{self, InputError};

/// Reads the regular file at `on_disk`. Reads no more than the maximum size of a source file. `display_path` is the path
/// in errors.
pub(super) fn read(on_disk: &Path, display_path: &str) -> Result<Vec<u8>, SourceError> {
    let path = || display_path.to_owned();
    read_file(on_disk).map_err(|error| match error {
        InputError::Io(error) => SourceError::Io { path: path(), error },
        InputError::NotAFile(kind) => SourceError::NotAFile { path: path(), kind },
        // A file that grew while it was read has at least one byte more than the limit.
        InputError::TooLarge { size, limit } => {
            SourceError::TooLarge { path: path(), size: size.unwrap_or(limit + 1) }
        }
    })
}

fn read_file(on_disk: &Path) -> Result<Vec<u8>, InputError> {
    let file = input::open_file(on_disk)?;
    let size = file.metadata()?.len();
    #[cfg(all(feature = "parallel", unix))]
    if let Some(text) = parallel::read(&file, size) {
        return Ok(text);
    }
    input::read_opened(file, size, MAX_FILE_BYTES)
}

/// Reads a large file with several threads. Most of the time goes into page faults of the new buffer, which the
/// threads share.
#[cfg(all(feature = "parallel", unix))]
mod parallel {
    use std::fs::File;
    use std::os::unix::fs::FileExt as _;

    use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
    use rayon::slice::ParallelSliceMut as _;

    use super::MAX_FILE_BYTES;

    /// The bytes that a thread reads at a time.
    const CHUNK_BYTES: usize = 4 << 20;

    /// Returns `None` if the file is small, is larger than [`MAX_FILE_BYTES`], or has changed its size. Also
    /// returns `None` on a worker thread: while it waits for others it may run another task, which may need a
    /// lock that its caller holds.
    pub(super) fn read(file: &File, size: u64) -> Option<Vec<u8>> {
        let len = usize::try_from(size).ok().filter(|len| *len >= 4 * CHUNK_BYTES)?;
        let is_on_worker = rayon::current_thread_index().is_some();
        // `vec!` would end the process without enough memory.
        let has_memory = || Vec::<u8>::new().try_reserve_exact(len).is_ok();
        if is_on_worker || size > MAX_FILE_BYTES || !has_memory() {
            return None;
        }
        // These zeros are not written yet: each thread touches the pages that it reads into.
        let mut text = vec![0; len];
        let chunks = text.par_chunks_mut(CHUNK_BYTES).enumerate();
        let is_read = |(index, chunk): (usize, &mut [u8])| {
            file.read_exact_at(chunk, (index * CHUNK_BYTES) as u64).is_ok()
        };
        let is_complete = chunks.all(is_read) && matches!(file.read_at(&mut [0], size), Ok(0));
        is_complete.then_some(text)
    }
}
