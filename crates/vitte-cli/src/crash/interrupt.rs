//! Ctrl-C, taken as a wish to end and not as the end.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
#[cfg(unix)]
use std::sync::atomic::Ordering;

/// From now on `stop` becomes true when the user presses Ctrl-C, or the program is asked to end. The second
/// time it ends at once.
///
/// It is for the first thread, before there are others: each one has the same signals held back.
#[cfg(unix)]
pub(super) fn watch(stop: &Arc<AtomicBool>) {
    use nix::sys::signal::{SigSet, Signal, raise};
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGINT);
    signals.add(Signal::SIGTERM);
    let told = Arc::clone(stop);
    let wait = move || {
        while let Ok(signal) = signals.wait() {
            if told.swap(true, Ordering::Relaxed) {
                _ = signals.thread_unblock();
                _ = raise(signal);
            }
        }
    };
    // Where no thread can be had, the signals do what they ever do.
    if signals.thread_block().is_ok()
        && std::thread::Builder::new().name("signals".to_owned()).spawn(wait).is_err()
    {
        _ = signals.thread_unblock();
    }
}

#[cfg(not(unix))]
pub(super) const fn watch(_stop: &Arc<AtomicBool>) {}
