//! Writes beyond the limit for the size of a file.

use std::ffi::c_int;
use std::ptr::null_mut;

/// Runs `work` in such a way that exceeding the file size limit (`ulimit -f`) is a write error and does not terminate the
/// process.
///
/// The kernel sends `SIGXFSZ` to the thread that writes, so it is blocked in this thread and then removed. The action of
/// the signal belongs to the program and to its other threads.
pub(crate) fn without_sigxfsz<T>(work: impl FnOnce() -> T) -> T {
    let mut before = None;
    // SAFETY: the sets are local variables.
    unsafe {
        let (mut only, mut mask): (libc::sigset_t, libc::sigset_t) =
            (std::mem::zeroed(), std::mem::zeroed());
        libc::sigemptyset(&raw mut only);
        libc::sigaddset(&raw mut only, libc::SIGXFSZ);
        // One that is pending was sent before, and is for the program.
        if !is_pending()
            && libc::pthread_sigmask(libc::SIG_BLOCK, &raw const only, &raw mut mask) == 0
        {
            before = Some((only, mask));
        }
    }
    let result = work();
    if let Some((only, mask)) = before {
        let mut signal: c_int = 0;
        // SAFETY: as before. `sigwait` returns at once, because the signal is pending.
        unsafe {
            if is_pending() {
                libc::sigwait(&raw const only, &raw mut signal);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const mask, null_mut());
        }
    }
    result
}

fn is_pending() -> bool {
    // SAFETY: the set is a local variable.
    unsafe {
        let mut pending: libc::sigset_t = std::mem::zeroed();
        libc::sigpending(&raw mut pending);
        libc::sigismember(&raw const pending, libc::SIGXFSZ) == 1
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::null;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    static CALLS: AtomicU32 = AtomicU32::new(0);

    extern "C" fn count(_: c_int, _: *mut libc::siginfo_t, _: *mut std::ffi::c_void) {
        CALLS.fetch_add(1, Ordering::AcqRel);
    }

    #[test]
    fn the_signal_is_removed_and_its_action_stays() {
        // SAFETY: the actions are local variables, and the handler is a function of this module.
        unsafe {
            let (mut old, mut new): (libc::sigaction, libc::sigaction) =
                (std::mem::zeroed(), std::mem::zeroed());
            new.sa_sigaction = count as *const () as usize;
            new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigaction(libc::SIGXFSZ, &raw const new, &raw mut old);
            without_sigxfsz(|| libc::raise(libc::SIGXFSZ));
            assert_eq!(CALLS.load(Ordering::Acquire), 0);
            let mut during = std::mem::zeroed::<libc::sigaction>();
            without_sigxfsz(|| libc::sigaction(libc::SIGXFSZ, null(), &raw mut during));
            assert_eq!(during.sa_sigaction, new.sa_sigaction);
            assert_eq!(during.sa_flags & new.sa_flags, new.sa_flags);
            libc::raise(libc::SIGXFSZ);
            assert_eq!(CALLS.load(Ordering::Acquire), 1);
            libc::sigaction(libc::SIGXFSZ, &raw const old, null_mut());
        }
    }
}
