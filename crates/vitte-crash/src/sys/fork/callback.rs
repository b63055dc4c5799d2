//! Calls a function of the program before a signal is reported, in a forked child.
//!
//! The function may restore a terminal, for instance. Only a few functions are safe in a signal handler, and this one
//! may be any. In a child it may wait for a lock that this thread holds, crash or panic.

use std::ffi::{c_int, c_void};
use std::panic::catch_unwind;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{map_clone_stack, wait_for};
use crate::sys::signals::HANDLED_SIGNALS;

/// How long the function may take.
pub(crate) const MAX_TIME: Duration = Duration::from_millis(500);

/// The address of the function, or 0.
static CALLBACK: AtomicUsize = AtomicUsize::new(0);
/// Whether this process is such a child.
static IS_CHILD: AtomicBool = AtomicBool::new(false);

pub(super) fn is_child() -> bool {
    IS_CHILD.load(Ordering::Acquire)
}

/// Sets the function that is called before a signal is reported, or none.
pub(crate) fn set(callback: Option<fn()>) {
    CALLBACK.store(callback.map_or(0, |callback| callback as usize), Ordering::Release);
}

/// Calls the function, once in the life of the process. It is called in a signal handler.
pub(in crate::sys) fn call() {
    let callback = CALLBACK.swap(0, Ordering::AcqRel);
    if callback == 0 {
        return;
    }
    let Some(top) = map_clone_stack() else { return };
    let argument = std::ptr::without_provenance_mut::<c_void>(callback);
    // SAFETY: the child has memory of its own, and begins on a stack that only it uses. It never returns from
    // `child_main`.
    let child = unsafe { libc::clone(child_main, top, 0, argument) };
    if child > 0 {
        wait_for(child, Instant::now() + MAX_TIME);
    }
}

extern "C" fn child_main(callback: *mut c_void) -> c_int {
    IS_CHILD.store(true, Ordering::Release);
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
