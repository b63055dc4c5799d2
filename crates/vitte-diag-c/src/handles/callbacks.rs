//! Callbacks of C, which run while the library holds locks.

use std::cell::Cell;

thread_local! {
    static CALLBACKS: Cell<u32> = const { Cell::new(0) };
}

/// Runs a callback of C. Inside of it no function waits for a lock, because this thread may hold it.
pub(crate) fn call_back<R>(callback: impl FnOnce() -> R) -> R {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            _ = CALLBACKS.try_with(|depth| depth.set(depth.get().saturating_sub(1)));
        }
    }
    _ = CALLBACKS.try_with(|depth| depth.set(depth.get().saturating_add(1)));
    let _leave = Leave;
    callback()
}

/// Returns true inside of a callback of C.
pub(super) fn is_in_callback() -> bool {
    CALLBACKS.try_with(|depth| depth.get() > 0).unwrap_or_default()
}
