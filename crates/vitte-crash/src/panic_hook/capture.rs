//! What the panic hook asks about the current thread.

use std::cell::Cell;

/// Returns whether panics of this thread are not reported: those in a forked child, those of the `Display` of a
/// context's value, which are caught, and those of a thread that ignores them.
pub(crate) fn is_ignored() -> bool {
    #[cfg(target_os = "linux")]
    if crate::sys::fork::is_forked_child() {
        return true;
    }
    (crate::context::is_formatting() && cfg!(panic = "unwind")) || ARE_PANICS_IGNORED.get()
}

thread_local! {
    static ARE_PANICS_IGNORED: Cell<bool> = const { Cell::new(false) };
}

/// Ignores the panics of this thread, which catches them.
pub(crate) fn ignore_panics_of_thread() {
    ARE_PANICS_IGNORED.set(true);
}

/// Stops this thread forever if a panic that should be ignored would end the process.
#[cfg(target_os = "linux")]
pub(super) fn stop_if_ignored() {
    while ARE_PANICS_IGNORED.get() {
        std::thread::park();
    }
}

/// Returns the [records](crate::variables::records) of the variables that the contexts of this thread borrow.
pub(crate) fn capture_variables() -> Vec<u8> {
    #[cfg(target_os = "linux")]
    return crate::sys::fork::capture_for_panic();
    #[cfg(not(target_os = "linux"))]
    {
        let mut note = [0; 128];
        let has_borrowed =
            crate::sys::slots::current().is_some_and(crate::sys::slots::ContextStack::has_borrowed);
        let len = crate::variables::records::note(&mut note, "they are captured only on Linux");
        let note = note.get(..len.unwrap_or(0)).filter(|_| has_borrowed);
        note.unwrap_or_default().to_vec()
    }
}
