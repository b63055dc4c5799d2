//! Speed and robustness of capsules and their repository: `cargo bench -p vitte-cli --bench capsule`, with
//! `-- --quick` for a short run.
//!
//! Prints the tables of BENCHMARKS.md. The program also starts itself as a child; the first argument selects what the
//! child does.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a failed measurement panics"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use vitte_capsule::{Capsule, CapsuleSource, CrashReport, Repository};
use vitte_crash::CrashHandler;
use vitte_diag::{SourceMap, Span};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("save") => return save_all(Path::new(&arguments[1]), arguments[2].parse().unwrap()),
        Some("crash") => return crash_all(Path::new(&arguments[1]), &arguments[2]),
        _ => {}
    }
    let is_quick = arguments.iter().any(|argument| argument == "--quick");
    let workload = if is_quick { Workload::QUICK } else { Workload::FULL };
    println!("| what | goal | measured |\n|---|---:|---:|");
    capture(&workload);
    concurrent(&workload);
    killed(&workload);
    large_repository(&workload);
    damaged(&workload);
}

/// The number of repetitions of each measurement.
struct Workload {
    captures: usize,
    rounds: usize,
    kills: u64,
    crashes: usize,
    damaged: usize,
}

impl Workload {
    const FULL: Self =
        Self { captures: 200, rounds: 10, kills: 200, crashes: 100_000, damaged: 100_000 };
    const QUICK: Self = Self { captures: 5, rounds: 1, kills: 5, crashes: 3_000, damaged: 500 };
}

fn row(what: &str, goal: &str, measured: &str) {
    println!("| {what} | {goal} | {measured} |");
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Returns the duration of each of `count` runs of `work`.
fn times(count: usize, mut work: impl FnMut()) -> Vec<Duration> {
    let mut one = || {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..count).map(|_| one()).collect()
}

/// A typical report of a compiler: 40 frames, 3 contexts.
fn report() -> CrashReport {
    let frames: Vec<_> = (0..40)
        .map(|index| {
            json!({"function": format!("vittec::front::parser::step_{index}"),
                "file": "src/front/parser.rs", "line": 10 + index, "column": 5,
                "module": "vittec", "offset": 4096 + index, "in_project": index % 3 > 0})
        })
        .collect();
    let backtrace: Vec<_> = (0..40)
        .map(|index| {
            format!("vittec::front::parser::step_{index} at src/front/parser.rs:{}:5", 10 + index)
        })
        .collect();
    let context = |name: &str| {
        json!({"name": name, "values": [{"key": "fn", "value": "area"}],
            "place": {"id": 0, "file": "src/shapes.vitte", "lo": 20, "hi": 24, "line": 3, "col": 4}})
    };
    let report = json!({
        "timestamp": "2025-10-22T13:05:42.123Z", "version": "0.1.0", "module": "vittec",
        "thread": "main", "signal": null, "message": "attempt to subtract with overflow",
        "backtrace": backtrace, "system": {"os": "linux", "arch": "x86_64"}, "frames": frames,
        "context": [context("folding"), context("type-checking"), context("checking")],
        "command": ["vittec", "check", "src/shapes.vitte"], "code": "F0001",
    });
    serde_json::from_value(report).unwrap()
}

fn capsule() -> Capsule {
    let mut capsule = Capsule::new(report());
    let text = "fn area(w: u32, h: u32) -> u32\n    ret w * h\n.end\n\n".repeat(75);
    capsule.sources.push(CapsuleSource::new("src/shapes.vitte", text));
    for name in ["HOME", "LANG", "PATH", "PWD", "SHELL", "TERM", "USER"] {
        capsule.environment.insert(name.into(), "/usr/local/bin:/usr/bin:/bin".into());
    }
    capsule
}

/// Measures one crash, from the panic to the line in the index.
fn capture(workload: &Workload) {
    let dir = tempfile::tempdir().unwrap();
    let repository = Repository::new(dir.path());
    let saved = times(workload.captures, || _ = repository.save(&mut capsule()).unwrap());
    row("create, store and index a capsule", "4.8 ms", &ms(median(saved)));
    let capsule = capsule();
    let bytes = capsule.to_bytes().unwrap();
    row(
        "create only",
        "",
        &ms(median(times(workload.captures, || _ = capsule.to_bytes().unwrap()))),
    );
    row("size of the file", "", &format!("{:.1} KB", bytes.len() as f64 / 1e3));
    let html = median(times(workload.captures, || _ = capsule.to_html()));
    row("HTML report", "9.6 ms with the capsule", &ms(html));
    row(
        "size of the HTML report",
        "100 KB",
        &format!("{:.1} KB", capsule.to_html().len() as f64 / 1e3),
    );
    let caught = |count: usize| -> Vec<Duration> {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program);
        child.args(["crash".as_ref(), dir.path().as_os_str(), count.to_string().as_ref()]);
        let output = child.stderr(Stdio::null()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| Duration::from_nanos(line.parse().unwrap())).collect()
    };
    let first = (0..workload.captures.min(20)).map(|_| caught(1)[0]).collect();
    row("first panic of a process, from `panic!` to the index", "", &ms(median(first)));
    let later = caught(workload.captures.min(50) + 1).split_off(1);
    row("later panic", "4.8 ms", &ms(median(later)));
}

