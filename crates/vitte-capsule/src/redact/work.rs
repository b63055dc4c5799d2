//! Counts the bytes that the scans read. Tests bound this number instead of the time, which depends on the machine.

#[cfg(test)]
thread_local! {
    static BYTES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Adds to the number of bytes that this thread has read. Does nothing outside of tests.
pub(super) fn add(bytes: usize) {
    #[cfg(test)]
    BYTES.set(BYTES.get() + bytes);
    #[cfg(not(test))]
    let _ = bytes;
}

/// Returns the number of bytes that `scan` reads.
#[cfg(test)]
pub(super) fn measure(scan: impl FnOnce()) -> usize {
    BYTES.set(0);
    scan();
    BYTES.get()
}
