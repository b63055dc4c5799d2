//! A program that crashes as its first argument says, while it says that it works on a line of a source.
//!
//! `crasher KIND[+OPTION…]`; the options close or fill what a report may need.
#![allow(unsafe_code, reason = "crashes of all kinds")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::exit,
    reason = "it crashes"
)]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use vitte_diag::crash::{self, CrashHandler};
use vitte_diag::{SourceMap, Span};

const SOURCE: &str = "module demo\n\nfn area(side: f64) -> f64\n  ret side * side\n.end\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let options: Vec<&str> = arguments.first().map_or("", |kind| kind).split('+').collect();
    let has = |option: &str| options.contains(&option);
    let store = std::env::var_os("CRASHER_STORE").map(std::path::PathBuf::from);
    let store = store.unwrap_or_else(|| "crash-reports".into());
    // What a reporter that hangs or dies does: before the handler's first line.
    if std::env::args().nth(1).is_some_and(|first| first.starts_with("--vitte-crash")) {
        match std::env::var("CRASHER_REPORTER").as_deref() {
            Ok("hang") => std::thread::sleep(Duration::from_secs(60)),
            Ok("die") => std::process::abort(),
            _ => {}
        }
    }
    let _guard = if has("bare") {
        None
    } else {
        let builder = CrashHandler::builder()
            .module("crasher")
            .version("1.2.3")
            .commit("0123abc")
            .store(store)
            .quiet(has("quiet"))
            .limit(Duration::from_millis(if has("short") { 300 } else { 20_000 }));
        Some(builder.install().unwrap())
    };
    let mut sources = SourceMap::new();
    let file = sources.add("src/demo.vitte", SOURCE).unwrap();
    crash::sources(&sources);
    let function = sources.span(file, 13..56).unwrap();
    let expression = sources.span(file, 45..56).unwrap();
    if has("closed") {
        for fd in 0..3 {
            unsafe { libc::close(fd) };
        }
    }
    if has("full") {
        while unsafe { libc::dup(0) } >= 0 {}
    }
    let kind = options[0].to_owned();
    work(&kind, function, expression)
}

#[inline(never)]
fn work(kind: &str, function: Span, expression: Span) -> ExitCode {
    let _file = crash::context("compiling", None).with("file", "src/demo.vitte");
    let _function = crash::context("type-checking", function).with("fn", "area").with("pass", 2);
    let _expression = crash::context("folding", expression);
    culprit(kind, function, expression);
    ExitCode::SUCCESS
}

/// The function that every report has to name.
#[inline(never)]
fn culprit(kind: &str, function: Span, expression: Span) {
    match kind {
        "none" => {}
        "panic" => panic!("the panic of {kind}"),
        "unwrap" => {
            let nothing: Option<u8> = black_box(None);
            nothing.unwrap();
        }
        "bounds" => {
            let list = black_box(vec![1, 2, 3]);
            black_box(list[black_box(7)]);
        }
        "thread" | "thread-segv" | "thread-overflow" => {
            let inner = kind.strip_prefix("thread-").unwrap_or("panic").to_owned();
            let thread = std::thread::Builder::new().name("worker".into()).spawn(move || {
                work(&inner, function, expression);
            });
            thread.unwrap().join().unwrap();
        }
        "pool" => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
            pool.install(|| {
                let panics = || {
                    if black_box(true) {
                        panic!("the panic of a pool")
                    }
                };
                rayon::join(panics, || black_box(1))
            });
        }
        "double" => {
            struct Panics;
            impl Drop for Panics {
                fn drop(&mut self) {
                    panic!("the second panic");
                }
            }
            let _panics = Panics;
            panic!("the first panic");
        }
        "extern" => no_unwind(),
        "display" => {
            struct Panics;
            impl std::fmt::Display for Panics {
                fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    panic!("the panic of a value");
                }
            }
            let _cx = crash::context("showing", None).with("value", format_args!("{Panics}"));
            panic!("after the value");
        }
        "any" => std::panic::panic_any(42),
        "segv" => unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) },
        "bad" => unsafe { black_box(0xdead_beef_usize as *mut u8).write_volatile(1) },
        "wild" => unsafe { black_box(0xdead_beef_dead_beef_usize as *mut u8).write_volatile(1) },
        "call" => {
            let function: extern "C" fn() = unsafe { std::mem::transmute(black_box(0x10_usize)) };
            function();
            black_box(());
        }
        "bus" => unsafe {
            let path = std::env::temp_dir().join(format!("crasher-{}", std::process::id()));
            let file = std::fs::File::create_new(&path).unwrap();
            let file = {
                drop(file);
                std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap()
            };
            std::fs::remove_file(&path).unwrap();
            let fd = std::os::fd::AsRawFd::as_raw_fd(&file);
            let at =
                libc::mmap(std::ptr::null_mut(), 4096, libc::PROT_READ, libc::MAP_SHARED, fd, 0);
            black_box(at.cast::<u8>().read_volatile());
        },
        "ill" => unsafe { illegal() },
        "fpe" => unsafe { divide() },
        "trap" => unsafe { breakpoint() },
        "abort" => std::process::abort(),
        "raise" => unsafe {
            libc::raise(libc::SIGSEGV);
        },
        "overflow" => {
            black_box(recurse(black_box(1)));
        }
        "oom" => {
            black_box(Vec::<u8>::with_capacity(black_box(1 << 60)));
        }
        "heap" => corrupt(),
        "locked" => {
            // Another thread is always in the allocator.
            std::thread::spawn(|| {
                loop {
                    black_box(Vec::<u8>::with_capacity(black_box(1000)));
                }
            });
            std::thread::sleep(Duration::from_millis(5));
            unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) }
        }
        "two" => {
            let threads: Vec<_> = (0..2)
                .map(|_| std::thread::spawn(move || work("segv", function, expression)))
                .collect();
            threads.into_iter().for_each(|thread| _ = thread.join());
        }
        "exit" => {
            std::thread::spawn(move || work("segv", function, expression));
            std::thread::sleep(Duration::from_micros(300));
            std::process::exit(7);
        }
        other => panic!("no kind {other}"),
    }
}

extern "C" fn no_unwind() {
    panic!("a panic in a C function");
}

#[inline(never)]
fn recurse(depth: u64) -> u64 {
    let room = black_box([depth; 16]);
    if depth == black_box(0) {
        return 0;
    }
    recurse(depth + 1) + room[black_box(3)]
}

/// What a bug in unsafe code does: the allocator finds it, while it has its lock.
#[inline(never)]
fn corrupt() {
    unsafe {
        // The block stands before the rest of the heap, whose size it writes over.
        let block = libc::malloc(100_000).cast::<u8>();
        let end = block.add(libc::malloc_usable_size(block.cast()));
        end.cast::<usize>().write_volatile(usize::MAX - 7);
        black_box(libc::malloc(120_000));
    }
}

#[cfg(target_arch = "x86_64")]
unsafe fn illegal() {
    unsafe {
        std::arch::asm!("ud2");
    }
}

#[cfg(target_arch = "x86_64")]
unsafe fn divide() {
    unsafe {
        std::arch::asm!("xor edx, edx", "xor ecx, ecx", "div ecx", out("eax") _, out("edx") _, out("ecx") _);
    }
}

#[cfg(target_arch = "x86_64")]
unsafe fn breakpoint() {
    unsafe {
        std::arch::asm!("int3");
    }
}
