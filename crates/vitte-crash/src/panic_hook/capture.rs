//! What a panic may take of its thread: the variables of its contexts, and whether it is one to report.

/// Whether a panic of this thread is that of a value that is being made, and goes no further; or one of
/// a copy of the process, which ends with it.
pub(crate) fn is_panic_caught() -> bool {
    #[cfg(target_os = "linux")]
    if crate::sys::fork::is_forked_child() {
        return true;
    }
    crate::context::is_showing() && cfg!(panic = "unwind")
}

/// The [records](crate::variables::records) of what the contexts of this thread hold, which is asked for in a panic hook.
pub(crate) fn captured() -> Vec<u8> {
    #[cfg(target_os = "linux")]
    return crate::sys::fork::capture_for_panic();
    #[cfg(not(target_os = "linux"))]
    {
        let mut note = [0; 128];
        let is_held = crate::sys::slots::current().is_some_and(crate::sys::slots::ContextStack::has_borrowed);
        let len = crate::variables::records::note(&mut note, "they are captured on Linux alone");
        let note = note.get(..len.unwrap_or(0)).filter(|_| is_held);
        note.unwrap_or_default().to_vec()
    }
}
