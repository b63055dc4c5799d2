//! Speed and memory of `vitte diag` with millions of diagnostics: `cargo bench -p vitte-cli --bench diag`.
//!
//! ```text
//! cargo bench -p vitte-cli --bench diag [-- COUNT]    COUNT diagnostics instead of 10,000,000; --quick is 100,000
//! ```
//!
//! The input is a file of 500 bytes per diagnostic in the directory of `VITTE_BENCH_DIR`, or of temporary files. It is
//! removed at the end, as are the outputs. Prints the table of BENCHMARKS.md. Other programs are measured in the same run,
//! if they are installed: `jq`, `sort`, `duckdb` (the Python package), `sarif-multitool`, `sarif-tools`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a failed measurement panics"
)]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What the slowest programs read at most: `sarif-multitool` takes 5 GB of memory for it.
const MAX_PEER_BYTES: u64 = 96_000_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let count = arguments.iter().find_map(|argument| argument.replace('_', "").parse().ok());
    let is_quick = arguments.iter().any(|argument| argument == "--quick");
    let count: u64 = count.unwrap_or(if is_quick { 100_000 } else { 10_000_000 });
    let base = std::env::var_os("VITTE_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = Directory(base.join(format!("vitte-bench-{}", std::process::id())));
    fs::create_dir(&dir.0).unwrap();
    write_input(&dir.0.join("in.jsonl"), count);
    let bench = Bench::new(&dir.0, "in.jsonl");
    println!(
        "{count} diagnostics, {:.2} GB, {} processors\n",
        bench.bytes as f64 / 1e9,
        processors()
    );
    println!("| command | s | CPU s | MB/s | peak MB |\n|---|---:|---:|---:|---:|");
    own(&bench);
    let part = count.min(MAX_PEER_BYTES / 480);
    if part < count {
        write_input(&dir.0.join("part.jsonl"), part);
        println!("\nThe first {part} of them, with the slowest programs:\n");
        println!("| command | s | CPU s | MB/s | peak MB |\n|---|---:|---:|---:|---:|");
        let bench = Bench::new(&dir.0, "part.jsonl");
        own(&bench);
        peers(&bench, true);
        println!(
            "\nAll of them:\n\n| command | s | CPU s | MB/s | peak MB |\n|---|---:|---:|---:|---:|"
        );
    }
    peers(&bench, part == count);
}

/// A directory that is removed at the end.
struct Directory(PathBuf);

impl Drop for Directory {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().unwrap().get()
}

/// Writes diagnostics as compile jobs do: some for each file, in the order of the files. A fifth have a suggestion. The
/// sources are missing.
fn write_input(path: &Path, count: u64) {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    let mut random = 1_u64;
    let mut next = move |limit: u32| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        u32::try_from(random % u64::from(limit)).unwrap()
    };
    const MESSAGES: [&str; 5] = [
        "expected `;`, found `}`",
        "cannot find value `count` in this scope",
        "unused variable: `x`",
        "mismatched types: expected `int`, found \\\"text\\\"",
        "this value has the type `Größe`",
    ];
    let mut line = String::new();
    let (mut file, mut left) = (0, 0);
    for number in 0..count {
        if left == 0 {
            (file, left) = (next(100_000), 1 + next(20));
        }
        left -= 1;
        let lo = next(100_000);
        let at = format!(
            "\"file\":\"src/part{}/file{file}.vitte\",\"lo\":{lo},\"hi\":{},\"line\":{},\"col\":{}",
            file % 50,
            lo + 5,
            1 + lo / 30,
            1 + lo % 30
        );
        let severity = ["error", "warning", "warning", "note"][next(4) as usize];
        let message = MESSAGES[next(5) as usize];
        line.clear();
        let code = next(200);
        write!(line, "{{\"severity\":\"{severity}\",\"code\":\"E{code:04}\",\"message\":\"{message}\",\"primary\":{{{at}}},\"labels\":[{{\"style\":\"primary\",{at},\"message\":\"not found here\"}},{{\"style\":\"secondary\",{at},\"message\":null}}],\"help\":\"try another name\",\"notes\":[\"number {number}\"]").unwrap();
        if number % 5 == 0 {
            write!(line, ",\"suggestions\":[{{\"message\":\"remove it\",\"applicability\":\"machine-applicable\",\"edits\":[{{{at},\"text\":\"\"}}]}}]").unwrap();
        }
        line.push_str("}\n");
        out.write_all(line.as_bytes()).unwrap();
    }
    // The first command does not compete with the system for the disk.
    out.into_inner().unwrap().sync_all().unwrap();
}

