//! Recognises that the reader of standard output or standard error has gone, as in `mycc | head`.
//!
//! That is not a defect of the program.

use std::error::Error;
use std::io;

/// The beginnings of the messages with which `println!` and `eprintln!` panic.
const PRINT_FAILED: [&str; 2] = ["failed printing to stdout: ", "failed printing to stderr: "];

/// The ends of those messages if the reader has gone. The text before the number depends on the language of the
/// system.
#[cfg(windows)]
const REASONS: [&str; 3] = ["(os error 109)", "(os error 232)", "broken pipe"];
#[cfg(not(windows))]
const REASONS: [&str; 2] = ["(os error 32)", "broken pipe"];

/// Returns whether a panic with this message means that the reader of a standard stream has gone.
pub(crate) fn is_broken_output(message: &str) -> bool {
    if PRINT_FAILED.iter().any(|start| message.starts_with(start)) {
        return REASONS.iter().any(|reason| message.ends_with(reason));
    }
    // `writeln!(stdout(), …).unwrap()` and `.expect(…)`. Other pipes and sockets cause the same message, so the streams
    // are examined.
    message.contains("kind: BrokenPipe") && has_broken_stream()
}

/// Returns whether an error, or one of its first `max_sources` sources, means that.
pub(crate) fn is_broken_output_error(error: &(dyn Error + 'static), max_sources: usize) -> bool {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    let is_broken_pipe = |error: &(dyn Error + 'static)| {
        error.downcast_ref::<io::Error>().is_some_and(|error| {
            error.kind() == io::ErrorKind::BrokenPipe || inner_is_broken_pipe(error)
        })
    };
    chain.take(max_sources + 1).any(is_broken_pipe) && has_broken_stream()
}

/// Returns whether the error inside of an [`io::Error`] is a broken pipe. It is not a source of the error.
fn inner_is_broken_pipe(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>());
    inner.is_some_and(|inner| inner.kind() == io::ErrorKind::BrokenPipe)
}

/// Returns whether standard output or standard error is a pipe or socket without a reader.
#[cfg(unix)]
fn has_broken_stream() -> bool {
    use std::os::fd::AsFd as _;

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    let (stdout, stderr) = (io::stdout(), io::stderr());
    [stdout.as_fd(), stderr.as_fd()].into_iter().any(|fd| {
        let mut polled = [PollFd::new(fd, PollFlags::POLLOUT)];
        let is_known = poll(&mut polled, PollTimeout::ZERO).is_ok();
        let events = polled.first().and_then(PollFd::revents);
        is_known
            && events
                .is_some_and(|events| events.intersects(PollFlags::POLLERR | PollFlags::POLLHUP))
    })
}

/// Returns true: whether a stream has a reader cannot be determined without writing to it.
#[cfg(not(unix))]
const fn has_broken_stream() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_print_are_recognised() {
        let error = |message| format!("failed printing to {message}");
        #[cfg(unix)]
        let broken =
            ["stdout: Broken pipe (os error 32)", "stderr: Daten\u{fc}bergabe (os error 32)"];
        #[cfg(windows)]
        let broken = ["stdout: The pipe is being closed. (os error 232)"];
        assert!(broken.map(error).iter().all(|message| is_broken_output(message)));
        let other = ["stdout: No space left on device (os error 28)", "stdout: x (os error 132)"];
        assert!(!other.map(error).iter().any(|message| is_broken_output(message)));
        assert!(!is_broken_output("Broken pipe (os error 32)"));
    }
}
