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

/// Does the same at the end of a test program.
#[cfg(all(feature = "tests", unix))]
pub(crate) fn at_exit_of_tests(work: extern "C" fn()) {
    static ONCE: Once = Once::new();
    // SAFETY: the same.
    ONCE.call_once(|| _ = unsafe { libc::atexit(work) });
}

/// Calls a function before `main`, also if a library has it. Nothing is installed then, and only one thread runs.
#[cfg(all(feature = "tests", unix))]
macro_rules! call_before_main {
    ($function:path) => {
        #[allow(unsafe_code, reason = "the section has pointers to functions of this type")]
        #[used]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
        #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
        static CALLED_BEFORE_MAIN: extern "C" fn() = $function;
    };
}
#[cfg(all(feature = "tests", unix))]
pub(crate) use call_before_main;

/// Does nothing: other systems have no such function that is safe to call from a library that may be unloaded.
#[cfg(not(unix))]
pub(crate) fn at_exit(_work: extern "C" fn()) {}
