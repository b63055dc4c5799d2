//! What a thread of the program does when it has its first context, and when it ends.

/// The system's number of this thread, or one of its own where it has none; never 0.
pub(super) fn thread_number() -> u32 {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: it takes nothing and cannot fail.
        let number = unsafe { libc::gettid() };
        u32::try_from(number).unwrap_or(1)
    }
    #[cfg(not(target_os = "linux"))]
    {
        use std::cell::Cell;
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(1);
        thread_local! { static NUMBER: Cell<u32> = const { Cell::new(0) }; }
        if NUMBER.get() == 0 {
            NUMBER.set(NEXT.fetch_add(1, Ordering::Relaxed).max(1));
        }
        NUMBER.get()
    }
}

/// A thread has its first context.
pub(super) fn thread_begins() {
    #[cfg(unix)]
    if super::signals::is_installed() {
        super::stack::begin();
    }
}

/// A thread that had one ends.
pub(super) fn thread_ends() {
    #[cfg(unix)]
    super::stack::end();
}
