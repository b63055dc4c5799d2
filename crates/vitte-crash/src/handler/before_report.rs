//! Calls a function of the program once, before anything is written about a panic.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::panic_hook::ignore_panics_of_thread;

/// How long the function may take.
const MAX_TIME: Duration = Duration::from_millis(500);

/// Whether the function was called.
static WAS_CALLED: AtomicBool = AtomicBool::new(false);

/// Prepares the call by a handler that is being installed.
pub(super) fn reset(callback: Option<fn()>) {
    WAS_CALLED.store(false, Ordering::Release);
    #[cfg(has_reporter)]
    crate::sys::fork::callback::set(callback);
    #[cfg(not(has_reporter))]
    let _ = callback;
}

/// Calls the function, unless it was called before, and waits until it has returned, or for 500 milliseconds.
///
/// A thread of its own calls it, because a panic of a thread that is in its panic hook ends the process.
pub(super) fn call(callback: Option<fn()>) {
    let Some(callback) = callback else { return };
    if WAS_CALLED.swap(true, Ordering::AcqRel) {
        return;
    }
    #[cfg(has_reporter)]
    crate::sys::fork::callback::set(None);
    let (done, is_done) = mpsc::channel();
    let run = move || {
        ignore_panics_of_thread();
        _ = catch_unwind(callback).map_err(std::mem::forget);
        _ = done.send(());
    };
    let thread = thread::Builder::new().name("before-report".into()).spawn(run);
    if thread.is_ok() {
        // If it takes longer, the thread goes on, and the report is written.
        _ = is_done.recv_timeout(MAX_TIME);
    }
}
