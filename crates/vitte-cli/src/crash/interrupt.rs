//! Turns Ctrl-C into a request to stop, so that results so far are not lost.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
#[cfg(unix)]
use std::sync::atomic::Ordering;

/// Sets `stop` at the first SIGINT or SIGTERM; the second one ends the process.
///
/// Call it in the main thread before other threads are started: they inherit the blocked signals.
#[cfg(unix)]
pub(super) fn watch(stop: &Arc<AtomicBool>) {
    use nix::sys::signal::{SigSet, Signal, raise};
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGINT);
    signals.add(Signal::SIGTERM);
    let stop = Arc::clone(stop);
    let wait = move || {
        while let Ok(signal) = signals.wait() {
            if stop.swap(true, Ordering::Relaxed) {
                _ = signals.thread_unblock();
                _ = raise(signal);
            }
        }
    };
    // If no thread can be started, the signals keep their default action.
    if signals.thread_block().is_ok()
        && std::thread::Builder::new().name("signals".to_owned()).spawn(wait).is_err()
    {
        _ = signals.thread_unblock();
    }
}

#[cfg(not(unix))]
pub(super) const fn watch(_stop: &Arc<AtomicBool>) {}