struct Bench<'d> {
    dir: &'d Path,
    input: &'d str,
    bytes: u64,
}

impl<'d> Bench<'d> {
    fn new(dir: &'d Path, input: &'d str) -> Self {
        Self { dir, input, bytes: dir.join(input).metadata().unwrap().len() }
    }

    /// Runs a command, whose standard output is a file, and prints a row. Returns false if it cannot be started.
    fn row(&self, name: &str, program: &str, arguments: &[&str]) -> bool {
        let out = File::create(self.dir.join("out")).unwrap();
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.dir).env("LC_ALL", "C.UTF-8");
        command.stdin(Stdio::null()).stdout(out).stderr(Stdio::null());
        let start = Instant::now();
        let Ok(mut child) = command.spawn() else { return false };
        let (mut peak, mut processors) = (0, 0.0);
        let status = loop {
            peak = peak.max(peak_kib(child.id()).unwrap_or(0));
            processors = processor_seconds(child.id()).unwrap_or(processors);
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        let seconds = start.elapsed().as_secs_f64();
        let speed = self.bytes as f64 / 1e6 / seconds;
        let failed = if status.success() { String::new() } else { format!(" ({status})") };
        println!(
            "| {name}{failed} | {seconds:.2} | {processors:.2} | {speed:.0} | {:.0} |",
            peak as f64 * 1024.0 / 1e6
        );
        true
    }
}

/// Returns the largest amount of memory that a process has had, in KiB.
fn peak_kib(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// Returns the time that a process has used all processors, in seconds.
fn processor_seconds(pid: u32) -> Option<f64> {
    // Ticks of the kernel's interface, on every architecture.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may contain spaces.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system) = (fields.next()?.parse::<f64>().ok()?, fields.next()?.parse::<f64>().ok()?);
    // A process that has ended has none.
    Some((user + system) / TICKS_PER_SECOND).filter(|seconds| *seconds > 0.0)
}

const VITTE: &str = env!("CARGO_BIN_EXE_vitte");

fn own(bench: &Bench<'_>) {
    for command in [
        "convert --to json",
        "convert --to json --jobs 1",
        "filter --code E00 --path *9.vitte",
        "stats",
        "stats --jobs 1",
        "top --by directory,severity",
        "merge",
        "convert --to short",
        "convert --to human",
        "convert --to sarif --sarif-max-results 0",
    ] {
        let arguments: Vec<&str> =
            ["diag"].into_iter().chain(command.split(' ')).chain([bench.input]).collect();
        assert!(bench.row(&format!("`vitte diag {command}`"), VITTE, &arguments));
    }
}

/// Measures other programs. Some are only for an input that fits in memory several times.
fn peers(bench: &Bench<'_>, is_small: bool) {
    let run = |name: &str, program: &str, arguments: &[&str]| {
        if !bench.row(name, program, arguments) {
            println!("| {name}: not installed | | | | |");
        }
    };
    let input = bench.input;
    run("`sort -u`, of the lines", "sort", &["-u", input]);
    let query = format!(
        "import duckdb; print(duckdb.sql(\"SELECT code, severity, count(*) FROM read_json('{input}', columns={{code: 'VARCHAR', severity: 'VARCHAR'}}) GROUP BY ALL\").fetchall())"
    );
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    run("DuckDB: count by code and severity", &python, &["-c", &query]);
    if is_small {
        run("`jq -c .`", "jq", &["-c", ".", input]);
        // Not only as many as code scanning on GitHub accepts.
        let sarif = ["diag", "convert", "--to=sarif=log.sarif", "--sarif-max-results=0", input];
        let mut vitte = Command::new(VITTE);
        vitte.args(sarif).current_dir(bench.dir).stderr(Stdio::null());
        assert!(vitte.status().unwrap().success());
        let size = bench.dir.join("log.sarif").metadata().unwrap().len();
        println!("| for scale: the same as SARIF, {:.0} MB | | | | |", size as f64 / 1e6);
        run(
            "`sarif-multitool merge`",
            "sarif-multitool",
            &[
                "merge",
                "log.sarif",
                "--output-directory",
                ".",
                "--output-file",
                "merged.sarif",
                "--log",
                "ForceOverwrite",
            ],
        );
        run("`sarif summary` of sarif-tools", "sarif", &["summary", "log.sarif"]);
    }
}
