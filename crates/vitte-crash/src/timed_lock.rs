//! A lock for which a thread waits a limited time.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A value that one thread at a time uses. A thread that panicked while it had the value has left it as it is.
#[derive(Debug)]
pub(crate) struct TimedLock<T> {
    is_taken: Mutex<bool>,
    freed: Condvar,
    /// Never contended: only the thread that has set `is_taken` locks it.
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
    is_taken: &'a Mutex<bool>,
    freed: &'a Condvar,
}

impl<T> TimedLock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { is_taken: Mutex::new(false), freed: Condvar::new(), value: Mutex::new(value) }
    }

    /// Waits until no other thread uses the value, until `end` at the latest. Returns `None` if one still does.
    pub(crate) fn lock(&self, end: Instant) -> Option<TimedGuard<'_, T>> {
        let is_taken = self.is_taken.lock().unwrap_or_else(PoisonError::into_inner);
        let timeout = end.saturating_duration_since(Instant::now());
        let waited = self.freed.wait_timeout_while(is_taken, timeout, |is_taken| *is_taken);
        let (mut is_taken, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *is_taken, true) {
            return None;
        }
        drop(is_taken);
        let turn = Turn { is_taken: &self.is_taken, freed: &self.freed };
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
        *self.is_taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.freed.notify_one();
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
}
