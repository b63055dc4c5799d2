//! `vitte crash` as a process: what it lists, shows, compares and removes, and its error messages.
mod bounds;
mod breadcrumbs;
mod errors;
mod files;
mod lists;
mod output;
mod pipe;
mod search;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use vitte_capsule::{Capsule, CapsuleSource, CrashReport, Fingerprint, Repository};

use crate::common::{self, CommandResult, assert_snapshot};

/// Runs `vitte crash` in a directory.
fn crash(dir: &Path, arguments: &[&str]) -> CommandResult {
    let mut vitte = crate::vitte();
    vitte.current_dir(dir).arg("crash").args(arguments);
    CommandResult::new(&vitte.stdin(Stdio::null()).output().unwrap())
}

/// Runs a command that must succeed; returns its standard output.
fn good(dir: &Path, arguments: &[&str]) -> String {
    let ended = crash(dir, arguments);
    assert_eq!((ended.code, &*ended.stderr), (0, ""), "{arguments:?}: {}", ended.stdout);
    ended.stdout
}

/// Runs a command that must fail with exit code 2 and no output; returns its standard error.
fn bad(dir: &Path, arguments: &[&str]) -> String {
    let ended = crash(dir, arguments);
    assert_eq!((ended.code, &*ended.stdout), (2, ""), "{arguments:?}");
    ended.stderr
}

fn report(timestamp: &str, changes: &Value) -> CrashReport {
    let mut report = json!({
        "timestamp": timestamp,
        "version": "0.1.0",
        "module": "vittec",
        "thread": "main",
        "signal": null,
        "message": "attempt to subtract with overflow",
        "backtrace": [
            "std::panicking::begin_panic_handler at /rustc/1/library/std/src/panicking.rs:689:5",
            "core::panicking::panic_fmt at /rustc/1/library/core/src/panicking.rs:80:14",
            "vittec::front::blocks::close at src/front/blocks.rs:3:13",
            "vittec::front::file at src/front.rs:31:5",
            "vittec::main at src/main.rs:40:9",
            "std::rt::lang_start at /rustc/1/library/std/src/rt.rs:206:5"
        ],
        "system": {"os": "linux", "arch": "x86_64"},
        "session": "5f3c9a",
        "context": [
            {"name": "typeck", "values": [{"key": "fn", "value": "area"}],
             "variables": [
                 {"key": "scope", "value": {"depth": 2, "names": ["area", "side"]}},
                 {"key": "tokens", "value": null, "error": "timed out"}
             ],
             "place": {"id": 0, "file": "src/shapes.vitte", "lo": 20, "hi": 24, "line": 3, "col": 4}},
            {"name": "check", "values": [], "place": null}
        ],
        "build": "release",
        "commit": "7991911",
        "command": ["vittec", "check", "my shapes.vitte"],
        "code": "F0001",
        "location": "src/front/blocks.rs:3:13"
    });
    for (key, value) in changes.as_object().unwrap() {
        report[key] = value.clone();
    }
    serde_json::from_value(report).unwrap()
}

/// Writes a report as an older version did: `ID.json` in the directory itself.
fn write_report_file(dir: &Path, mut report: CrashReport) {
    let second = report.timestamp[..19].replace(':', "-");
    let ids = (1..).map(|number| match number {
        1 => second.clone(),
        _ => format!("{second}-{number}"),
    });
    let path = |id: &str| dir.join(format!("{id}.json"));
    report.id = ids.into_iter().find(|id| !path(id).exists()).unwrap();
    fs::create_dir_all(dir).unwrap();
    fs::write(path(&report.id), serde_json::to_string(&report).unwrap()).unwrap();
}

/// Two crashes of one second and session, one by a signal, one of another program.
fn reports() -> [CrashReport; 4] {
    let signal = json!({
        "signal": "SIGSEGV", "code": "F0002", "session": "77aa00", "message": "invalid memory reference",
        "version": "0.2.0", "address": "0x10", "location": null,
        "backtrace": [
            "vittec::front::blocks::open at src/front/blocks.rs:1:1",
            "vittec::front::file at src/front.rs:31:5",
            "vittec::main at src/main.rs:40:9"
        ],
        "context": [{"name": "typeck", "values": [{"key": "fn", "value": "perimeter"}], "place": null}],
        "registers": {"rax": "0x0", "rip": "0x5581d4c01c20", "rsp": "0x7ffd00000000", "r9": "0x9"},
        "threads": [
            {"id": 4711, "name": "main", "backtrace": ["vittec::main at src/main.rs:40:9"]},
            {"id": 4712, "name": "worker-1", "backtrace": ["futex_wait", "park", "recv", "next", "work"]}
        ]
    });
    [
        report("2025-10-22T13:05:42.123Z", &json!({})),
        report("2025-10-22T13:05:42.9Z", &json!({"thread": "worker-1"})),
        report("2025-10-23T08:00:00Z", &signal),
        report("2025-11-01T00:00:00Z", &json!({"module": "vitte-fmt", "session": "c0ffee"})),
    ]
}

const REPORTS: &str = "target/crash-reports";
const BLOCKS: &str = "fn close() {\n    let depth = open();\n    let depth = depth - 1;\n}\n";

fn capsule(report: CrashReport) -> Capsule {
    let mut capsule = Capsule::new(report);
    capsule.environment.insert("LANG".into(), "fr_FR.UTF-8".into());
    capsule.environment.insert("VITTE_HOME".into(), "/opt/vitte".into());
    capsule.sources.push(CapsuleSource::new("src/front/blocks.rs", BLOCKS));
    capsule
}

/// A directory with four crashes.
struct Workspace {
    dir: tempfile::TempDir,
    /// The oldest first.
    ids: Vec<String>,
    paths: Vec<PathBuf>,
}

