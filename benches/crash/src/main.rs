//! Compares the cost of a crash with other libraries: time until the process has ended, processor time, peak memory, and
//! the size of what is left. `cargo run --release --manifest-path benches/crash/Cargo.toml`.
//!
//! The program starts itself once for each crash. Only vitte-crash reports signals. `--quick` measures each crash once,
//! which shows only that the comparison works.

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

const RUNS: usize = 11;
const STORM_THREADS: usize = 64;
const LIBRARIES: [&str; 4] = ["none", "vitte-crash", "human-panic", "color-eyre"];
const CRASHES: [(&str, &str); 4] = [
    ("panic", "one panic"),
    ("storm", "64 panics at once"),
    ("segv", "a null write"),
    ("long", "a panic with a message of 100 MB"),
];

/// The library and the kind of the crash, in a program that crashes. An environment variable, because the process that
/// reports a signal is this program without arguments.
const CRASH_ENV_VAR: &str = "VITTE_BENCH_CRASH";

fn main() {
    if let Ok(crash) = std::env::var(CRASH_ENV_VAR) {
        let (library, kind) = crash.split_once(' ').expect("a library and a kind");
        return self::crash(library, kind);
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["measure", library, kind] => measure(library, kind),
        ["--quick"] => compare(1),
        _ => compare(RUNS),
    }
}

/// Prints the tables.
fn compare(count: usize) {
    let own = std::env::current_exe().expect("the path of this program");
    let len = own.metadata().expect("its size").len();
    println!("The program has {} MB.\n", len / 1_000_000);
    println!(
        "| crash | library | ms | more than `none` | ms of processors | peak MiB | report, bytes |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|");
    for (kind, name) in CRASHES {
        let mut base = 0.0;
        for library in LIBRARIES {
            if kind == "segv" && !["none", "vitte-crash"].contains(&library) {
                continue;
            }
            let runs: Vec<Vec<f64>> = (0..count).map(|_| run(&own, library, kind)).collect();
            let median = |column: usize| {
                let mut values: Vec<f64> = runs.iter().map(|run| run[column]).collect();
                values.sort_by(f64::total_cmp);
                values[count / 2]
            };
            let (ms, cpu, kib, bytes) = (median(0), median(1), median(2), median(3));
            if library == "none" {
                base = ms;
            }
            let mib = kib / 1024.0;
            let more = ms - base;
            println!(
                "| {name} | {library} | {ms:.1} | {more:.1} | {cpu:.1} | {mib:.1} | {bytes:.0} |"
            );
        }
    }
}

/// Measures one crash in a process of its own, whose only child it is.
fn run(own: &Path, library: &str, kind: &str) -> Vec<f64> {
    let output = Command::new(own).args(["measure", library, kind]).output().expect("a process");
    let text = String::from_utf8(output.stdout).expect("numbers");
    text.split_whitespace().map(|number| number.parse().expect("a number")).collect()
}

/// Prints the milliseconds, those of processors, the peak memory in KiB and the bytes of the report.
fn measure(library: &str, kind: &str) {
    let dir = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(std::env::current_exe().expect("the path of this program"));
    command.env(CRASH_ENV_VAR, format!("{library} {kind}")).current_dir(dir.path());
    command.env("TMPDIR", dir.path()).env("XDG_STATE_HOME", dir.path());
    command.env("RUST_BACKTRACE", "1").env_remove("VITTE_CRASH_DIR");
    // Reading standard error must not be part of the time.
    let stderr = std::fs::File::create(dir.path().join("stderr")).expect("a file");
    let begin = Instant::now();
    _ = command.stdout(Stdio::null()).stderr(stderr).status().expect("a process");
    let time: Duration = begin.elapsed();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the usage of the child");
    let cpu = (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1000.0;
    let (ms, bytes) = (time.as_secs_f64() * 1000.0, report_bytes(dir.path()));
    println!("{ms} {cpu} {} {bytes}", usage.max_rss());
}

/// Returns the size of the stored report, or else that of what was written to standard error.
fn report_bytes(dir: &Path) -> u64 {
    let len = |path: &Path| path.metadata().map_or(0, |data| data.len());
    let mut largest = 0;
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_report =
                path.extension().is_some_and(|end| end == "vittecrash" || end == "toml");
            if path.is_dir() {
                dirs.push(path);
            } else if is_report {
                largest = largest.max(len(&path));
            }
        }
    }
    if largest > 0 { largest } else { len(&dir.join("stderr")) }
}

fn crash(library: &str, kind: &str) {
    let _guard = match library {
        "vitte-crash" => vitte_crash::CrashHandler::install().ok(),
        "human-panic" => {
            std::panic::set_hook(Box::new(|info| {
                let metadata = human_panic::metadata!();
                let file = human_panic::handle_dump(&metadata, info);
                _ = human_panic::print_msg(file, &metadata);
            }));
            None
        }
        "color-eyre" => {
            color_eyre::install().expect("the hook of color-eyre");
            None
        }
        _ => None,
    };
    match kind {
        "panic" => outer(3),
        "long" => panic!("{}", "long ".repeat(20 << 20)),
        "storm" => storm(),
        _ => write_to_null(),
    }
}

fn storm() {
    let barrier = Barrier::new(STORM_THREADS);
    std::thread::scope(|scope| {
        for _ in 0..STORM_THREADS {
            scope.spawn(|| {
                barrier.wait();
                outer(3);
            });
        }
    });
}

#[inline(never)]
fn outer(depth: u32) {
    if depth == 0 {
        panic!("a panic");
    }
    outer(black_box(depth - 1));
    black_box(depth);
}

#[allow(unsafe_code, reason = "safe code cannot do this")]
fn write_to_null() {
    // SAFETY: none. The invalid write is intended and ends the process.
    unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) }
}
