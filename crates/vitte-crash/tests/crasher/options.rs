//! The options: what is closed, exhausted, denied or changed before the crash.

use std::ffi::{c_int, c_long, c_uint, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

/// The mapping of an empty file. Reading it raises SIGBUS.
pub static EMPTY_MAPPING: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());

/// Applies the options that must be effective before the handler is installed.
pub fn apply_before_install(kind: &str, has: &dyn Fn(&str) -> bool) {
    // A deliberate crash must not write a core dump.
    if has("core") {
        limit_to_maximum(libc::RLIMIT_CORE);
    } else {
        limit(libc::RLIMIT_CORE, 0);
    }
    if kind == "bus" {
        EMPTY_MAPPING.store(map_empty_file(), Ordering::Relaxed);
    }
    if has("one-descriptor") {
        limit(libc::RLIMIT_NOFILE, 4);
    }
    if has("no-file-size") {
        limit(libc::RLIMIT_FSIZE, 0);
    }
    if has("ignore-sigabrt") {
        unsafe { libc::signal(libc::SIGABRT, libc::SIG_IGN) };
    }
    if has("own-usr1") {
        extern "C" fn print(_: c_int) {
            println!("own handler");
        }
        unsafe { libc::signal(libc::SIGUSR1, print as *const () as usize) };
    }
    if has("exiting-handler") {
        set_segv_handler(print_and_exit);
    }
    if has("repairing-handler") {
        set_segv_handler(map_missing_page);
    }
    if has("previous-hook") {
        std::panic::set_hook(Box::new(|_| eprintln!("the previous hook")));
    }
}

/// Applies the options that must be effective after the handler is installed.
pub fn apply_after_install(has: &dyn Fn(&str) -> bool) {
    if has("later-hook") {
        let crash_hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            eprintln!("the later hook");
            crash_hook(info);
        }));
    }
    if has("ignore-sigchld") {
        unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    }
    if has("blocked") {
        block(&[libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE]);
    }
    if has("all-blocked") {
        block(&[]);
    }
    if has("unprivileged") || has("setuid") {
        drop_privileges(has("unprivileged"));
    }
    if has("closed-streams") {
        (0..3).for_each(|fd| _ = unsafe { libc::close(fd) });
    }
    if has("full-stderr") {
        fill_stderr();
    }
    if has("no-descriptors") {
        while unsafe { libc::dup(0) } >= 0 {}
    }
    if has("traced") {
        start_tracer();
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
    for (option, call) in KILLING_CALLS {
        if has(option) {
            filter(&[call], libc::SECCOMP_RET_KILL_PROCESS);
        }
    }
}

fn map_empty_file() -> *mut u8 {
    unsafe {
        let fd = libc::memfd_create(c"empty".as_ptr(), 0);
        let (protection, flags) = (libc::PROT_READ, libc::MAP_SHARED);
        let at = libc::mmap(std::ptr::null_mut(), 4096, protection, flags, fd, 0);
        assert!(fd >= 0 && at != libc::MAP_FAILED);
        libc::close(fd);
        at.cast()
    }
}

/// Makes standard error a full pipe, which is not read.
fn fill_stderr() {
    unsafe {
        let mut ends = [0; 2];
        assert_eq!(libc::pipe(ends.as_mut_ptr()), 0);
        libc::fcntl(ends[1], libc::F_SETFL, libc::O_NONBLOCK);
        while libc::write(ends[1], [0; 4096].as_ptr().cast(), 4096) > 0 {}
        libc::fcntl(ends[1], libc::F_SETFL, 0);
        libc::dup2(ends[1], libc::STDERR_FILENO);
    }
}

#[cfg(target_env = "gnu")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_env = "gnu"))]
type Resource = c_int;

fn limit(resource: Resource, max: libc::rlim_t) {
    let limit = libc::rlimit { rlim_cur: max, rlim_max: max };
    assert_eq!(unsafe { libc::setrlimit(resource, &raw const limit) }, 0);
}

/// Blocks all signals except these on this thread.
fn block(except: &[c_int]) {
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigfillset(&raw mut set);
        except.iter().for_each(|signal| _ = libc::sigdelset(&raw mut set, *signal));
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut());
    }
}

/// Changes to an unprivileged user. After that, other processes cannot inspect this one unless it is made dumpable.
fn drop_privileges(is_dumpable: bool) {
    const UNPRIVILEGED_ID: libc::uid_t = 65534;
    unsafe {
        assert_eq!(libc::setgroups(0, std::ptr::null()), 0);
        assert_eq!(libc::setgid(UNPRIVILEGED_ID), 0);
        assert_eq!(libc::setuid(UNPRIVILEGED_ID), 0);
        if is_dumpable {
            assert_eq!(libc::prctl(libc::PR_SET_DUMPABLE, 1), 0);
        }
    }
}

