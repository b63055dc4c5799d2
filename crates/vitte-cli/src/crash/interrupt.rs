//! Turns Ctrl-C into a request to stop, so that results so far are not lost.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Sets `stop` at the first SIGINT or SIGTERM, whichever thread receives it; the second one ends the process.
#[cfg(unix)]
pub(super) fn watch(stop: &Arc<AtomicBool>) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal does not find the flag set. After an error, the signal keeps its default action.
        _ = flag::register_conditional_default(signal, Arc::clone(stop))
            .and_then(|_| flag::register(signal, Arc::clone(stop)));
    }
}

#[cfg(not(unix))]
pub(super) const fn watch(_stop: &Arc<AtomicBool>) {}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn a_signal_to_any_thread_sets_the_flag() {
        // The first thread of the test program does not run the tests.
        let stop = Arc::new(AtomicBool::new(false));
        watch(&stop);
        nix::sys::signal::kill(nix::unistd::Pid::this(), nix::sys::signal::SIGINT).unwrap();
        while !stop.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
    }
}
