//! Recognises panics that only pass on the panic of another thread.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a panic of this process was reported.
static WAS_REPORTED: AtomicBool = AtomicBool::new(false);
/// Whether a panic was ignored because the reader of a standard stream has gone.
static WAS_OUTPUT_BROKEN: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The note about the last panic of this thread.
    static LAST_OF_THREAD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Returns whether a panic with this message only passes on that of another thread:
///
/// - `thread.join().unwrap()` and `.expect(…)`, also of scoped threads
/// - the end of `std::thread::scope`
/// - `mutex.lock().unwrap()` of a mutex that another thread's panic poisoned
/// - `task.await.unwrap()` of tokio's tasks
pub(crate) fn passes_on(message: &str) -> bool {
    message == "a scoped thread panicked"
        || message.ends_with(": Any { .. }")
        || message.ends_with(": PoisonError { .. }")
        || (message.contains(": JoinError::Panic(") && message.ends_with(')'))
}

/// Returns whether a panic of this process was reported.
pub(super) fn was_reported() -> bool {
    WAS_REPORTED.load(Ordering::Acquire)
}

/// Records that a panic is reported.
pub(super) fn record_report() {
    WAS_REPORTED.store(true, Ordering::Release);
}

/// Records that a panic is ignored because the reader of a standard stream has gone.
pub(super) fn record_broken_output() {
    WAS_OUTPUT_BROKEN.store(true, Ordering::Release);
}

/// Returns whether a panic was ignored because the reader of a standard stream has gone.
pub(super) fn was_output_broken() -> bool {
    WAS_OUTPUT_BROKEN.load(Ordering::Acquire)
}

/// Replaces the note about the last panic of this thread, and returns the previous one.
pub(super) fn replace_last_of_thread(note: String) -> Option<String> {
    // The thread may be ending, so that the variable no longer exists.
    let replace = |last: &RefCell<Option<String>>| last.try_borrow_mut().ok()?.replace(note);
    LAST_OF_THREAD.try_with(replace).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_that_pass_on_another_one_are_recognised() {
        let joined = std::thread::spawn(|| std::panic::resume_unwind(Box::new(()))).join();
        let unwrap = |text: &str| format!("called `Result::unwrap()` on an `Err` value: {text}");
        assert!(passes_on(&unwrap(&format!("{:?}", joined.unwrap_err()))));
        let poisoned = std::sync::PoisonError::new(());
        assert!(passes_on(&format!("the lock: {poisoned:?}")));
        assert!(passes_on("the thread: Any { .. }"));
        assert!(passes_on(&unwrap("JoinError::Panic(Id(1), \"boom\", ...)")));
        assert!(!passes_on(&unwrap("Other")) && !passes_on("Any { .. } is a type"));
    }
}
