//! What the panic hook asks about the current thread.

/// Returns whether panics of this thread are not reported: those in a forked child, and those of the `Display` of a
/// context's value, which are caught.
pub(crate) fn is_ignored() -> bool {
    #[cfg(target_os = "linux")]
    if crate::sys::fork::is_forked_child() {
        return true;
    }
    crate::context::is_formatting() && cfg!(panic = "unwind")
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
