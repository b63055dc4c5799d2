//! Stacks on which signals are handled, and which signals are blocked there.
//!
//! The alternate stack of a thread may be small: std gives its threads 8 KiB, of which the kernel uses more than a third
//! for the registers. This handler, and those that it calls, would overflow it.

#[cfg(has_reporter)]
mod large;

use std::ptr::null_mut;

#[cfg(has_reporter)]
pub(super) use large::{
    allocate, become_alternate, is_guard, is_on_stack, is_same_stack, on_large_stack, replaced,
};

use super::signals::HANDLED_SIGNALS;

/// Does nothing: on other systems the handler only writes a line.
#[cfg(not(has_reporter))]
pub(super) fn allocate() {}

/// Does nothing: there are no other stacks.
#[cfg(not(has_reporter))]
pub(super) fn become_alternate() {}

/// Returns false: there are no other stacks.
#[cfg(not(has_reporter))]
pub(super) fn is_same_stack(_first: usize, _second: usize) -> bool {
    false
}

/// Returns false: there are no other stacks.
#[cfg(not(has_reporter))]
pub(super) fn is_guard(_address: usize) -> bool {
    false
}

/// Calls `work`.
#[cfg(not(has_reporter))]
pub(super) fn on_large_stack(work: &mut dyn FnMut()) {
    work();
}

/// Unblocks the handled signals, so that a crash of this handler arrives at it, and blocks all others. Returns the former
/// mask.
pub(super) fn unblock_crashes() -> libc::sigset_t {
    become_alternate();
    // SAFETY: the sets are valid, and are local variables.
    unsafe {
        let (mut mask, mut before) = (std::mem::zeroed(), std::mem::zeroed());
        let mut pending: libc::sigset_t = std::mem::zeroed();
        libc::sigpending(&raw mut pending);
        libc::sigfillset(&raw mut mask);
        for (signal, _) in &HANDLED_SIGNALS {
            // One that was sent before is for the program.
            if libc::sigismember(&raw const pending, *signal) == 0 {
                libc::sigdelset(&raw mut mask, *signal);
            }
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const mask, &raw mut before);
        before
    }
}

/// Sets the mask of this thread.
pub(super) fn set_mask(mask: &libc::sigset_t) {
    // SAFETY: the mask is valid.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, mask, null_mut()) };
}

/// Runs `work`, during which another thread cannot cancel this one: the process would survive its crash.
pub(super) fn without_cancellation<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(target_os = "linux")]
    {
        unsafe extern "C" {
            fn pthread_setcancelstate(
                state: std::ffi::c_int,
                old: *mut std::ffi::c_int,
            ) -> std::ffi::c_int;
        }
        /// `PTHREAD_CANCEL_DISABLE` of glibc and musl.
        const DISABLE: std::ffi::c_int = 1;
        let mut before = 0;
        // SAFETY: it changes a number of this thread. POSIX.1-2024 lists it as async-signal-safe.
        unsafe { pthread_setcancelstate(DISABLE, &raw mut before) };
        let result = work();
        // SAFETY: as before.
        unsafe { pthread_setcancelstate(before, null_mut()) };
        result
    }
    #[cfg(not(target_os = "linux"))]
    work()
}