fn workspace_of(reports: impl IntoIterator<Item = CrashReport>) -> Workspace {
    let dir = tempfile::tempdir().unwrap();
    let repository = Repository::new(dir.path().join(REPORTS));
    let (mut ids, mut paths) = (Vec::new(), Vec::new());
    for report in reports {
        let mut capsule = capsule(report);
        paths.push(repository.save(&mut capsule).unwrap());
        ids.push(capsule.report.id);
    }
    Workspace { dir, ids, paths }
}

fn workspace() -> Workspace {
    workspace_of(reports())
}

impl Workspace {
    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A command and its output, with the parts that differ from run to run replaced.
    fn session(&self, arguments: &[&str]) -> String {
        self.redacted(&format!(
            "$ vitte crash {}\n{}",
            arguments.join(" "),
            good(self.path(), arguments)
        ))
    }

    fn redacted(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for id in &self.ids {
            let (known, _) = id.rsplit_once('-').unwrap();
            text = text.replace(id, &format!("{known}-xxxxxxxx"));
        }
        for (report, letter) in reports().iter().zip(["a", "a", "b", "a"]) {
            let print = Fingerprint::of(report);
            text = text.replace(&print.to_string(), &letter.repeat(64));
            text = text.replace(&print.short().to_string(), &letter.repeat(8));
        }
        sizes(&text)
    }

    fn ids(&self, arguments: &[&str]) -> Vec<usize> {
        let lines = good(self.path(), arguments);
        let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].clone();
        let position = |id: Value| self.ids.iter().position(|own| id == **own).unwrap();
        lines.lines().map(|line| position(id(line))).collect()
    }
}

/// Replaces the sizes of capsules, which depend on the compression.
fn sizes(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let mut line = line.to_owned();
        if let Some((before, after)) = line.split_once("\"bytes\":") {
            let after = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
            line = format!("{before}\"bytes\": SIZE{after}");
        }
        for unit in [" B", " KiB"] {
            while let Some(end) =
                line.find(unit).filter(|end| line[..*end].ends_with(|c: char| c.is_ascii_digit()))
            {
                let number =
                    line[..end].trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
                let start = line[..number].trim_end().len();
                let blank = if line[..start].is_empty() {
                    "  "
                } else if start < number {
                    " "
                } else {
                    ""
                };
                line = format!("{}{blank}SIZE{}", &line[..start], &line[end + unit.len()..]);
            }
        }
        out += &line;
    }
    out
}

#[test]
fn lists_match_their_snapshot() {
    let workspace = workspace();
    let run = |arguments: &[&str]| workspace.session(arguments);
    let all = [
        run(&["list", "--width=80"]),
        run(&["list"]),
        run(&["list", "-n2", "--width=80"]),
        run(&["list", "--width=120"]),
        run(&["search", "overflow", "--width=80"]),
        run(&["search", "area"]),
        run(&["search", "blocks.rs", "--signal=segv", "--width=80"]),
        run(&["groups", "--width=80"]),
        run(&["groups"]),
        run(&["groups", "show", &Fingerprint::of(&reports()[0]).short(), "--width=80"]),
        run(&["stats", "--width=80"]),
        run(&["stats", "--json", "--signal=segv"]),
        run(&["list", "--json", "--kind=F0002"]),
    ];
    assert_snapshot!("crash_lists", all.join("\n"));
}

#[test]
fn every_view_of_a_crash_matches_its_snapshot() {
    let workspace = workspace();
    let run = |arguments: &[&str]| workspace.session(arguments);
    let all = [
        run(&["show", "2025-10-22T13-05-42-1", "--width=80"]),
        run(&["latest", "--full"]),
        run(&["stack", "2025-10-22T13-05-42-1", "--width=80"]),
        run(&["stack", "2025-10-22T13-05-42-1", "--tree", "--all", "--width=80"]),
        run(&["stack", "2025-10-22T13-05-42-1", "--full"]),
        run(&["stack", "2025-10-23", "--threads", "--width=80"]),
        run(&["vars", "2025-10-23"]),
        run(&["vars", "latest", "--context=0"]),
        run(&["env", "latest"]),
        run(&["fingerprint", "2025-10-22T13-05-42-1", "--width=80"]),
        run(&["diff", "2025-10-22T13-05-42-1", "2025-10-23", "--width=80"]),
        run(&["diff", "2025-10-22T13-05-42-1", "2025-10-22T13-05-42-1"]),
    ];
    assert_snapshot!("crash_one", all.join("\n"));
    let inspected = workspace.session(&["inspect", "2025-10-22T13-05-42-1", "--width=100"]);
    let file =
        workspace.paths[0].strip_prefix(workspace.path()).unwrap().to_str().unwrap().to_owned();
    let inspected = inspected.replace(&workspace.redacted(&file), "CAPSULE");
    assert_snapshot!("crash_inspect", inspected);
}

#[test]
fn removals_match_their_snapshot() {
    let workspace = workspace();
    let run = |arguments: &[&str]| workspace.session(arguments);
    let all = [
        run(&["clear", "--dry-run", "--module=vittec"]),
        run(&["clean", "--dry-run", "--max-days=1"]),
        run(&["clean", "--max-days=100000"]),
        run(&["clean", "--max-days=100000", "--max-per-fingerprint=2"]),
        run(&["clean", "--max-days=100000", "--max-size=0", "--dry-run", "--json"]),
        run(&["clear", "--yes", "2025-10-23", "2025-10-23T08-00-00"]),
        run(&["clean", "--max-days=100000", "--max-size=0"]),
        run(&["clean"]),
    ];
    assert_snapshot!("crash_removed", all.join("\n"));
}
