//! The time of `vitte-golden` for 1,000 cases, beyond that of the compiler.
//!
//! ```text
//! cargo bench -p vittec --bench golden
//! ```
//!
//! The program runs its own suite as a child process, as `cargo test` does, and compares its time with that of reading and
//! checking the same files one after another.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints its result")]

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use vitte_diag::{DiagnosticBag, Policy, SourceMap};
use vitte_golden::{Case, Suite};
use vittec::front;

/// The number of cases.
const CASES: u32 = 1000;
/// Each time is the least of this many runs.
const ROUNDS: u32 = 7;
/// The directory of the cases, in the child processes.
const DIR: &str = "GOLDEN_BENCH_DIR";

fn main() -> ExitCode {
    if let Some(dir) = env::var_os(DIR) {
        return Suite::new(dir).extension("vitte").comment("#").run(check);
    }
    let dir = tempfile::tempdir().unwrap();
    for number in 0..CASES {
        fs::write(dir.path().join(format!("{number}.vitte")), source(number)).unwrap();
    }
    let direct = least(|| compile_all(dir.path()));
    println!(
        "{CASES} cases, least of {ROUNDS} runs, {} build",
        if cfg!(debug_assertions) { "debug" } else { "release" }
    );
    println!("the compiler alone    {:8.1} ms", millis(direct));
    for threads in ["1", "2"] {
        let suite = least(|| run_suite(dir.path(), threads));
        let overhead = suite.saturating_sub(direct);
        let per_case = millis(overhead) / f64::from(CASES);
        println!(
            "suite, {threads} threads      {:8.1} ms, {per_case:.3} ms more per case",
            millis(suite)
        );
    }
    ExitCode::SUCCESS
}

fn check(case: &mut Case) -> DiagnosticBag {
    case.source().map(|file| front::check(file, &Policy::default())).unwrap_or_default()
}

/// A source of about 20 lines with an announced error.
fn source(number: u32) -> String {
    let mut text = format!("module bench.case{number}\nuse std/time/instant\n\n");
    for function in 0..4 {
        text += &format!(
            "fn run{function}(a: u8) -> u8\n  if a > {number}\n    ret instant(a)\n  .end\n.end\n"
        );
    }
    text + "let x = @  #~ error[E0001]: illegal character `@`\n"
}

fn compile_all(dir: &Path) {
    for number in 0..CASES {
        let mut sources = SourceMap::new();
        let file = sources.load(dir.join(format!("{number}.vitte"))).unwrap();
        let bag = front::check(sources.file(file).unwrap(), &Policy::default());
        assert_eq!(bag.len(), 1);
    }
}

fn run_suite(dir: &Path, threads: &str) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.env(DIR, dir).args(["-q", "--test-threads", threads]).stdout(Stdio::null());
    assert!(command.status().unwrap().success());
}

fn least(run: impl Fn()) -> Duration {
    let time = |_| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    };
    (0..ROUNDS).map(time).min().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
