//! Measures the cost of the crash handler: at startup, in memory, for each context, and for a
//! crash.
//!
//! `cargo bench -p vitte-crash`. Each figure is the median of several runs of this program.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "the benchmark prints its results"
)]

use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::process::{Command, ExitCode, Stdio};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use vitte_crash::{CrashGuard, CrashHandler};
use vitte_diag::{FileId, SourceMap, Span};

/// The environment variable that selects action a child process does.
const ACTION_ENV_VAR: &str = "VITTE_BENCH_CRASH";
const RUNS: usize = 100;

fn main() -> ExitCode {
    match std::env::var(ACTION_ENV_VAR).as_deref() {
        Ok(action) => child(action),
        Err(_) => measure(),
    }
}

fn measure() -> ExitCode {
    println!("| measurement | median |\n|---|---:|");
    let bare = run("bare");
    let installed = run("installed");
    print_row("a run without the handler", &micros(bare));
    print_row("time added by the handler", &micros(installed.saturating_sub(bare)));
    print_row("`install` alone", &format!("{} µs", printed_median("time")));
    for (name, action) in [("memory", "memory"), ("resident file pages", "file")] {
        let added =
            printed_median(action).saturating_sub(printed_median(&format!("{action}-bare")));
        print_row(&format!("{name} added by the handler"), &format!("{added} KiB"));
    }
    contexts();
    breadcrumbs();
    sources();
    let dir = tempfile::tempdir().unwrap();
    std::env::set_current_dir(dir.path()).unwrap();
    for (name, action) in [
        ("a null write, until the process has ended", "segv"),
        ("the same without the handler", "segv-bare"),
        ("a stack overflow of 8 MiB", "overflow"),
        ("the same without the handler", "overflow-bare"),
        ("a panic", "panic"),
        ("a null write with a hanging reporter, timeout 500 ms", "hang"),
    ] {
        print_row(name, &micros(run(action)));
    }
    ExitCode::SUCCESS
}

/// Prints the time of a breadcrumb, and of an event of `tracing` that becomes one.
fn breadcrumbs() {
    const TIMES: u32 = 5_000_000;
    let key = String::from("frobnicate");
    let each = |work: &dyn Fn()| {
        let begin = Instant::now();
        (0..TIMES).for_each(|_| work());
        format!("{:.1} ns", begin.elapsed().as_nanos() as f64 / f64::from(TIMES))
    };
    let record = || {
        let message = format_args!("removed {}", black_box(&key));
        vitte_crash::breadcrumb(vitte_crash::BreadcrumbLevel::Info, "cache", message);
    };
    print_row("a breadcrumb", &each(&record));
    #[cfg(feature = "tracing")]
    {
        use tracing_subscriber::prelude::*;
        let subscriber = tracing_subscriber::registry().with(vitte_crash::tracing::layer());
        tracing::subscriber::with_default(subscriber, || {
            let event = || tracing::info!(key = %black_box(&key), size = black_box(12), "removed");
            print_row("an event of `tracing` with two fields", &each(&event));
        });
        let bare = tracing_subscriber::registry();
        tracing::subscriber::with_default(bare, || {
            let event = || tracing::info!(key = %black_box(&key), size = black_box(12), "removed");
            print_row("the same without the layer", &each(&event));
        });
    }
}

/// Prints the time of [`vitte_crash::set_sources`] after each file that is added to a map, and how it grows: 1 is linear.
fn sources() {
    const FILES: usize = 16_000;
    let time = |count: usize| {
        let mut sources = SourceMap::new();
        let start = Instant::now();
        for index in 0..count {
            sources.insert(format!("src/{index}.vitte"), "let x = 1\n");
            vitte_crash::set_sources(&sources);
        }
        start.elapsed()
    };
    let fastest = |count| (0..5).map(|_| time(count)).min().unwrap();
    let (half, whole) = (fastest(FILES / 2), fastest(FILES));
    let exponent = (whole.as_secs_f64() / half.as_secs_f64()).log2();
    let name = format!("{FILES} files, the sources set after each");
    print_row(&name, &format!("{} (exponent {exponent:.2})", micros(whole)));
}

fn print_row(name: &str, value: &str) {
    println!("| {name} | {value} |");
}

fn micros(time: Duration) -> String {
    match time.as_micros() {
        short @ ..10_000 => format!("{short} µs"),
        long => format!("{:.1} ms", long as f64 / 1000.0),
    }
}

