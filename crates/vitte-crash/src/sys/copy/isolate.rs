//! What a copy of the process may not do.

use std::ffi::c_int;

use super::super::signals::SIGNALS;

/// Bytes of memory that a copy may have beside what it has.
const MORE_MEMORY: u64 = 1 << 30;

/// Takes from a copy what it could do outside of itself.
pub(super) fn isolate() {
    // SAFETY: all of this is about the copy: its actions at signals, its table of files, its limits.
    unsafe {
        for (signal, _) in SIGNALS {
            libc::signal(signal, libc::SIG_DFL);
        }
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        (0..3).for_each(|fd| _ = libc::close(fd));
        libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
        libc::dup(0);
        libc::dup(0);
        libc::syscall(libc::SYS_close_range, 3, c_int::MAX, 0);
        // The first one that the system ends where there is no memory left.
        let first = libc::open(c"/proc/self/oom_score_adj".as_ptr(), libc::O_WRONLY);
        if first >= 0 {
            libc::write(first, c"1000".as_ptr().cast(), 4);
            libc::close(first);
        }
        if let Some(size) = size() {
            let most = size.saturating_add(MORE_MEMORY);
            let mut limit: libc::rlimit = std::mem::zeroed();
            if libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) == 0 {
                limit.rlim_cur = limit.rlim_cur.min(most);
                libc::setrlimit(libc::RLIMIT_AS, &raw const limit);
            }
        }
        // No core of the copy, no file that it opens, and none that it makes larger.
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        for kind in [libc::RLIMIT_CORE, libc::RLIMIT_NOFILE, libc::RLIMIT_FSIZE] {
            libc::setrlimit(kind, &raw const none);
        }
        libc::prctl(libc::PR_SET_DUMPABLE, 0);
    }
}

/// Bytes of the addresses that this process uses.
fn size() -> Option<u64> {
    let mut text = [0_u8; 24];
    // SAFETY: bytes to write to, and a number.
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
