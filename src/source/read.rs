//! Reading a file from disk.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::{MAX_FILE_BYTES, SourceError};

/// Reads all of `on_disk`, but never more than a source file may have.
pub(super) fn read(on_disk: &Path, shown: &str) -> Result<Vec<u8>, SourceError> {
    let failed = |error| SourceError::Io { path: shown.to_owned(), error };
    let file = File::open(on_disk).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    #[cfg(all(feature = "parallel", unix))]
    if let Some(text) = parallel::read(&file, size) {
        return Ok(text);
    }
    let mut text = Vec::new();
    if size <= MAX_FILE_BYTES {
        // The size is a hint: a pipe has none, and a file may grow while it is read.
        let hint = usize::try_from(size).unwrap_or(0).saturating_add(1);
        text.try_reserve_exact(hint).map_err(|error| failed(error.into()))?;
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut text).map_err(failed)?;
    }
    let size = size.max(text.len() as u64);
    if size > MAX_FILE_BYTES {
        return Err(SourceError::TooLarge { path: shown.to_owned(), size });
    }
    Ok(text)
}

/// A large file, read by several threads: what takes long is that memory which is touched first has to be
/// found.
#[cfg(all(feature = "parallel", unix))]
mod parallel {
    use std::fs::File;
    use std::os::unix::fs::FileExt as _;

    use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
    use rayon::slice::ParallelSliceMut as _;

    use super::MAX_FILE_BYTES;

    /// Bytes that one thread reads at a time.
    const PIECE: usize = 4 << 20;

    /// Nothing where the file is not large, is too large, or is not as long as it was; and nothing on a
    /// worker, which would take up other work while it waits: that may want what its caller holds locked.
    pub(super) fn read(file: &File, size: u64) -> Option<Vec<u8>> {
        let len = usize::try_from(size).ok().filter(|len| *len >= 4 * PIECE)?;
        let is_on_worker = rayon::current_thread_index().is_some();
        // Where there is no room for it an allocation that may not fail would end the process.
        let has_room = || Vec::<u8>::new().try_reserve_exact(len).is_ok();
        if is_on_worker || size > MAX_FILE_BYTES || !has_room() {
            return None;
        }
        // Not touched yet: each thread touches what it reads into.
        let mut text = vec![0; len];
        let pieces = text.par_chunks_mut(PIECE).enumerate();
        let is_read = |(index, piece): (usize, &mut [u8])| {
            file.read_exact_at(piece, (index * PIECE) as u64).is_ok()
        };
        let is_as_long = pieces.all(is_read) && matches!(file.read_at(&mut [0], size), Ok(0));
        is_as_long.then_some(text)
    }
}