fn command(action: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(ACTION_ENV_VAR, action).env_remove("RUST_BACKTRACE").stderr(Stdio::null());
    command
}

/// Returns the median run time of a child process.
fn run(action: &str) -> Duration {
    let runs = if action == "hang" { 5 } else { RUNS };
    let mut times: Vec<_> = (0..runs)
        .map(|_| {
            let mut command = command(action);
            let begin = Instant::now();
            command.stdout(Stdio::null()).status().unwrap();
            begin.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[runs / 2]
}

/// Returns the median of the numbers that child processes print.
fn printed_median(action: &str) -> u64 {
    let mut numbers: Vec<u64> = (0..RUNS)
        .map(|_| {
            let output = command(action).output().unwrap();
            String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
        })
        .collect();
    numbers.sort_unstable();
    numbers[RUNS / 2]
}

fn contexts() {
    const TIMES: u32 = 20_000_000;
    let span = Span::new(FileId::new(0), 3, 7).unwrap();
    let (name, file) = (String::from("frobnicate"), String::from("std/time/instant"));
    let each = |work: &dyn Fn()| {
        let begin = Instant::now();
        work();
        format!("{:.2} ns", begin.elapsed().as_nanos() as f64 / f64::from(TIMES))
    };
    let bare = each(&|| {
        for _ in 0..TIMES {
            let _cx = vitte_crash::context("type-checking", *black_box(&span));
        }
    });
    print_row("a context, opened and closed", &bare);
    let values = each(&|| {
        for _ in 0..TIMES {
            let (name, file) = (black_box(&name), black_box(&file));
            let _cx = vitte_crash::context("type-checking", *black_box(&span))
                .with("fn", name)
                .with("file", file);
        }
    });
    print_row("with two text values", &values);
    let shown = each(&|| {
        for _ in 0..TIMES {
            let _cx = vitte_crash::context("type-checking", *black_box(&span))
                .with("line", black_box(12));
        }
    });
    print_row("with one number", &shown);
    let handle = vitte_crash::handle();
    let entered = each(&|| {
        for _ in 0..TIMES {
            let _entered = black_box(&handle).enter();
        }
    });
    print_row("a handle, entered and left", &entered);
    let polls = |mut future: Pin<&mut dyn Future<Output = ()>>| {
        let mut cx = Context::from_waker(Waker::noop());
        let begin = Instant::now();
        for _ in 0..TIMES {
            _ = black_box(future.as_mut().poll(&mut cx));
        }
        begin.elapsed().as_nanos() as f64 / f64::from(TIMES)
    };
    let bare = polls(pin!(std::future::poll_fn(|_| Poll::Pending)));
    let pending = std::future::poll_fn(|_| Poll::Pending);
    let context = vitte_crash::context("request", span).with("path", &name).with("file", &file);
    let instrumented = polls(pin!(context.instrument(pending)));
    print_row("time that contexts add to a poll", &format!("{:.2} ns", instrumented - bare));
}

fn install() -> Option<CrashGuard> {
    CrashHandler::builder().timeout(Duration::from_millis(500)).install().ok()
}

fn child(action: &str) -> ExitCode {
    // A hanging reporter hangs before it installs the handler.
    if action == "hang" && std::env::args().nth(1).is_some_and(|first| first.starts_with("--vitte"))
    {
        std::thread::sleep(Duration::from_secs(60));
    }
    let begin = Instant::now();
    let _guard = if action.ends_with("bare") { None } else { install() };
    match action {
        "time" => println!("{}", begin.elapsed().as_micros()),
        "memory" | "memory-bare" => println!("{}", resident("RssAnon")),
        "file" | "file-bare" => println!("{}", resident("RssFile")),
        "segv" | "segv-bare" | "hang" => write_nowhere(),
        "overflow" | "overflow-bare" => _ = black_box(recurse(1)),
        "panic" => panic!("benchmark"),
        _ => {}
    }
    ExitCode::SUCCESS
}

/// Returns the KiB of resident memory: anonymous (`RssAnon`) or of files (`RssFile`).
fn resident(kind: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(kind)?.strip_prefix(':'));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

#[allow(unsafe_code, reason = "safe code cannot do this")]
fn write_nowhere() {
    // SAFETY: none. The invalid write is intended and ends the process.
    unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) }
}

fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 16]);
    if depth == black_box(0) { 0 } else { recurse(depth + 1) + frame.iter().sum::<u64>() }
}
