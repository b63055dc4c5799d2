//! Calls a function of the program before a signal is reported, in a forked child.
//!
//! The function may restore a terminal, for instance. Only a few functions are safe in a signal handler, and this one
//! may be any. In a child it may wait for a lock that this thread holds, crash or panic.

use std::ffi::{c_int, c_void};
use std::panic::catch_unwind;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{map_clone_stack, wait_for};
use crate::sys::raw_clone;
use crate::sys::signals::{HANDLED_SIGNALS, monotonic_millis, sleep};

/// How long the function may take.
const MAX_MILLIS: u64 = 500;
pub(crate) const MAX_TIME: Duration = Duration::from_millis(MAX_MILLIS);

/// The address of the function, or 0 if there is none, or it was called.
static CALLBACK: AtomicUsize = AtomicUsize::new(0);
/// Until when a call of the function is waited for, in milliseconds of [`monotonic_millis`], or 0 if it is not running.
static RUNNING_UNTIL: AtomicU64 = AtomicU64::new(0);
/// Whether this process is such a child.
static IS_CHILD: AtomicBool = AtomicBool::new(false);

pub(super) fn is_child() -> bool {
    IS_CHILD.load(Ordering::Acquire)
}

/// Records that this process is a forked child, whose crashes and panics are not reported.
pub(in crate::sys) fn mark_child() {
    IS_CHILD.store(true, Ordering::Release);
}

/// Sets the function that is called before a crash is reported, or none.
pub(crate) fn set(callback: Option<fn()>) {
    CALLBACK.store(callback.map_or(0, |callback| callback as usize), Ordering::Release);
}

/// Claims the call of the function for a panic, which calls it itself, and then calls [`set_returned`]. Returns false if
/// a signal handler has called it.
pub(crate) fn claim() -> bool {
    take() != 0
}

/// Takes the address of the function.
fn take() -> usize {
    if CALLBACK.load(Ordering::Acquire) == 0 {
        return 0;
    }
    // First, so that another thread that finds no function waits for the call.
    RUNNING_UNTIL.store(monotonic_millis() + MAX_MILLIS, Ordering::Release);
    CALLBACK.swap(0, Ordering::AcqRel)
}

/// Records that the function has returned.
pub(crate) fn set_returned() {
    RUNNING_UNTIL.store(0, Ordering::Release);
}

/// Waits while the function is running. It takes no lock, so that a signal handler may call it.
pub(crate) fn wait() {
    while monotonic_millis() < RUNNING_UNTIL.load(Ordering::Acquire) {
        sleep(1_000_000);
    }
}

/// Calls the function, once in the life of the process. If it was called before, waits until it has returned. It is
/// called in a signal handler.
pub(in crate::sys) fn call() {
    let callback = take();
    if callback == 0 {
        return wait();
    }
    if let Some(top) = map_clone_stack() {
        let argument = std::ptr::without_provenance_mut::<c_void>(callback);
        // SAFETY: the child has memory of its own, and begins on a stack that only it uses. It never returns from
        // `child_main`.
        let child = unsafe { raw_clone::clone(child_main, top, 0, argument) };
        if child > 0 {
            wait_for(child, Instant::now() + MAX_TIME);
        }
    }
    set_returned();
}

extern "C" fn child_main(callback: *mut c_void) -> c_int {
    mark_child();
    // SAFETY: each call affects only this child. `callback` is the address of a `fn()`, see `set`.
    unsafe {
        for (signal, _) in &HANDLED_SIGNALS {
            libc::signal(*signal, libc::SIG_DFL);
        }
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        libc::setrlimit(libc::RLIMIT_CORE, &raw const none);
        let mut all = std::mem::zeroed();
        libc::sigemptyset(&raw mut all);
        libc::sigaddset(&raw mut all, libc::SIGTTOU);
        // A process in the background that changes its terminal is stopped otherwise.
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, null_mut());
        let callback = std::mem::transmute::<usize, fn()>(callback.addr());
        _ = catch_unwind(callback).map_err(std::mem::forget);
        libc::_exit(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The only test of this process that uses these variables.
    #[test]
    fn a_crash_waits_for_the_function_that_another_one_has_called() {
        wait();
        assert!(!claim(), "there is no function");
        set(Some(|| {}));
        assert!(claim() && !claim(), "it is called once");
        assert!(RUNNING_UNTIL.load(Ordering::Acquire) > 0);
        set_returned();
        RUNNING_UNTIL.store(u64::MAX, Ordering::Release);
        let has_returned = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                // As a second crash does.
                call();
                has_returned.load(Ordering::SeqCst)
            });
            // A thread that does not wait has ended by now.
            for _ in 0..100 {
                if waiting.is_finished() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            has_returned.store(true, Ordering::SeqCst);
            set_returned();
            assert!(waiting.join().unwrap());
        });
    }
}
