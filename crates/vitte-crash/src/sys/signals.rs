//! The handled signals, and helpers for the signal handler.

use std::ffi::c_int;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};

/// The handled signals and their names.
pub(super) const HANDLED_SIGNALS: [(c_int, &str); 8] = [
    (libc::SIGSEGV, "SIGSEGV"),
    (libc::SIGBUS, "SIGBUS"),
    (libc::SIGILL, "SIGILL"),
    (libc::SIGFPE, "SIGFPE"),
    (libc::SIGABRT, "SIGABRT"),
    (libc::SIGTRAP, "SIGTRAP"),
    (libc::SIGSYS, "SIGSYS"),
    (libc::SIGXCPU, "SIGXCPU"),
];

/// The signals of faults: executing the same instruction again would send them again.
pub(super) const FAULTS: [c_int; 4] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE];

/// Returns whether a signal means a failure even if the program handles it. Programs that handle `SIGSYS` or `SIGXCPU`
/// continue after it: the first replaces a system call that a sandbox does not permit, the second announces a limit.
pub(super) const fn is_always_fatal(signal: c_int) -> bool {
    !matches!(signal, libc::SIGSYS | libc::SIGXCPU)
}

/// Sets the action of a signal to `SIG_DFL` or `SIG_IGN` in a process that shares the memory of another one.
///
/// Libraries that replace `sigaction`, such as sanitizers and `libjsig`, keep the actions in memory, so that their function
/// would change those of the other process, too.
#[cfg(has_reporter)]
pub(super) fn set_kernel_action(signal: c_int, action: libc::sighandler_t) {
    /// The size of the kernel's signal set.
    const SET_BYTES: usize = 8;
    // The kernel's structure begins with the handler, has at most four words, and may be zero otherwise.
    let words = [action, 0, 0, 0];
    // SAFETY: the kernel only reads the structure. The action has no function.
    unsafe {
        libc::syscall(
            libc::SYS_rt_sigaction,
            signal,
            words.as_ptr(),
            null_mut::<libc::sigaction>(),
            SET_BYTES,
        );
    }
}

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

/// Returns the time of a monotonic clock in milliseconds, without a system call where the kernel permits it.
pub(super) fn monotonic_millis() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a value to write to.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    // Neither part is negative.
    let [seconds, nanos] = [time.tv_sec, time.tv_nsec].map(|part| u64::try_from(part).unwrap_or(0));
    seconds * 1000 + nanos / 1_000_000
}
