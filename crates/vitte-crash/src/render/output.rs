//! Writing what is shown of a crash: never for longer than a reader may take to come.

use std::time::{Duration, Instant};

/// What is shown of a crash, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Shown {
    pub(crate) bytes: Vec<u8>,
    /// To standard output; to standard error otherwise.
    pub(crate) to_stdout: bool,
}

/// How long it is waited for whoever reads the output, all in all.
const PATIENCE: Duration = Duration::from_secs(1);
/// Bytes that go into a pipe at once where it has room at all (`PIPE_BUF`).
const PIECE: usize = 4096;

/// Writes it; whether all of it was written. The locks of std's streams are not taken: whoever has them
/// may be what crashed.
pub(crate) fn write(shown: &Shown) -> bool {
    let end = Instant::now() + PATIENCE;
    let is_file = is_file(shown.to_stdout);
    let mut rest = shown.bytes.as_slice();
    while !rest.is_empty() {
        let piece = if is_file { rest } else { rest.get(..PIECE).unwrap_or(rest) };
        match write_piece(shown.to_stdout, piece, end) {
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

    /// Whether it is a file, which never keeps a writer waiting.
    pub(super) fn is_file(to_stdout: bool) -> bool {
        let kind =
            with(to_stdout, |fd| fstat(fd)).map(|stat| SFlag::from_bits_truncate(stat.st_mode));
        kind.is_ok_and(|kind| kind & SFlag::S_IFMT == SFlag::S_IFREG)
    }

    /// The bytes that were written; nothing where nobody takes them.
    pub(crate) fn write_piece(to_stdout: bool, piece: &[u8], end: Instant) -> Option<usize> {
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
                match write(fd, piece) {
                    Ok(written) => return Some(written),
                    Err(Errno::EINTR | Errno::EAGAIN) => {}
                    Err(_) => return None,
                }
            }
        })
    }
}

#[cfg(unix)]
use unix::{is_file, write_piece};

#[cfg(not(unix))]
fn is_file(_to_stdout: bool) -> bool {
    true
}

#[cfg(not(unix))]
fn write_piece(to_stdout: bool, piece: &[u8], _end: Instant) -> Option<usize> {
    use std::io::{Write as _, stderr, stdout};
    let result = if to_stdout { stdout().write_all(piece) } else { stderr().write_all(piece) };
    result.is_ok().then_some(piece.len())
}
