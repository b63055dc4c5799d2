//! Tells an abort that follows from a reported panic from other aborts.

use std::cell::Cell;

thread_local! {
    /// Whether a panic that is about to end the process was reported on this thread.
    static IS_PANIC_FATAL: Cell<bool> = const { Cell::new(false) };
}

/// Records that a panic of this thread was reported and that the process is about to abort.
pub(crate) fn mark_panic_fatal() {
    IS_PANIC_FATAL.set(true);
}

/// Returns whether an abort of this thread follows from a panic that was reported, and so is not another failure.
/// Safe to call in a signal handler: it reads a thread-local value without a destructor.
pub(super) fn is_abort_of_reported_panic() -> bool {
    IS_PANIC_FATAL.get()
}
