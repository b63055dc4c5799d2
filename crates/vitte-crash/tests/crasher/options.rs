//! What is closed, filled, denied or changed before the crash.

use std::ffi::{c_int, c_long, c_uint, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

/// The mapping of a file that has nothing in it.
pub static EMPTY: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());

/// Before the handler is in place.
pub fn before(has: &dyn Fn(&str) -> bool) {
    // Nobody wants the memory of a program that is meant to crash.
    limit(libc::RLIMIT_CORE, 0);
    if has("bus") {
        EMPTY.store(map_nothing(), Ordering::Relaxed);
    }
    if has("four") {
        limit(libc::RLIMIT_NOFILE, 4);
    }
    if has("no-files") {
        limit(libc::RLIMIT_FSIZE, 0);
    }
    if has("no-abort") {
        unsafe { libc::signal(libc::SIGABRT, libc::SIG_IGN) };
    }
    if has("own") {
        own_handler(own);
    }
    if has("repairs") {
        own_handler(repairs);
    }
    if has("hook") {
        std::panic::set_hook(Box::new(|_| eprintln!("the hook before")));
    }
}

/// Once it is.
pub fn after(has: &dyn Fn(&str) -> bool) {
    if has("hook-after") {
        let ours = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            eprintln!("the hook after");
            ours(info);
        }));
    }
    if has("no-children") {
        unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    }
    if has("blocked") {
        block(&[libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE]);
    }
    if has("all-blocked") {
        block(&[]);
    }
    if has("nobody") || has("setuid") {
        become_nobody(has("nobody"));
    }
    if has("closed") {
        (0..3).for_each(|fd| _ = unsafe { libc::close(fd) });
    }
    if has("full") {
        while unsafe { libc::dup(0) } >= 0 {}
    }
    if has("no-ptrace") {
        deny(&[libc::SYS_ptrace, libc::SYS_process_vm_readv], libc::EPERM);
    }
    if has("no-exec") {
        deny(&[libc::SYS_execve], libc::EACCES);
    }
    if has("no-clone") {
        deny(&[libc::SYS_clone, libc::SYS_clone3], libc::EAGAIN);
    }
}

/// While there still is a descriptor.
fn map_nothing() -> *mut u8 {
    unsafe {
        let fd = libc::memfd_create(c"empty".as_ptr(), 0);
        let (protection, flags) = (libc::PROT_READ, libc::MAP_SHARED);
        let at = libc::mmap(std::ptr::null_mut(), 4096, protection, flags, fd, 0);
        assert!(fd >= 0 && at != libc::MAP_FAILED);
        libc::close(fd);
        at.cast()
    }
}

#[cfg(target_env = "gnu")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_env = "gnu"))]
type Resource = c_int;

fn limit(resource: Resource, most: libc::rlim_t) {
    let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
    assert_eq!(unsafe { libc::setrlimit(resource, &raw const limit) }, 0);
}

/// Blocks all signals but these.
fn block(but: &[c_int]) {
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigfillset(&raw mut set);
        but.iter().for_each(|signal| _ = libc::sigdelset(&raw mut set, *signal));
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut());
    }
}

/// The system hides what had more rights before from others, unless it is told that nothing is to hide.
fn become_nobody(has_nothing_to_hide: bool) {
    const NOBODY: libc::uid_t = 65534;
    unsafe {
        assert_eq!(libc::setgroups(0, std::ptr::null()), 0);
        assert_eq!(libc::setgid(NOBODY), 0);
        assert_eq!(libc::setuid(NOBODY), 0);
        if has_nothing_to_hide {
            assert_eq!(libc::prctl(libc::PR_SET_DUMPABLE, 1), 0);
        }
    }
}

/// From now on, in this process and those that it starts, these calls fail.
fn deny(calls: &[c_long], error: c_int) {
    const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    const IS: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    const RETURN: u32 = libc::BPF_RET | libc::BPF_K;
    let step =
        |code: u32, jt, k| libc::sock_filter { code: u16::try_from(code).unwrap(), jt, jf: 0, k };
    // The number of the call is the first word of what a filter sees.
    let mut steps = vec![step(LOAD, 0, 0)];
    for (index, call) in calls.iter().enumerate() {
        let behind = calls.len() - index;
        steps.push(step(IS, u8::try_from(behind).unwrap(), c_uint::try_from(*call).unwrap()));
    }
    steps.push(step(RETURN, 0, libc::SECCOMP_RET_ALLOW));
    steps.push(step(RETURN, 0, libc::SECCOMP_RET_ERRNO | error.unsigned_abs()));
    let len = u16::try_from(steps.len()).unwrap();
    let program = libc::sock_fprog { len, filter: steps.as_mut_ptr() };
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        let mode = libc::SECCOMP_MODE_FILTER;
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, mode, &raw const program), 0);
    }
}

type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// A handler that the program has itself.
fn own_handler(handler: Handler) {
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(libc::SIGSEGV, &raw const action, std::ptr::null_mut());
    }
}

extern "C" fn own(_: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    println!("own handler: {:?}", unsafe { (*info).si_addr() });
    unsafe { libc::_exit(42) };
}

/// Puts memory where there was none, so that the program goes on.
extern "C" fn repairs(_: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    unsafe {
        let at = (*info).si_addr().map_addr(|address| address & !0xfff);
        let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_FIXED;
        libc::mmap(at, 4096, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
    }
}
