//! Limits what a forked child can do.

use std::ffi::c_int;

use super::super::signals::HANDLED_SIGNALS;

/// Bytes that a child may allocate in addition to what the process uses.
const MAX_EXTRA_BYTES: u64 = 1 << 30;

/// Prevents a child from having effects outside of itself.
pub(super) fn isolate() {
    // SAFETY: every call affects only this child: its signal actions, its file descriptors, its
    // limits.
    unsafe {
        for (signal, _) in &HANDLED_SIGNALS {
            libc::signal(*signal, libc::SIG_DFL);
        }
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        (0..3).for_each(|fd| _ = libc::close(fd));
        libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
        libc::dup(0);
        libc::dup(0);
        libc::syscall(libc::SYS_close_range, 3, c_int::MAX, 0);
        // If memory runs out, the kernel ends the child before any other process.
        let oom_score = libc::open(c"/proc/self/oom_score_adj".as_ptr(), libc::O_WRONLY);
        if oom_score >= 0 {
            libc::write(oom_score, c"1000".as_ptr().cast(), 4);
            libc::close(oom_score);
        }
        if let Some(size) = address_space_bytes() {
            let max = size.saturating_add(MAX_EXTRA_BYTES);
            let mut limit: libc::rlimit = std::mem::zeroed();
            if libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) == 0 {
                limit.rlim_cur = limit.rlim_cur.min(max);
                libc::setrlimit(libc::RLIMIT_AS, &raw const limit);
            }
        }
        // No core dump, no new files, and no file that grows.
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        for kind in [libc::RLIMIT_CORE, libc::RLIMIT_NOFILE, libc::RLIMIT_FSIZE] {
            libc::setrlimit(kind, &raw const none);
        }
        libc::prctl(libc::PR_SET_DUMPABLE, 0);
    }
}

/// Returns the size of this process's address space in bytes, or `None` if it is unknown.
fn address_space_bytes() -> Option<u64> {
    let mut text = [0_u8; 24];
    // SAFETY: the buffer has the given length; all other arguments are numbers and C strings.
    let page = unsafe {
        let file = libc::open(c"/proc/self/statm".as_ptr(), libc::O_RDONLY);
        libc::read(file, text.as_mut_ptr().cast(), text.len());
        libc::close(file);
        libc::sysconf(libc::_SC_PAGESIZE)
    };
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    let pages = digits.fold(0_u64, |number, byte| {
        number.saturating_mul(10).saturating_add(u64::from(byte - b'0'))
    });
    (pages > 0).then(|| pages.saturating_mul(u64::try_from(page).unwrap_or(4096)))
}