/// Options that make a system call end the process.
const KILLING_CALLS: [(&str, c_long); 7] = [
    ("kill-clone", libc::SYS_clone),
    ("kill-prctl", libc::SYS_prctl),
    ("kill-getpid", libc::SYS_getpid),
    ("kill-mmap", libc::SYS_mmap),
    ("kill-sigprocmask", libc::SYS_rt_sigprocmask),
    ("kill-sigaction", libc::SYS_rt_sigaction),
    ("kill-execve", libc::SYS_execve),
];

/// Starts a process that traces this one, as a debugger does. It passes all signals on.
fn start_tracer() {
    unsafe {
        let traced = libc::getpid();
        libc::prctl(libc::PR_SET_PTRACER, libc::PR_SET_PTRACER_ANY);
        if libc::fork() == 0 {
            let none = std::ptr::null_mut::<c_void>();
            libc::ptrace(libc::PTRACE_SEIZE, traced, none, none);
            loop {
                let mut status = 0;
                if libc::waitpid(traced, &raw mut status, libc::__WALL) < 0 {
                    libc::_exit(0);
                }
                if libc::WIFSTOPPED(status) {
                    let signal = usize::try_from(libc::WSTOPSIG(status)).unwrap();
                    libc::ptrace(libc::PTRACE_CONT, traced, none, signal as *mut c_void);
                }
            }
        }
    }
    let is_traced = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        !status.contains("TracerPid:\t0\n")
    };
    while !is_traced() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// Makes these system calls fail in this process and in its children.
fn deny(calls: &[c_long], error: c_int) {
    filter(calls, libc::SECCOMP_RET_ERRNO | error.unsigned_abs());
}

/// Sets what happens at these system calls in this process and in its children.
fn filter(calls: &[c_long], action: u32) {
    const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    const JUMP_IF_EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    const RETURN: u32 = libc::BPF_RET | libc::BPF_K;
    let instruction =
        |code: u32, jt, k| libc::sock_filter { code: u16::try_from(code).unwrap(), jt, jf: 0, k };
    // The number of the system call is the first word of `seccomp_data`.
    let mut filter = vec![instruction(LOAD, 0, 0)];
    for (index, call) in calls.iter().enumerate() {
        let to_last = u8::try_from(calls.len() - index).unwrap();
        filter.push(instruction(JUMP_IF_EQUAL, to_last, c_uint::try_from(*call).unwrap()));
    }
    filter.push(instruction(RETURN, 0, libc::SECCOMP_RET_ALLOW));
    filter.push(instruction(RETURN, 0, action));
    let len = u16::try_from(filter.len()).unwrap();
    let program = libc::sock_fprog { len, filter: filter.as_mut_ptr() };
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        let mode = libc::SECCOMP_MODE_FILTER;
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, mode, &raw const program), 0);
    }
}

type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// Sets the program's own handler of SIGSEGV.
fn set_segv_handler(handler: Handler) {
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(libc::SIGSEGV, &raw const action, std::ptr::null_mut());
    }
}

extern "C" fn print_and_exit(_: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    println!("own handler: {:?}", unsafe { (*info).si_addr() });
    unsafe { libc::_exit(42) };
}

/// Maps memory at the address of the fault, so that the program continues.
extern "C" fn map_missing_page(_: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    unsafe {
        let at = (*info).si_addr().map_addr(|address| address & !0xfff);
        let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_FIXED;
        libc::mmap(at, 4096, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
    }
}

/// Sets the names that a report shows, if the environment has them.
pub fn with_names(
    mut builder: vitte_crash::CrashHandlerBuilder,
) -> vitte_crash::CrashHandlerBuilder {
    if let Ok(url) = std::env::var("CRASHER_REPORT_URL") {
        builder = builder.report_url(url);
    }
    if let Ok(name) = std::env::var("CRASHER_COMMAND_NAME") {
        builder = builder.command_name(name);
    }
    builder
}

/// Raises a limit as far as that is allowed.
fn limit_to_maximum(resource: Resource) {
    unsafe {
        let mut limits: libc::rlimit = std::mem::zeroed();
        libc::getrlimit(resource, &raw mut limits);
        limits.rlim_cur = limits.rlim_max;
        libc::setrlimit(resource, &raw const limits);
    }
}

/// Simulates a reporter that requests more answers than a socket can hold, and reads none.
pub fn ask_and_read_nothing() {
    const SOCKET: i32 = 3;
    const READ_MAPS: u64 = 1;
    let request = [READ_MAPS, 0, 0];
    for _ in 0..200 {
        unsafe { libc::write(SOCKET, request.as_ptr().cast(), size_of_val(&request)) };
    }
    std::thread::sleep(std::time::Duration::from_secs(60));
}
