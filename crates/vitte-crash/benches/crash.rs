//! What the handler of crashes costs: at the start, in memory, for each context, and when it is needed.
//!
//! `cargo bench -p vitte-crash`. Each figure is the median of runs of this program itself.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it prints what it measured"
)]

use std::hint::black_box;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use vitte_crash::{CrashGuard, CrashHandler};
use vitte_diag::{FileId, Span};

/// Says in the environment what a run is to do.
const WHAT: &str = "VITTE_BENCH_CRASH";
const RUNS: usize = 100;

fn main() -> ExitCode {
    match std::env::var(WHAT).as_deref() {
        Ok(what) => child(what),
        Err(_) => measure(),
    }
}

fn measure() -> ExitCode {
    println!("| what | median |\n|---|---:|");
    let bare = run("bare");
    let installed = run("installed");
    row("a run without the handler", &micros(bare));
    row("a run with it: more", &micros(installed.saturating_sub(bare)));
    row("`install` itself", &format!("{} µs", said("time")));
    for (name, what) in [("memory", "memory"), ("pages of the program's file", "file")] {
        let more = said(what).saturating_sub(said(&format!("{what}-bare")));
        row(&format!("{name} with it: more"), &format!("{more} KiB"));
    }
    contexts();
    let folder = tempfile::tempdir().unwrap();
    std::env::set_current_dir(folder.path()).unwrap();
    for (name, what) in [
        ("a null write, to the end of the process", "segv"),
        ("the same without the handler", "segv-bare"),
        ("a stack overflow of 8 MiB", "overflow"),
        ("the same without the handler", "overflow-bare"),
        ("a panic", "panic"),
        ("a null write, and a reporter that hangs, limit 500 ms", "hang"),
    ] {
        row(name, &micros(run(what)));
    }
    ExitCode::SUCCESS
}

fn row(name: &str, value: &str) {
    println!("| {name} | {value} |");
}

fn micros(time: Duration) -> String {
    match time.as_micros() {
        few @ ..10_000 => format!("{few} µs"),
        many => format!("{:.1} ms", many as f64 / 1000.0),
    }
}

fn command(what: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(WHAT, what).env_remove("RUST_BACKTRACE").stderr(Stdio::null());
    command
}

/// The median time of a run, from its start to its end.
fn run(what: &str) -> Duration {
    let runs = if what == "hang" { 5 } else { RUNS };
    let mut times: Vec<_> = (0..runs)
        .map(|_| {
            let mut command = command(what);
            let begin = Instant::now();
            command.stdout(Stdio::null()).status().unwrap();
            begin.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[runs / 2]
}

/// The median of the numbers that runs say.
fn said(what: &str) -> u64 {
    let mut numbers: Vec<u64> = (0..RUNS)
        .map(|_| {
            let output = command(what).output().unwrap();
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
    row("a context, opened and closed", &bare);
    let values = each(&|| {
        for _ in 0..TIMES {
            let (name, file) = (black_box(&name), black_box(&file));
            let _cx = vitte_crash::context("type-checking", *black_box(&span))
                .with("fn", name)
                .with("file", file);
        }
    });
    row("with two values of text", &values);
    let shown = each(&|| {
        for _ in 0..TIMES {
            let _cx = vitte_crash::context("type-checking", *black_box(&span))
                .with("line", black_box(12));
        }
    });
    row("with one number", &shown);
}

fn install() -> Option<CrashGuard> {
    CrashHandler::builder().limit(Duration::from_millis(500)).install().ok()
}

fn child(what: &str) -> ExitCode {
    // A reporter that hangs does so before the handler's first line.
    if what == "hang" && std::env::args().nth(1).is_some_and(|first| first.starts_with("--vitte")) {
        std::thread::sleep(Duration::from_secs(60));
    }
    let begin = Instant::now();
    let _guard = if what.ends_with("bare") { None } else { install() };
    match what {
        "time" => println!("{}", begin.elapsed().as_micros()),
        "memory" | "memory-bare" => println!("{}", resident("RssAnon")),
        "file" | "file-bare" => println!("{}", resident("RssFile")),
        "segv" | "segv-bare" | "hang" => write_nowhere(),
        "overflow" | "overflow-bare" => _ = black_box(recurse(1)),
        "panic" => panic!("as it was told"),
        _ => {}
    }
    ExitCode::SUCCESS
}

/// KiB of memory that this process has: its own, or what it shows of files.
fn resident(kind: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(kind)?.strip_prefix(':'));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

#[allow(unsafe_code, reason = "safe code cannot do this")]
fn write_nowhere() {
    // SAFETY: none. The system ends the process for it.
    unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) }
}

fn recurse(depth: u64) -> u64 {
    let room = black_box([depth; 16]);
    if depth == black_box(0) { 0 } else { recurse(depth + 1) + room.iter().sum::<u64>() }
}
