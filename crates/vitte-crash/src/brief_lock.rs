//! Mutexes that threads have only for moments.

use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// How long [`lock_briefly`] waits. On a busy machine, a thread that has the lock may have to wait for a processor.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// Locks a mutex that threads have only for moments. Returns `None` after a second: then a thread has it that does not
/// exist in this process, or this thread itself has it, and was interrupted by a signal.
pub(crate) fn lock_briefly<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    let mut end = None;
    for attempt in 0_u32.. {
        match mutex.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if attempt < 100 => thread::yield_now(),
            Err(TryLockError::WouldBlock) => {
                if Instant::now() > *end.get_or_insert_with(|| Instant::now() + MAX_WAIT) {
                    break;
                }
                thread::sleep(Duration::from_micros(100));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_need_a_mutex_for_moments_all_get_it() {
        let mutex = Mutex::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..1000).for_each(|_| *lock_briefly(&mutex).unwrap() += 1));
            }
        });
        assert_eq!(*lock_briefly(&mutex).unwrap(), 8000);
        let held = mutex.lock();
        assert!(lock_briefly(&mutex).is_none(), "it is not waited for without end");
        drop(held);
    }

    #[test]
    fn a_panic_with_the_mutex_does_not_make_it_unusable() {
        let mutex = Mutex::new(0);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _held = mutex.lock();
            std::panic::resume_unwind(Box::new(()));
        }));
        assert!(result.is_err() && mutex.is_poisoned());
        assert!(lock_briefly(&mutex).is_some());
    }
}
