//! The signals that are handled, and small things that all of the handler needs.

use std::ffi::c_int;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};

/// The signals, and their names.
pub(super) const SIGNALS: [(c_int, &str); 6] = [
    (libc::SIGSEGV, "SIGSEGV"),
    (libc::SIGBUS, "SIGBUS"),
    (libc::SIGILL, "SIGILL"),
    (libc::SIGFPE, "SIGFPE"),
    (libc::SIGABRT, "SIGABRT"),
    (libc::SIGTRAP, "SIGTRAP"),
];

/// Whether the handlers are there.
pub(super) static INSTALLED: AtomicBool = AtomicBool::new(false);

pub(super) fn is_installed() -> bool {
    INSTALLED.load(Ordering::Acquire)
}

/// The name of a signal of which there are reports.
pub(crate) fn name_of(signal: u64) -> Option<&'static str> {
    SIGNALS.iter().find(|(number, _)| u64::from(number.unsigned_abs()) == signal).map(|one| one.1)
}

pub(super) fn sleep(nanoseconds: i64) {
    let time = libc::timespec { tv_sec: 0, tv_nsec: nanoseconds as _ };
    // SAFETY: a time to read, and none to write.
    unsafe { libc::nanosleep(&raw const time, null_mut()) };
}
