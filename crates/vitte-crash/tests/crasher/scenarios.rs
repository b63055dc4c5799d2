//! Scenarios with other parts of the library or unusual contexts. Some print what they observe to standard output.

use std::error::Error;
use std::fmt;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use vitte_crash::{CrashGuard, CrashHandler, CrashReport};
use vitte_diag::SourceMap;

/// Runs a scenario. Returns `None` if `kind` is another one.
pub fn run(kind: &str, guard: &mut Option<CrashGuard>, sources: &SourceMap) -> Option<ExitCode> {
    match kind {
        "catch" => catch(),
        "run-main" => return Some(vitte_crash::run_main(fails)),
        "install-twice" => println!("{}", CrashHandler::builder().install().unwrap_err()),
        "restore" => restore(guard),
        "unwound-guard" => unwound_guard(guard),
        "fork" => return Some(fork()),
        "vfork" => vfork(),
        "dump-quit" => dump(Some(libc::SIGQUIT), sources),
        "dump-usr1" => dump(Some(libc::SIGUSR1), sources),
        "dump-on-timeout" => dump(None, sources),
        "dump-then-segv" => {
            dump(Some(libc::SIGQUIT), sources);
            segv();
        }
        "own-fault" => own_faults(),
        "own-fault-then-segv" => {
            own_faults();
            segv();
        }
        "exit-in-local" => panic_in_thread_local(),
        "second-signal" => second_signal(),
        "deep-contexts" => deep_contexts(),
        "many-threads" => many_threads(),
        "many-threads-last" => many_threads_last(),
        "hostile" => hostile(),
        "secret-name" => {
            let _cx = vitte_crash::context("ghp_16C7e42F292c6912E7710c838347Ae178B4a", None);
            segv();
        }
        "context-order" => context_order(),
        "thread-exit" => thread_exit(),
        "changing-sources" => changing_sources(sources),
        "raise-abort" => println!("{}", unsafe { libc::raise(libc::SIGABRT) }),
        _ => return None,
    }
    Some(ExitCode::SUCCESS)
}

fn segv() {
    unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) }
}

fn summary(report: &CrashReport) -> String {
    let names: Vec<_> = report.contexts.iter().map(|entry| &*entry.name).collect();
    format!("{} {} {names:?} {}", report.code, report.message, report.path.is_some())
}

fn catch() {
    let _outer = vitte_crash::context("batch", None);
    for file in ["a", "b", "c"] {
        let result = vitte_crash::catch_panic(|| {
            let _cx = vitte_crash::context("file", None).with("name", file);
            if file == "b" {
                // `catch_panic` must close this context.
                std::mem::forget(vitte_crash::context("forgotten", None));
                panic!("the file {file} is bad");
            }
            file.len()
        });
        match result {
            Ok(len) => println!("{file} {len}"),
            Err(report) => println!("{file} {}", summary(&report)),
        }
    }
    let nested = vitte_crash::catch_panic(|| {
        vitte_crash::catch_panic(|| panic!("inner"))
            .map_err(|inner| panic!("outer after {}", inner.message))
            .ok()
    });
    println!("{}", summary(&nested.unwrap_err()));
}

#[derive(Debug)]
struct Chain(u8);

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error {}", self.0)
    }
}

impl Error for Chain {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        [None, Some(&Chain(0) as _), Some(&Chain(1) as _)].into_iter().nth(self.0.into())?
    }
}

fn fails() -> Result<(), Chain> {
    Err(Chain(2))
}

const SIGNALS: [i32; 6] =
    [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT, libc::SIGTRAP];

/// Returns the action of each signal, and the signal stack.
fn actions() -> (Vec<(usize, i32)>, (usize, usize, i32)) {
    unsafe {
        let action = |signal| {
            let mut current: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, std::ptr::null(), &raw mut current);
            (current.sa_sigaction, current.sa_flags)
        };
        let mut stack: libc::stack_t = std::mem::zeroed();
        libc::sigaltstack(std::ptr::null(), &raw mut stack);
        (SIGNALS.map(action).into(), (stack.ss_sp.addr(), stack.ss_size, stack.ss_flags))
    }
}

fn restore(guard: &mut Option<CrashGuard>) {
    drop(guard.take());
    let before = actions();
    for _ in 0..3 {
        let guard = CrashHandler::builder().without_store().install().unwrap();
        let during = actions();
        let is_changed = before.0.iter().zip(&during.0).all(|(before, during)| before != during);
        println!("changed: {is_changed}");
        drop(guard);
        println!("restored: {}", actions() == before);
    }
    panic!("without a handler");
}

fn unwound_guard(guard: &mut Option<CrashGuard>) {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _guard = guard.take();
        panic!("a panic that drops the guard");
    }));
    println!("{}", result.is_err());
    panic!("a panic after that");
}

fn fork() -> ExitCode {
    let _cx = vitte_crash::context("before the fork", None);
    unsafe {
        let child = libc::fork();
        if child == 0 {
            let _cx = vitte_crash::context("in the child", None);
            segv();
        }
        let mut status = 0;
        libc::waitpid(child, &raw mut status, 0);
        println!("{} {}", libc::WIFSIGNALED(status), libc::WTERMSIG(status));
    }
    ExitCode::from(3)
}

/// A child that shares the memory of this process crashes, and then this process does.
fn vfork() {
    crash_in_child_with_shared_memory();
    let _cx = vitte_crash::context("in the parent", None);
    segv();
}

