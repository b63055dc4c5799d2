//! Runs code when the process exits normally.

#[cfg(unix)]
use std::sync::Once;

/// Calls `work` when the process exits, by the end of `main` or by `exit`. Only the first call has an effect.
#[cfg(unix)]
pub(crate) fn at_exit(work: extern "C" fn()) {
    static ONCE: Once = Once::new();
    // SAFETY: `work` is a function of this program. It is registered once, so that the number of entries is limited.
    ONCE.call_once(|| _ = unsafe { libc::atexit(work) });
}

/// Does nothing: other systems have no such function that is safe to call from a library that may be unloaded.
#[cfg(not(unix))]
pub(crate) fn at_exit(_work: extern "C" fn()) {}
