//! The program that the tests run: it crashes in the way that its first argument names.
//!
//! `crasher KIND[+OPTION…]`: the options take away resources that reporting may need, or change the handler. The
//! comment `here: KIND` marks the line that the report must name.
#![allow(unsafe_code, reason = "causes crashes of all kinds")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::exit,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "crashes deliberately"
)]

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Duration;

use vitte_crash::{CrashHandler, CrashHandlerBuilder, Signal};
use vitte_diag::{Format, SourceMap, Span};

mod children;
mod exits;
mod frames;
mod host;
mod locks;
mod options;
mod panics;
mod recovery;
mod runtimes;
mod scenarios;
mod symbols;
#[cfg(feature = "tokio")]
mod tasks;
mod variables;
mod workers;

const SOURCE: &str = "module demo\n\nfn area(side: f64) -> f64\n  ret side * side\n.end\n";

fn main() -> ExitCode {
    // Simulates a reporter that hangs or dies, before `install` would begin to report.
    if std::env::args().nth(1).is_some_and(|first| first.starts_with("--vitte-crash")) {
        match std::env::var("CRASHER_REPORTER").as_deref() {
            Ok("hang") => std::thread::sleep(Duration::from_secs(60)),
            Ok("deaf") => options::ask_and_read_nothing(),
            Ok("die") => std::process::abort(),
            Ok("first-dies") => locks::end_first_reporter(),
            _ => {}
        }
    }
    let argument = std::env::args().nth(1).unwrap_or_default();
    let mut parts = argument.split('+');
    let kind = parts.next().unwrap_or_default();
    let options: Vec<&str> = parts.collect();
    let has = |option: &str| options.contains(&option);
    options::apply_before_install(kind, &has);
    exits::prepare(&has);
    runtimes::install(&has, "before");
    host::install(&has);
    let is_installed = !has("no-handler") && !has("host");
    let mut guard = is_installed.then(|| builder(&has).install().unwrap());
    let mut sources = SourceMap::new();
    let file = sources.add("src/demo.vitte", SOURCE).unwrap();
    vitte_crash::set_sources(&sources);
    let function = sources.span(file, 13..56).unwrap();
    let expression = sources.span(file, 45..56).unwrap();
    runtimes::install(&has, "after");
    options::apply_after_install(&has);
    if has("leak") {
        guard.take().unwrap().leak();
    }
    if let Some(code) = variables::run(kind) {
        return code;
    }
    symbols::replace_program();
    if let Some(code) = children::run(kind).or_else(|| workers::run(kind)) {
        return code;
    }
    #[cfg(feature = "tokio")]
    if let Some(code) = tasks::run(kind) {
        return code;
    }
    if let Some(code) = panics::run(kind, &mut guard) {
        return code;
    }
    let ended = symbols::run(kind).or_else(|| frames::run(kind)).or_else(|| recovery::run(kind));
    let ended = ended.or_else(|| exits::run(kind)).or_else(|| locks::run(kind));
    match ended.or_else(|| scenarios::run(kind, &mut guard, &sources)) {
        Some(code) => code,
        None => work(kind, function, expression),
    }
}

fn builder(has: &dyn Fn(&str) -> bool) -> CrashHandlerBuilder {
    let dir = std::env::var_os("CRASHER_DIR").map(std::path::PathBuf::from);
    let timeout_ms =
        std::env::var("CRASHER_TIMEOUT_MS").map_or(20_000, |timeout| timeout.parse().unwrap());
    let builder = CrashHandler::builder()
        .program("crasher")
        .version("1.2.3")
        .commit("0123abc")
        .timeout(Duration::from_millis(timeout_ms));
    let builder = if has("default-dir") {
        builder
    } else {
        builder.dir(dir.unwrap_or_else(|| "crash-reports".into()))
    };
    #[cfg(feature = "minidump")]
    let builder = builder.minidump(std::env::var_os("CRASHER_MINIDUMP").is_some());
    let builder = if has("unstored") { builder.without_store() } else { builder };
    let builder =
        if has("describe") { builder.describe_payload(panics::describe) } else { builder };
    let builder = match options_of_before_report(has) {
        Some(before_report) => builder.before_report(before_report),
        None => builder,
    };
    let builder = if has("quiet") { builder.quiet(true) } else { builder };
    let builder =
        if has("dump") { builder.dump_on(Signal::Quit).dump_on(Signal::Usr1) } else { builder };
    let builder =
        if has("watchdog") { builder.watchdog(Duration::from_millis(200)) } else { builder };
    let builder = if has("no-signals") { builder.signals(false) } else { builder };
    let builder = options::with_names(builder.previous_handlers_first(has("previous-first")));
    let builder = if has("small-limits") {
        builder.variable_limits(variables::small_limits())
    } else {
        builder
    };
    if has("json") { builder.format(Format::Json) } else { builder }
}