/// Panics `count` times, and prints the duration of each in nanoseconds.
fn crash_all(dir: &Path, count: &str) {
    let _guard = CrashHandler::builder().program("vittec").dir(dir).install().unwrap();
    let mut sources = SourceMap::new();
    let file =
        sources.add("src/shapes.vitte", "fn area(w: u32) -> u32\n.end\n".repeat(100)).unwrap();
    vitte_crash::set_sources(&sources);
    for _ in 0..count.parse::<usize>().unwrap() {
        let start = Instant::now();
        let report = vitte_crash::catch_panic(|| {
            let _cx =
                vitte_crash::context("folding", Span::new(file, 3, 7).unwrap()).with("fn", "area");
            panic!("a panic");
        });
        let time = start.elapsed();
        assert!(report.unwrap_err().path.is_some());
        println!("{}", time.as_nanos());
    }
}

fn save_all(dir: &Path, count: usize) {
    let repository = Repository::new(dir);
    let capsule = capsule();
    println!("ready");
    std::io::stdout().flush().unwrap();
    for _ in 0..count {
        repository.save(&mut capsule.clone()).unwrap();
    }
}

fn child(dir: &Path, count: usize) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["save".as_ref(), dir.as_os_str(), count.to_string().as_ref()]);
    child.stdout(Stdio::piped()).spawn().unwrap()
}

/// Returns the paths of the capsules in a repository.
fn capsules(dir: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(dir).into_iter().map(|entry| entry.unwrap().into_path());
    let is_capsule = |path: &PathBuf| {
        path.extension().is_some_and(|end| end == "vittecrash")
            && !path.starts_with(dir.join("latest"))
    };
    files.filter(is_capsule).collect()
}

fn concurrent(workload: &Workload) {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..workload.rounds {
        let children: Vec<Child> = (0..64).map(|_| child(dir.path(), 1)).collect();
        for child in children {
            assert!(child.wait_with_output().unwrap().status.success());
        }
    }
    let lines = fs::read_to_string(dir.path().join("index.jsonl")).unwrap();
    let index = Repository::new(dir.path()).index().unwrap();
    let ids: BTreeSet<String> = index.entries().map(|entry| entry.id).collect();
    let found = format!(
        "{} capsules, {} lines, {} ids",
        capsules(dir.path()).len(),
        lines.lines().count(),
        ids.len()
    );
    row(
        &format!("64 processes at once, {} times", workload.rounds),
        &format!("{0} capsules, {0} lines", 64 * workload.rounds),
        &found,
    );
}

