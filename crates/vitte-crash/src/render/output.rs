//! Writes a rendered report to a standard stream, within a time limit.

use std::time::{Duration, Instant};

/// Text for the user, and the stream to which it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RenderedOutput {
    pub(crate) bytes: Vec<u8>,
    /// Whether the stream is standard output. Otherwise it is standard error.
    pub(crate) to_stdout: bool,
}

/// Maximum total time of waiting for a reader of the stream.
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);
/// Number of bytes that a pipe with free space accepts without blocking (`PIPE_BUF`).
const CHUNK_BYTES: usize = 4096;

/// Writes the output. Returns whether all of it was written. The locks of std's streams are not taken, because the
/// crashed thread may hold them.
pub(crate) fn write(output: &RenderedOutput) -> bool {
    let end = Instant::now() + WRITE_TIMEOUT;
    let is_file = is_file(output.to_stdout);
    let mut rest = output.bytes.as_slice();
    while !rest.is_empty() {
        let chunk = if is_file { rest } else { rest.get(..CHUNK_BYTES).unwrap_or(rest) };
        match write_chunk(output.to_stdout, chunk, end) {
            Some(written) if written > 0 => rest = rest.get(written..).unwrap_or_default(),
            _ => return false,
        }
    }
    true
}

#[cfg(unix)]
mod unix {
    use std::io::{Stderr, Stdout, stderr, stdout};
    use std::os::fd::{AsFd as _, BorrowedFd};
    use std::time::Instant;

    use nix::errno::Errno;
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use nix::sys::stat::{SFlag, fstat};
    use nix::unistd::write;

    fn with<T>(to_stdout: bool, work: impl FnOnce(BorrowedFd<'_>) -> T) -> T {
        let (out, err): (Stdout, Stderr) = (stdout(), stderr());
        work(if to_stdout { out.as_fd() } else { err.as_fd() })
    }

    /// Returns whether the stream is a regular file, to which writing never blocks.
    pub(super) fn is_file(to_stdout: bool) -> bool {
        let kind =
            with(to_stdout, |fd| fstat(fd)).map(|stat| SFlag::from_bits_truncate(stat.st_mode));
        kind.is_ok_and(|kind| kind & SFlag::S_IFMT == SFlag::S_IFREG)
    }

    /// Returns the number of bytes written, or `None` after an error or if the stream accepts none until `end`.
    pub(super) fn write_chunk(to_stdout: bool, chunk: &[u8], end: Instant) -> Option<usize> {
        with(to_stdout, |fd| {
            loop {
                let left = end.saturating_duration_since(Instant::now());
                let left = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
                match poll(&mut [PollFd::new(fd, PollFlags::POLLOUT)], left) {
                    Ok(0) => return None,
                    Ok(_) => {}
                    Err(Errno::EINTR) => continue,
                    Err(_) => return None,
                }
                match write(fd, chunk) {
                    Ok(written) => return Some(written),
                    Err(Errno::EINTR | Errno::EAGAIN) => {}
                    Err(_) => return None,
                }
            }
        })
    }
}

#[cfg(unix)]
use unix::{is_file, write_chunk};

#[cfg(not(unix))]
fn is_file(_to_stdout: bool) -> bool {
    true
}

#[cfg(not(unix))]
fn write_chunk(to_stdout: bool, chunk: &[u8], _end: Instant) -> Option<usize> {
    use std::io::{Write as _, stderr, stdout};
    let result = if to_stdout { stdout().write_all(chunk) } else { stderr().write_all(chunk) };
    result.is_ok().then_some(chunk.len())
}
