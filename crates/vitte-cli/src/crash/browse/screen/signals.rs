//! Signals that end the process, and the input of the terminal.

use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use std::{fs, io};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, raise};

/// The signals that end a process by default, and that another process may send.
const ENDING: [Signal; 4] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM];

/// A thread that restores the terminal when a signal ends the process.
pub(super) struct Signals {
    /// The signal mask before.
    mask: SigSet,
    is_ended: Arc<AtomicBool>,
}

impl Signals {
    /// Blocks the signals in this thread, and waits for them in another one.
    /// `restore` is called in that thread before a signal ends the process.
    pub(super) fn watch(restore: fn()) -> io::Result<Self> {
        let ignored = ignored();
        let is_ignored = |signal: Signal| ignored & (1 << (signal as u32 - 1)) != 0;
        let signals: SigSet = ENDING.into_iter().filter(|signal| !is_ignored(*signal)).collect();
        let mask = signals.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
        let is_ended = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&is_ended);
        let wait = move || {
            while let Ok(signal) = signals.wait() {
                restore();
                // The signal ends the process as if it had not been blocked.
                _ = signals.thread_unblock();
                _ = raise(signal);
                _ = signals.thread_block();
                // The program has its own handler for the signal.
                ended.store(true, Ordering::SeqCst);
            }
        };
        let thread = thread::Builder::new().name("browse-signals".to_owned()).spawn(wait);
        if let Err(error) = thread {
            _ = mask.thread_set_mask();
            return Err(error);
        }
        Ok(Self { mask, is_ended })
    }

    /// Returns whether a signal was handled that did not end the process.
    pub(super) fn is_ended(&self) -> bool {
        self.is_ended.load(Ordering::SeqCst)
    }
}

/// Returns the signals that the process ignores, as after `nohup`: bit 0 for signal 1. They must not be waited for.
/// Where the system does not tell, there are none.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

impl Drop for Signals {
    fn drop(&mut self) {
        _ = self.mask.thread_set_mask();
    }
}

/// Stops the process until it is continued.
pub(super) fn stop() -> io::Result<()> {
    Ok(raise(Signal::SIGTSTP)?)
}

/// Returns an error if the terminal was closed. Reading from it would never end.
pub(super) fn check_open() -> io::Result<()> {
    poll_stdin(PollTimeout::ZERO)
}

/// Waits until there is input, or a signal such as the one for a new size.
pub(super) fn wait_for_input(timeout: Duration) -> io::Result<()> {
    poll_stdin(PollTimeout::try_from(timeout).unwrap_or(PollTimeout::ZERO))
}

fn poll_stdin(timeout: PollTimeout) -> io::Result<()> {
    let stdin = io::stdin();
    let mut polled = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
    match poll(&mut polled, timeout) {
        Ok(_) | Err(Errno::EINTR) => {}
        Err(error) => return Err(error.into()),
    }
    let closed = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
    let events = polled.iter().filter_map(|polled| polled.revents());
    match events.into_iter().any(|events| events.intersects(closed)) {
        true => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it was closed")),
        false => Ok(()),
    }
}