/// Returns the function that is called before a report.
fn options_of_before_report(has: &dyn Fn(&str) -> bool) -> Option<fn()> {
    let functions: [(&str, fn()); 4] = [
        ("before-tells", exits::tell),
        ("before", || eprintln!("the terminal is restored")),
        ("before-panics", || panic!("in the function before the report")),
        ("before-hangs", || std::thread::sleep(Duration::from_secs(60))),
    ];
    functions.into_iter().find(|(name, _)| has(name)).map(|(_, function)| function)
}

#[inline(never)]
fn work(kind: &str, function: Span, expression: Span) -> ExitCode {
    let _file = vitte_crash::context("compiling", None).with("file", "src/demo.vitte");
    let _function =
        vitte_crash::context("type-checking", function).with("fn", "area").with("round", 2);
    let _expression = vitte_crash::context("folding", expression);
    culprit(kind, function, expression);
    ExitCode::SUCCESS
}

/// The function that every report must name.
#[inline(never)]
fn culprit(kind: &str, function: Span, expression: Span) {
    match kind {
        "none" => {}
        "segv" => unsafe {
            black_box(std::ptr::null_mut::<u8>()).write_volatile(1); // here: segv
        },
        "bad" => unsafe {
            black_box(0xdead_beef_usize as *mut u8).write_volatile(1); // here: bad
        },
        "wild" => unsafe {
            black_box(0xdead_beef_dead_beef_usize as *mut u8).write_volatile(1); // here: wild
        },
        "call" => {
            let function: extern "C" fn() = unsafe { std::mem::transmute(black_box(0x10_usize)) };
            function(); // here: call
            black_box(());
        }
        "bus" => unsafe {
            black_box(options::EMPTY_MAPPING.load(Ordering::Relaxed).read_volatile()); // here: bus
        },
        "own-faults" => {
            scenarios::own_faults();
            unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) } // here: own-faults
        }
        "shared-memory" => {
            scenarios::crash_in_child_with_shared_memory();
            unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) } // here: shared-memory
        }
        "ill" => unsafe { illegal() },
        "fpe" => unsafe { divide() },
        "trap" => unsafe { breakpoint() },
        "abort" => std::process::abort(), // here: abort
        "raise" => unsafe {
            libc::raise(libc::SIGSEGV);
        },
        "sys" => unsafe {
            libc::raise(libc::SIGSYS); // here: sys
        },
        "xcpu" => exceed_cpu_limit(),
        "overflow" => {
            black_box(recurse(black_box(1)));
        }
        "oom" => {
            black_box(Vec::<u8>::with_capacity(black_box(1 << 60))); // here: oom
        }
        "heap" => corrupt(),
        "locked" => {
            // Another thread is always in the allocator, and may hold its lock.
            std::thread::spawn(|| {
                loop {
                    black_box(Vec::<u8>::with_capacity(black_box(1000)));
                }
            });
            std::thread::sleep(Duration::from_millis(5));
            unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) } // here: locked
        }
        _ => threads(kind, function, expression),
    }
}