/// Waits for a child that shares the memory of this process and crashes.
pub fn crash_in_child_with_shared_memory() {
    extern "C" fn crash(_: *mut std::ffi::c_void) -> i32 {
        segv();
        0
    }
    let mut stack = vec![0_u128; 64 << 10];
    unsafe {
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
        let top = stack.as_mut_ptr().add(stack.len()).cast();
        let child = libc::clone(crash, top, flags, std::ptr::null_mut());
        let mut status = 0;
        libc::waitpid(child, &raw mut status, 0);
        println!("{} {}", libc::WIFSIGNALED(status), libc::WTERMSIG(status));
    }
}

/// Sends this process a signal, or waits for the watchdog, while another thread is working. Then goes on.
fn dump(signal: Option<i32>, sources: &SourceMap) {
    let span = sources.span(vitte_diag::FileId::new(0), 45..56).unwrap();
    let barrier = Arc::new(Barrier::new(2));
    let start = Arc::clone(&barrier);
    let work = move || {
        let _cx = vitte_crash::context("folding", span).with("round", 7);
        start.wait();
        start.wait();
    };
    let worker = std::thread::Builder::new().name("worker".into()).spawn(work).unwrap();
    barrier.wait();
    match signal {
        Some(signal) => _ = unsafe { libc::raise(signal) },
        None => std::thread::sleep(Duration::from_secs(1)),
    }
    barrier.wait();
    worker.join().unwrap();
    println!("going on");
}

/// Faults from which a runtime recovers.
pub fn own_faults() {
    for _ in 0..3 {
        crate::runtimes::own_fault();
    }
    println!("survived");
}

/// A destructor of a thread local panics, so that std aborts.
fn panic_in_thread_local() {
    struct PanicOnDrop;
    impl Drop for PanicOnDrop {
        fn drop(&mut self) {
            panic!("in the destructor of a thread local");
        }
    }
    thread_local! { static LATE: PanicOnDrop = const { PanicOnDrop }; }
    _ = std::thread::spawn(|| LATE.with(|_| {})).join();
}

/// A second signal arrives while the first one waits for its reporter, which hangs.
fn second_signal() {
    let (process, thread) = unsafe { (libc::getpid(), libc::gettid()) };
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(400));
        unsafe { libc::syscall(libc::SYS_tgkill, process, thread, libc::SIGSEGV) };
    });
    let _cx = vitte_crash::context("crashing twice", None);
    segv();
}

fn deep_contexts() {
    let contexts: Vec<_> =
        (0..100_u32).map(|index| vitte_crash::context("level", None).with("n", index)).collect();
    segv();
    drop(contexts);
}

/// Starts more threads than can have contexts, and crashes on the first one.
fn many_threads() {
    let _cx = vitte_crash::context("first of all", None);
    start(600, |_| {});
    segv();
}

/// Starts more threads than can have contexts, and crashes on the last one.
fn many_threads_last() {
    start(600, |index| {
        if index == 599 {
            segv();
        }
    });
    std::thread::sleep(Duration::from_secs(60));
}

/// Starts threads one after the other. Each one opens a context, calls `work` with its index and sleeps.
fn start(count: usize, work: fn(usize)) {
    let barrier = Arc::new(Barrier::new(2));
    for index in 0..count {
        let started = Arc::clone(&barrier);
        let thread = std::thread::Builder::new().name(format!("w{index}")).stack_size(128 << 10);
        let run = move || {
            let _cx = vitte_crash::context("one of many", None).with("index", index);
            started.wait();
            work(index);
            std::thread::sleep(Duration::from_secs(60));
        };
        thread.spawn(run).unwrap();
        barrier.wait();
    }
}

/// Texts with control characters, a cut character, and too many values.
fn hostile() {
    let long = "é".repeat(27) + "a€ and more";
    let evil = "\u{1b}[31m\u{202e}\r\nred";
    let name = "evil\u{1b}]0;x\u{7}\u{9b}\u{202e}\nname";
    let _cx = vitte_crash::context(name, None).with("long", &long).with(evil, evil);
    let _cx = _cx.with("third", 3).with("fourth", 4);
    segv();
}

/// Closes contexts in the order in which they were opened.
fn context_order() {
    let _base = vitte_crash::context("base", None);
    let (first, second) =
        (vitte_crash::context("first", None), vitte_crash::context("second", None));
    drop(first);
    drop(second);
    let _last = vitte_crash::context("last", None);
    segv();
}

/// Opens a context and crashes in a destructor of a thread-local variable.
fn thread_exit() {
    struct CrashOnDrop;
    impl Drop for CrashOnDrop {
        fn drop(&mut self) {
            let _cx = vitte_crash::context("late", None).with("n", 1);
            segv();
        }
    }
    thread_local! { static LATE: CrashOnDrop = const { CrashOnDrop }; }
    let thread = std::thread::Builder::new().name("ending".into()).spawn(|| {
        LATE.with(|_| {});
        _ = vitte_crash::context("closed before the thread ends", None);
    });
    _ = thread.unwrap().join();
}

/// Crashes while another thread replaces the sources.
fn changing_sources(sources: &SourceMap) {
    let span = sources.span(vitte_diag::FileId::new(0), 45..56).unwrap();
    let maps: Vec<_> = (1..20_usize)
        .map(|count| {
            let mut map = sources.clone();
            (0..count).for_each(|file| _ = map.add(format!("{file}"), "x\n".repeat(file)).unwrap());
            map
        })
        .collect();
    std::thread::spawn(move || {
        loop {
            maps.iter().for_each(vitte_crash::set_sources);
        }
    });
    std::thread::sleep(Duration::from_millis(20));
    let _cx = vitte_crash::context("folding", span);
    segv();
}