fn killed(workload: &Workload) {
    let (mut unreadable, mut crashes, mut repairs) = (0, 0, (0, 0));
    for round in 0..workload.kills {
        let dir = tempfile::tempdir().unwrap();
        let mut child = child(dir.path(), usize::MAX);
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        std::thread::sleep(Duration::from_micros(round * 7919 % 20_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let repository = Repository::new(dir.path());
        let index = repository.index().unwrap();
        unreadable += index.unreadable.len();
        unreadable += index.entries().filter(|entry| repository.load(&entry.id).is_err()).count();
        repairs = (repairs.0 + index.repair.added, repairs.1 + index.repair.removed);
        crashes += index.len();
    }
    row(
        &format!("{} processes killed while storing, {crashes} crashes", workload.kills),
        "0 unreadable",
        &format!(
            "{unreadable} ({} lines without a file and {} files without a line repaired)",
            repairs.1, repairs.0
        ),
    );
}

/// A repository with many crashes. Their files are hard links to one capsule.
fn large_repository(workload: &Workload) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let repository = Repository::new(root);
    let first = median(times(50, || _ = repository.save(&mut capsule()).unwrap()));
    let one = repository.find("latest").unwrap();
    let entry = serde_json::to_value(repository.index().unwrap().entry(&one).unwrap()).unwrap();
    let file = repository.path(&one).unwrap();
    let mut index = String::new();
    for number in 0..workload.crashes {
        let (day, second) = (
            number * 28 / workload.crashes + 1,
            number * 28 % workload.crashes * 60 / workload.crashes,
        );
        let id = format!("2025-09-{day:02}T10-00-{second:02}-000-{number:08x}");
        let fingerprint = format!("{:08x}{}", number % 1000, "0".repeat(56));
        let path = format!("panic/2025-09-{day:02}/{:08x}/{id}.vittecrash", number % 1000);
        fs::create_dir_all(root.join(&path).parent().unwrap()).unwrap();
        // The file system limits the number of hard links to a file.
        if number % 10_000 == 0 {
            fs::copy(&file, root.join(format!("copy-{number}"))).unwrap();
        }
        let copy = root.join(format!("copy-{}", number / 10_000 * 10_000));
        fs::hard_link(copy, root.join(&path)).unwrap();
        let mut entry = entry.clone();
        entry["timestamp"] = format!("2025-09-{day:02}T10:00:{second:02}Z").into();
        entry["fingerprint"] = fingerprint.into();
        entry["message"] = format!("message number {number}").into();
        entry["path"] = path.into();
        // The id is the first key of a line.
        entry.as_object_mut().unwrap().remove("id");
        let rest = serde_json::to_string(&entry).unwrap();
        index += &format!("{{\"id\":\"{id}\",{}\n", &rest[1..]);
    }
    fs::write(root.join("index.jsonl"), &index).unwrap();
    fs::write(root.join("index.checkpoint"), index.len().to_string()).unwrap();
    let many = format!("{} crashes", workload.crashes);
    // Flush earlier writes, so that they are not measured.
    assert!(Command::new("sync").status().unwrap().success());
    let one_more = median(times(50, || _ = repository.save(&mut capsule()).unwrap()));
    let ratio = one_more.as_secs_f64() / first.as_secs_f64();
    row(
        &format!("store one more at {many}, compared with {} in an empty repository", ms(first)),
        "2 ×",
        &format!("{}, {ratio:.2} ×", ms(one_more)),
    );
    let commands = [
        &["list", "--limit=50"][..],
        &["list"],
        &["list", "--kind=signal"],
        &["stats"],
        &["report", "--html", "-"],
        // In the message, the contexts, the variables and the sources of each capsule.
        &["search", "absent"],
    ];
    for arguments in commands {
        let mut run = || {
            let mut vitte = Command::new(env!("CARGO_BIN_EXE_vitte"));
            vitte.args(["crash"]).args(arguments).arg("--dir").arg(root);
            let output = vitte.output().unwrap();
            let expected = if arguments[0] == "search" { 1 } else { 0 };
            assert_eq!(output.status.code(), Some(expected), "{output:?}");
        };
        let count = if arguments[0] == "search" { 1 } else { 7 };
        let time = median(times(count, &mut run));
        let goal = if arguments[0] == "list" { "500 ms" } else { "" };
        row(&format!("`vitte crash {}` at {many}", arguments.join(" ")), goal, &ms(time));
    }
    fs::remove_file(root.join("index.jsonl")).unwrap();
    let start = Instant::now();
    let count = repository.index().unwrap().len();
    row(&format!("rebuild an index of {count} from the files"), "", &ms(start.elapsed()));
}

/// A deterministic pseudo-random generator.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

/// Reads capsules with some bytes changed, removed, added or moved.
fn damaged(workload: &Workload) {
    let whole = capsule().to_bytes().unwrap();
    let mut random = Random(1);
    let (mut read, mut max_bytes) = (0_usize, 0);
    for _ in 0..workload.damaged {
        let mut bytes = whole.clone();
        for _ in 0..=random.below(6) {
            let (at, other) = (random.below(bytes.len()), random.below(bytes.len()));
            match random.below(6) {
                0 => bytes[at] = u8::try_from(random.below(256)).unwrap(),
                1 => bytes.truncate(at),
                2 => _ = bytes.splice(at..at, [0xff; 4]),
                3 => bytes[at] ^= 1 << random.below(8),
                4 => bytes.swap(at, other),
                _ => _ = bytes.drain(at.min(other)..(at.min(other) + 8).min(bytes.len())),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let mut is_read = false;
        let used = allocation_counter::measure(|| {
            is_read = Capsule::from_bytes(&bytes, Path::new("damaged")).is_ok();
        });
        read += usize::from(is_read);
        max_bytes = used.bytes_max.max(max_bytes);
    }
    row(
        &format!("{} damaged capsules, of which {read} can still be read", workload.damaged),
        "0 panics, at most 256 MiB",
        &format!("0 panics, at most {:.1} MiB", max_bytes as f64 / f64::from(1 << 20)),
    );
}
