//! The id of a thread, and what happens at its first context and at its end.

/// Returns the id of this thread, never 0: on Linux the OS thread id, on other systems a counter.
pub(super) fn thread_id() -> u32 {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: `gettid` takes no arguments and cannot fail.
        let id = unsafe { libc::gettid() };
        u32::try_from(id).unwrap_or(1)
    }
    #[cfg(not(target_os = "linux"))]
    {
        use std::cell::Cell;
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(1);
        thread_local! { static ID: Cell<u32> = const { Cell::new(0) }; }
        if ID.get() == 0 {
            ID.set(NEXT.fetch_add(1, Ordering::Relaxed).max(1));
        }
        ID.get()
    }
}

/// Called when a thread opens its first context.
pub(super) fn on_first_context() {
    #[cfg(unix)]
    if super::signals::are_handlers_installed() {
        super::altstack::install();
    }
}

/// Called when a thread that had contexts ends.
pub(super) fn on_thread_exit() {
    #[cfg(unix)]
    super::altstack::remove();
}
