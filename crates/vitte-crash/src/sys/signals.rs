//! The handled signals, and helpers for the signal handler.

use std::ffi::c_int;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};

/// The handled signals and their names.
pub(super) const HANDLED_SIGNALS: [(c_int, &str); 6] = [
    (libc::SIGSEGV, "SIGSEGV"),
    (libc::SIGBUS, "SIGBUS"),
    (libc::SIGILL, "SIGILL"),
    (libc::SIGFPE, "SIGFPE"),
    (libc::SIGABRT, "SIGABRT"),
    (libc::SIGTRAP, "SIGTRAP"),
];

/// Whether the handlers are installed.
pub(super) static ARE_HANDLERS_INSTALLED: AtomicBool = AtomicBool::new(false);

pub(super) fn are_handlers_installed() -> bool {
    ARE_HANDLERS_INSTALLED.load(Ordering::Acquire)
}

/// Returns the name of a handled signal.
pub(crate) fn signal_name(signal: u64) -> Option<&'static str> {
    HANDLED_SIGNALS
        .iter()
        .find(|(number, _)| u64::from(number.unsigned_abs()) == signal)
        .map(|one| one.1)
}

pub(super) fn sleep(nanoseconds: i64) {
    let time = libc::timespec { tv_sec: 0, tv_nsec: nanoseconds as _ };
    // SAFETY: the call reads `time` and writes nothing.
    unsafe { libc::nanosleep(&raw const time, null_mut()) };
}
