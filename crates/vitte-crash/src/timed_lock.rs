//! A lock for which a thread waits a limited time.

use std::ops::{Deref, DerefMut};
use std::process;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::brief_lock::lock_briefly;

/// A value that one thread at a time uses. A thread that panicked while it had the value has left it as it is.
#[derive(Debug)]
pub(crate) struct TimedLock<T> {
    /// The id of the process whose thread has the value, or 0.
    owner: Mutex<u32>,
    freed: Condvar,
    /// Never contended: only the thread that has set `owner` locks it.
    value: Mutex<T>,
}

/// Gives access to the value of a [`TimedLock`] until it is dropped.
#[derive(Debug)]
pub(crate) struct TimedGuard<'a, T> {
    value: MutexGuard<'a, T>,
    _turn: Turn<'a>,
}

/// Lets the next thread go on when it is dropped.
#[derive(Debug)]
struct Turn<'a> {
    owner: &'a Mutex<u32>,
    freed: &'a Condvar,
}

impl<T> TimedLock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { owner: Mutex::new(0), freed: Condvar::new(), value: Mutex::new(value) }
    }

    /// Waits until no other thread uses the value, until `end` at the latest. Returns `None` if one still does, or if one
    /// did when this process was forked: that thread does not exist here, and the value is as it has left it.
    pub(crate) fn lock(&self, end: Instant) -> Option<TimedGuard<'_, T>> {
        self.lock_in(process::id(), end)
    }

    /// Does the same in the process `own`.
    fn lock_in(&self, own: u32, end: Instant) -> Option<TimedGuard<'_, T>> {
        let owner = lock_briefly(&self.owner)?;
        let timeout = end.saturating_duration_since(Instant::now());
        let waited = self.freed.wait_timeout_while(owner, timeout, |owner| *owner == own);
        let (mut owner, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if *owner != 0 {
            return None;
        }
        *owner = own;
        drop(owner);
        let turn = Turn { owner: &self.owner, freed: &self.freed };
        let value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        Some(TimedGuard { value, _turn: turn })
    }
}

impl<T> Deref for TimedGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for TimedGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(mut owner) = lock_briefly(self.owner) {
            *owner = 0;
            self.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn threads_take_turns() {
        let lock = TimedLock::new(0);
        let far = Instant::now() + Duration::from_secs(600);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..100).for_each(|_| *lock.lock(far).unwrap() += 1));
            }
        });
        assert_eq!(*lock.lock(far).unwrap(), 800);
    }

    #[test]
    fn a_thread_waits_a_limited_time() {
        let lock = TimedLock::new(());
        let now = Instant::now();
        let guard = lock.lock(now).unwrap();
        assert!(lock.lock(now).is_none());
        assert!(lock.lock(now + Duration::from_millis(1)).is_none());
        drop(guard);
        assert!(lock.lock(now).is_some());
    }

    #[test]
    fn a_panic_frees_the_lock() {
        let lock = TimedLock::new(0);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut guard = lock.lock(Instant::now()).unwrap();
            *guard = 1;
            std::panic::resume_unwind(Box::new(()));
        }));
        assert!(result.is_err());
        assert_eq!(*lock.lock(Instant::now()).unwrap(), 1);
    }

    #[test]
    fn a_forked_process_does_not_wait_for_a_thread_of_its_parent() {
        let lock = TimedLock::new(());
        let far = Instant::now() + Duration::from_secs(600);
        let of_parent = lock.lock_in(7, far);
        assert!(of_parent.is_some() && lock.lock_in(8, far).is_none());
        drop(of_parent);
        assert!(lock.lock_in(8, far).is_some());
    }
}