/// Crashes on other threads.
fn threads(kind: &str, function: Span, expression: Span) {
    match kind {
        "thread" | "thread-segv" | "thread-overflow" => {
            let inner = kind.strip_prefix("thread-").unwrap_or("panic").to_owned();
            let thread = std::thread::Builder::new().name("worker".into()).spawn(move || {
                work(&inner, function, expression);
            });
            if thread.unwrap().join().is_err() {
                std::process::exit(101);
            }
        }
        "small-stack" => {
            let thread = std::thread::Builder::new().name("small".into()).stack_size(16 << 10);
            let work = move || work("small-stack-panic", function, expression);
            _ = thread.spawn(work).unwrap().join();
        }
        "two-threads" => {
            let threads: Vec<_> = (0..2)
                .map(|_| std::thread::spawn(move || work("segv", function, expression)))
                .collect();
            threads.into_iter().for_each(|thread| _ = thread.join());
        }
        "exit" => {
            std::thread::spawn(move || work("segv", function, expression));
            // The process exits before, during or after its inspection.
            std::thread::sleep(Duration::from_millis(u64::from(std::process::id() % 100)));
            std::process::exit(7);
        }
        _ => panics(kind),
    }
}

#[inline(never)]
fn panics(kind: &str) {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("the second panic");
        }
    }
    impl std::fmt::Display for Panics {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("the panic of a value");
        }
    }
    match kind {
        "panic" => panic!("the panic of {kind}"), // here: panic
        "small-stack-panic" => panic!("on a small stack"), // here: small-stack
        "unwrap" => {
            let nothing: Option<u8> = black_box(None);
            nothing.unwrap(); // here: unwrap
        }
        "bounds" => {
            let list = black_box(vec![1, 2, 3]);
            black_box(list[black_box(7)]); // here: bounds
        }
        "pool" => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
            pool.install(|| {
                if black_box(true) {
                    panic!("the panic of a pool"); // here: pool
                }
            });
        }
        "double" => {
            let _panics = Panics;
            panic!("the first panic"); // here: double
        }
        "extern" => no_unwind(),
        "display" => {
            let value = std::mem::ManuallyDrop::new(Panics);
            let _cx =
                vitte_crash::context("showing", None).with("value", format_args!("{}", *value));
            panic!("after the value"); // here: display
        }
        "non-string" => std::panic::panic_any(42), // here: non-string
        "unsound" => unsafe {
            // With debug assertions this is a panic that cannot unwind.
            let index = black_box(9);
            black_box([1_u8, 2].get_unchecked(index)); // here: unsound
        },
        other => panic!("unknown kind {other}"),
    }
}

extern "C" fn no_unwind() {
    panic!("a panic in a C function"); // here: extern
}

#[inline(never)]
fn recurse(depth: u64) -> u64 {
    let frame_data = black_box([depth; 16]);
    if depth == black_box(0) {
        return 0;
    }
    recurse(depth + 1) + frame_data[black_box(3)]
}

/// Uses more processor time than is permitted.
#[inline(never)]
fn exceed_cpu_limit() {
    unsafe {
        let limit = libc::rlimit { rlim_cur: 1, rlim_max: libc::RLIM_INFINITY };
        libc::setrlimit(libc::RLIMIT_CPU, &raw const limit);
    }
    loop {
        black_box(0);
    }
}

/// Corrupts the heap, as a bug in unsafe code could. The allocator detects that and aborts while it holds its lock.
#[inline(never)]
fn corrupt() {
    unsafe {
        // The size of the rest of the heap follows the block, and is overwritten.
        let block = libc::malloc(100_000).cast::<u8>();
        let end = block.add(libc::malloc_usable_size(block.cast()));
        end.cast::<usize>().write_volatile(usize::MAX - 7);
        black_box(libc::malloc(120_000)); // here: heap
    }
}

unsafe fn illegal() {
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("ud2"); // here: ill
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!("udf #0"); // here: ill
    }
}

unsafe fn divide() {
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("xor edx, edx", "xor ecx, ecx", "div ecx", out("eax") _, out("edx") _, out("ecx") _); // here: fpe
        // On this processor a division by zero raises no signal.
        #[cfg(target_arch = "aarch64")]
        libc::raise(libc::SIGFPE); // here: fpe
    }
}

unsafe fn breakpoint() {
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("int3"); // here: trap
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!("brk #0"); // here: trap
    }
}
