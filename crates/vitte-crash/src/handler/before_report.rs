//! Calls a function of the program once, before anything is written about a panic.

use std::panic::catch_unwind;
use std::process;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::brief_lock::lock_briefly;
use crate::panic_hook::ignore_panics_of_thread;
#[cfg(has_reporter)]
use crate::sys::fork::callback;

/// Other systems call the function at a panic only.
#[cfg(not(has_reporter))]
mod callback {
    pub(super) const fn set(_callback: Option<fn()>) {}

    pub(super) const fn claim() -> bool {
        true
    }

    pub(super) const fn set_returned() {}

    pub(super) const fn wait() {}
}

/// How long the function may take.
const MAX_TIME: Duration = Duration::from_millis(500);

/// The function of a handler, which is called once, and for which all threads wait that have a report.
pub(super) struct BeforeReport {
    callback: fn(),
    state: Mutex<State>,
    returned: Condvar,
    /// Whether signal handlers call the function, too, if they are the first.
    is_shared: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    NotCalled,
    /// The process that has the thread which runs the function, and until when it is waited for.
    Running(u32, Instant),
    Returned,
}

impl BeforeReport {
    /// Returns the function of a handler that is being installed, if it has one.
    pub(super) fn new(callback: Option<fn()>) -> Option<Arc<Self>> {
        callback::set(callback);
        Some(Arc::new(Self { is_shared: true, ..Self::of_panics(callback?) }))
    }

    /// Returns a function that signal handlers do not call.
    const fn of_panics(callback: fn()) -> Self {
        let (state, returned) = (Mutex::new(State::NotCalled), Condvar::new());
        Self { callback, state, returned, is_shared: false }
    }

    /// Calls the function, unless it was called before, and waits until it has returned, but at most until 500
    /// milliseconds after it was called.
    pub(super) fn call(self: &Arc<Self>) {
        self.call_within(MAX_TIME);
        callback::wait();
    }

    fn call_within(self: &Arc<Self>, max_time: Duration) {
        let Some(mut state) = lock_briefly(&self.state) else { return };
        if *state == State::NotCalled {
            *state = State::Running(process::id(), Instant::now() + max_time);
            drop(state);
            self.start();
        } else {
            drop(state);
        }
        self.wait();
    }

    /// Starts a thread that calls the function, because a panic of a thread that is in its panic hook ends the process.
    fn start(self: &Arc<Self>) {
        if self.is_shared && !callback::claim() {
            // A signal handler has called it.
            self.set_state_returned();
            return;
        }
        let called = Arc::clone(self);
        let run = move || {
            ignore_panics_of_thread();
            _ = catch_unwind(called.callback).map_err(std::mem::forget);
            called.set_returned();
        };
        let thread = thread::Builder::new().name("before-report".into()).spawn(run);
        if thread.is_err() {
            self.set_returned();
        }
    }

    fn set_returned(&self) {
        self.set_state_returned();
        if self.is_shared {
            callback::set_returned();
        }
    }

    fn set_state_returned(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::Returned;
        self.returned.notify_all();
    }

    /// Waits until the function has returned. If it takes too long, its thread goes on, and the report is written.
    fn wait(&self) {
        let Some(state) = lock_briefly(&self.state) else { return };
        // A forked process does not have the thread.
        if let State::Running(process, end) = *state {
            if process == process::id() {
                let left = end.saturating_duration_since(Instant::now());
                let is_running = |state: &mut State| *state != State::Returned;
                _ = self.returned.wait_timeout_while(state, left, is_running);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    use super::*;

    #[test]
    fn all_threads_wait_until_the_function_has_returned() {
        static BARRIER: Barrier = Barrier::new(2);
        static COUNT: AtomicU32 = AtomicU32::new(0);
        static HAS_RETURNED: AtomicBool = AtomicBool::new(false);
        let callback: fn() = || {
            BARRIER.wait();
            BARRIER.wait();
            HAS_RETURNED.store(true, Ordering::SeqCst);
            COUNT.fetch_add(1, Ordering::SeqCst);
        };
        let call = Arc::new(BeforeReport::of_panics(callback));
        let begin = || {
            let call = Arc::clone(&call);
            thread::spawn(move || {
                call.call_within(Duration::from_secs(600));
                HAS_RETURNED.load(Ordering::SeqCst)
            })
        };
        let first = begin();
        BARRIER.wait();
        let others = [begin(), begin(), begin()];
        // A thread that does not wait has ended by now.
        for _ in 0..100 {
            if others.iter().any(thread::JoinHandle::is_finished) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        BARRIER.wait();
        let waited = others.into_iter().chain([first]).map(|thread| thread.join().unwrap());
        assert_eq!(waited.collect::<Vec<_>>(), [true; 4]);
        call.call_within(Duration::from_secs(600));
        assert_eq!(COUNT.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_function_that_does_not_return_is_waited_for_a_limited_time() {
        let call = Arc::new(BeforeReport::of_panics(|| thread::sleep(Duration::from_secs(600))));
        call.call_within(Duration::from_millis(1));
        call.call_within(Duration::from_secs(600));
        assert!(matches!(*call.state.lock().unwrap(), State::Running(..)));
    }

    #[test]
    fn a_forked_process_does_not_wait_for_a_thread_of_its_parent() {
        let call = Arc::new(BeforeReport::of_panics(|| {}));
        let far = Instant::now() + Duration::from_secs(600);
        *call.state.lock().unwrap() = State::Running(process::id() + 1, far);
        call.call_within(Duration::from_secs(600));
    }
}
