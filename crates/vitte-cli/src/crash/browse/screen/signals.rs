//! Signals that end the process, and the end of the terminal.

use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::{fs, io};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, raise};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// The signals that end a process by default, and that another process may send.
const ENDING: [Signal; 4] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM];

/// Whether a signal was handled that did not end the process.
static IS_ENDED: AtomicBool = AtomicBool::new(false);

/// Handles the signals, whichever thread of the process receives them. From then on, a thread calls `restore` before a signal
/// ends the process as it would have without. A handler that the program has installed for a signal is called first, and
/// decides what happens.
pub(super) fn watch(restore: fn()) -> io::Result<()> {
    // Handlers remain until the process ends, so there is one thread, however often the screen is used.
    static IS_WATCHED: Mutex<bool> = Mutex::new(false);
    IS_ENDED.store(false, Ordering::SeqCst);
    let mut is_watched = IS_WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*is_watched {
        let (sender, started) = mpsc::channel();
        let handle = move || handle(restore, &sender);
        thread::Builder::new().name("browse-signals".to_owned()).spawn(handle)?;
        started.recv().map_err(io::Error::other)??;
        *is_watched = true;
    }
    Ok(())
}

/// Installs the handlers, sends the result, and handles the signals.
fn handle(restore: fn(), started: &mpsc::Sender<io::Result<()>>) {
    // As after `nohup`. They remain ignored.
    let ignored = signals_of("SigIgn:");
    let with_handler = signals_of("SigCgt:");
    let is_in = |signals: u64, signal: i32| signals & (1 << (signal - 1)) != 0;
    let signals = ENDING.map(|signal| signal as i32);
    let mut signals = match Signals::new(signals.into_iter().filter(|one| !is_in(ignored, *one))) {
        Ok(signals) => signals,
        Err(error) => {
            _ = started.send(Err(error));
            return;
        }
    };
    _ = started.send(Ok(()));
    for signal in signals.forever() {
        restore();
        if is_in(with_handler, signal) {
            IS_ENDED.store(true, Ordering::SeqCst);
        } else {
            _ = emulate_default_handler(signal);
        }
    }
}

/// Returns whether a signal was handled that did not end the process.
pub(super) fn is_ended() -> bool {
    IS_ENDED.load(Ordering::SeqCst)
}

/// Returns the signals of a line of proc\_pid\_status(5): bit 0 for signal 1. Where the system has no such file, there are none.
fn signals_of(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix(name));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Stops the process until it is continued.
pub(super) fn stop() -> io::Result<()> {
    Ok(raise(Signal::SIGTSTP)?)
}

/// Returns an error if the terminal was closed. Reading from it would never end.
pub(super) fn check_open() -> io::Result<()> {
    let stdin = io::stdin();
    let mut polled = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
    match poll(&mut polled, PollTimeout::ZERO) {
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
