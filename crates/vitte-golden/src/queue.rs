//! Runs tasks on several threads, and gives out their results in order.
//!
//! The runner of tests asks for one result after another, so it prints the same lines in the same order however many threads
//! there are, and the first results while later tasks run.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, Once, PoisonError};
use std::thread;

type Task<T> = Box<dyn FnOnce() -> T + Send>;

/// A list of tasks and of their results.
pub(crate) struct Queue<T> {
    tasks: Vec<Mutex<Option<Task<T>>>>,
    /// The result of each task that has ended; `None` inside if it panicked.
    results: Mutex<Vec<Option<Option<T>>>>,
    changed: Condvar,
    next: AtomicUsize,
    threads: usize,
    started: Once,
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("tasks", &self.tasks.len())
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Queue<T> {
    /// Creates a queue. The tasks are started in order, when the first result is asked for.
    pub(crate) fn new(tasks: Vec<Task<T>>, threads: usize) -> Arc<Self> {
        let results = Mutex::new(tasks.iter().map(|_| None).collect());
        let tasks: Vec<_> = tasks.into_iter().map(|task| Mutex::new(Some(task))).collect();
        let threads = threads.clamp(1, tasks.len().max(1));
        let (changed, next, started) = (Condvar::new(), AtomicUsize::new(0), Once::new());
        Arc::new(Self { tasks, results, changed, next, threads, started })
    }

    /// Waits for the result of the task with a 0-based index. Returns `None` if it panicked, if there is no such task, or if
    /// its result was taken before.
    pub(crate) fn take(self: &Arc<Self>, index: usize) -> Option<T> {
        if index >= self.tasks.len() {
            return None;
        }
        self.started.call_once(|| {
            for _ in 0..self.threads {
                let queue = Arc::clone(self);
                thread::spawn(move || queue.work());
            }
        });
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let slot = results.get_mut(index)?;
            if let Some(result) = slot.take() {
                // A second call must not wait.
                *slot = Some(None);
                return result;
            }
            results = self.changed.wait(results).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn work(&self) {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = self.tasks.get(index) else { return };
            let task = task.lock().unwrap_or_else(PoisonError::into_inner).take();
            let result = task.and_then(|task| panic::catch_unwind(AssertUnwindSafe(task)).ok());
            let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(slot) = results.get_mut(index) {
                *slot = Some(result);
            }
            self.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_given_out_in_any_order() {
        let tasks = (0..100_usize).map(|n| Box::new(move || n * 2) as Task<usize>).collect();
        let queue = Queue::new(tasks, 4);
        assert_eq!(queue.take(99), Some(198));
        assert_eq!((0..99).map(|n| queue.take(n)).collect::<Option<Vec<_>>>().unwrap().len(), 99);
        assert_eq!((queue.take(5), queue.take(100)), (None, None));
    }

    #[test]
    fn a_task_that_panics_has_no_result() {
        let tasks: Vec<Task<u8>> = vec![Box::new(|| panic!("on purpose")), Box::new(|| 1)];
        let queue = Queue::new(tasks, 1);
        assert_eq!((queue.take(0), queue.take(1)), (None, Some(1)));
        assert_eq!(Queue::<u8>::new(Vec::new(), 0).take(0), None);
    }
}
