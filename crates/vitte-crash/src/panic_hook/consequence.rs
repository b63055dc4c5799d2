//! Recognises panics that only pass on the panic of another thread.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use vitte_capsule::CrashReport;

use crate::brief_lock::lock_briefly;

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

/// A panic whose report was stored.
struct Reported {
    /// The message as `Debug` shows it, which the messages of panics that pass it on contain.
    message: String,
    id: String,
}

/// The last panics that were reported, the oldest first.
static LAST_REPORTED: Mutex<VecDeque<Reported>> = Mutex::new(VecDeque::new());

/// Maximum number of panics that are remembered.
const MAX_REMEMBERED: usize = 64;

/// Remembers a stored report, so that [`cause_of`] finds it.
pub(crate) fn remember(report: &CrashReport) {
    let is_useful = !report.id.is_empty() && !report.message.is_empty();
    let Some(mut last) = lock_briefly(&LAST_REPORTED).filter(|_| is_useful) else { return };
    if last.len() == MAX_REMEMBERED {
        last.pop_front();
    }
    last.push_back(Reported { message: format!("{:?}", report.message), id: report.id.clone() });
}

/// Returns the id of the last report whose panic is passed on by one with this message.
pub(crate) fn cause_of(message: &str) -> Option<String> {
    let last = lock_briefly(&LAST_REPORTED).filter(|_| passes_on(message))?;
    let cause = last.iter().rev().find(|reported| message.contains(&reported.message))?;
    Some(cause.id.clone())
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
