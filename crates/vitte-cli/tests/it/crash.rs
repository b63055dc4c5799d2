//! `vitte crash` as a process: what it lists, shows, compares and removes, and its error messages.
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
        run(&["search", "OVERFLOW", "--width=80"]),
        run(&["search", "blocks.rs", "--signal=segv", "--width=80"]),
        run(&["search", "nothing like it"]),
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

#[test]
fn filters_are_combined_with_and() {
    let workspace = workspace();
    let list = |arguments: &[&str]| workspace.ids(&[&["list", "--json"], arguments].concat());
    assert_eq!(list(&[]), [0, 1, 2, 3]);
    assert_eq!(list(&["-n1"]), [3]);
    assert_eq!(list(&["--module=vittec"]), [0, 1, 2]);
    assert_eq!(list(&["--module=vitte"]), [0; 0]);
    for name in ["SIGSEGV", "segv", "sigsegv"] {
        assert_eq!(list(&["--signal", name]), [2]);
    }
    for kind in ["panic", "PANIC", "F0001", "f0001"] {
        assert_eq!(list(&["--kind", kind]), [0, 1, 3]);
    }
    assert_eq!(list(&["--session=5f3c9a", "--limit=1"]), [1]);
    assert_eq!(list(&["--session=77"]), [2]);
    assert_eq!(list(&["--since=2025-10-23"]), [2, 3]);
    assert_eq!(list(&["--since=2025-10-22T13:05:42.5Z"]), [1, 2, 3]);
    assert_eq!(list(&["--since=2h"]), [0; 0]);
    assert_eq!(list(&["--since=2025-10-23", "--module=vittec"]), [2]);
    let none = good(workspace.path(), &["list", "--signal=SIGILL"]);
    assert_eq!(none, "no match among 4 crashes in `target/crash-reports`\n");
    let wrong = bad(workspace.path(), &["list", "--since=yesterday"]);
    assert!(wrong.contains("an age such as 2h"), "{wrong}");
}

#[test]
fn search_looks_at_every_field_of_the_index() {
    let workspace = workspace();
    let search = |term: &str| workspace.ids(&["search", term, "--json"]);
    assert_eq!(search("OVERFLOW"), [0, 1, 3]);
    assert_eq!(search("sigsegv"), [2]);
    assert_eq!(search("f0002"), [2]);
    assert_eq!(search("blocks::open"), [2]);
    assert_eq!(search("shapes.vitte"), [0, 1, 3]);
    assert_eq!(search("vitte-fmt"), [3]);
    assert_eq!(search(&workspace.ids[1][20..]), [1]);
    let print = Fingerprint::of(&reports()[2]);
    assert_eq!(search(&print.to_string().to_uppercase()), [2]);
    assert_eq!(search("neither here nor there"), [0; 0]);
}

#[test]
fn unknown_and_ambiguous_ids_are_errors() {
    let workspace = workspace();
    let dir = workspace.path();
    let unknown = "no crash matches `nope` in `target/crash-reports`\n";
    for command in ["show", "inspect", "stack", "vars", "env", "fingerprint", "clear"] {
        assert_eq!(bad(dir, &[command, "nope"]), format!("vitte: {unknown}"), "{command}");
    }
    for arguments in [
        &["diff", "latest", "nope"][..],
        &["diff", "nope", "latest"],
        &["export", "nope", "--out=x"],
        &["upload", "nope", "--to=file", "--out=x"],
    ] {
        assert_eq!(bad(dir, arguments), format!("vitte: {unknown}"), "{arguments:?}");
    }
    for (arguments, why) in [
        (
            &["show", "2025-10-22"][..],
            "`2025-10-22` is ambiguous, it matches 2 crashes: 2025-10-22T13-05-42-1",
        ),
        (
            &["show", "../no-such-file"],
            "no crash matches `../no-such-file` in `target/crash-reports`\n",
        ),
        (&["show", "\u{1b}[2J"], "no crash matches `␛[2J` in `target/crash-reports`\n"),
        (&["clear", "2025-11", "2025-10"], "`2025-10` is ambiguous, it matches 3 crashes: "),
        (&["clear", ""], "no crash matches `` in"),
        (&["show", "latest", "--dir", "none"], "no crash reports in `none`\n"),
        (&["vars", "2025-10-23", "--context=1"], "no context 1: `2025-10-23T08-00-00-000-"),
        (&["show", "no.vittecrash"], "cannot read the capsule `no.vittecrash`: "),
    ] {
        let stderr = bad(dir, arguments);
        assert!(stderr.starts_with(&format!("vitte: {why}")), "{arguments:?}: {stderr}");
    }
    for arguments in [
        &["clear", "--all", "latest"][..],
        &["clear", "--all", "--signal=segv"],
        &["show"],
        &["diff", "latest"],
        &["export", "latest"],
        &["list", "--all", "--limit=3"],
        &["clean", "--max-size=much"],
        &["show", "latest", "--json", "--full"],
    ] {
        bad(dir, arguments);
    }
    assert_eq!(workspace.ids(&["list", "--json"]).len(), 4);
}

#[test]
fn without_a_terminal_nothing_is_removed() {
    let workspace = workspace();
    for (arguments, what) in [
        (&["clear"][..], "4 crashes ("),
        (&["clear", "--all"], "4 crashes ("),
        (&["clear", "latest"], "1 crash ("),
        (&["clear", "--module=vittec"], "3 crashes ("),
    ] {
        let stderr = bad(workspace.path(), arguments);
        assert!(stderr.starts_with(&format!("vitte: refusing to remove {what}")));
        assert!(stderr.ends_with("(stdin is not a terminal); pass --yes\n"), "{stderr}");
    }
    assert_eq!(workspace.ids(&["list", "--json"]).len(), 4);
    let clear = |arguments: &[&str]| {
        let yes: &[&str] = if arguments.contains(&"--dry-run") { &[] } else { &["--yes"] };
        workspace.ids(&[&["clear", "--json"], arguments, yes].concat())
    };
    let (first, last) = (&*workspace.ids[0], &*workspace.ids[3]);
    assert_eq!(clear(&[first, last, "--module=vittec"]), [0]);
    assert_eq!(clear(&["--signal=segv", "--dry-run"]), [2]);
    assert_eq!(clear(&["--signal=segv"]), [2]);
    assert_eq!(clear(&["--signal=segv"]), [0; 0]);
    assert_eq!(
        good(workspace.path(), &["clear", "--signal=segv"]),
        "no match among 2 crashes in `target/crash-reports`\n"
    );
    assert_eq!(workspace.ids(&["list", "--json"]), [1, 3]);
    assert_eq!(clear(&[]), [1, 3]);
}

#[test]
fn no_crashes_are_not_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    for command in ["list", "latest", "stats", "clean", "clear"] {
        assert_eq!(
            good(path, &[command]),
            "no crash reports in `target/crash-reports`\n",
            "{command}"
        );
    }
    let nothing = "no crash reports in `none`\n";
    assert_eq!(good(path, &["search", "x", "--dir=none"]), nothing);
    assert_eq!(good(path, &["list", "--signal=segv", "--dir=none"]), nothing);
    assert_eq!(good(path, &["list", "--json"]), "");
    assert_eq!(good(path, &["clear", "--json"]), "");
    let stats: Value = serde_json::from_str(&good(path, &["stats", "--json"])).unwrap();
    assert_eq!((&stats["crashes"], &stats["first"]), (&json!(0), &Value::Null));
    for command in ["show", "inspect", "stack", "vars", "env", "fingerprint"] {
        let stderr = bad(path, &[command, "latest"]);
        assert_eq!(stderr, "vitte: no crash reports in `target/crash-reports`\n");
    }
    assert_eq!(fs::read_dir(path).unwrap().count(), 0, "no file is created");
}

#[test]
fn listed_ids_are_unambiguous() {
    let timestamps = ["41.999Z", "42Z", "42Z", "42.1Z", "42.11Z", "42.2Z", "42.2Z", "42.2Z", "43Z"];
    let time = |time: &str| format!("2025-10-22T13:05:{time}");
    let reports = || timestamps.iter().map(|end| report(&time(end), &json!({})));
    let workspace = workspace_of(reports());
    reports().for_each(|report| write_report_file(&workspace.path().join(REPORTS), report));
    let listed = good(workspace.path(), &["list"]);
    let ids: Vec<&str> =
        listed.lines().skip(1).map_while(|line| line.split_whitespace().next()).collect();
    assert_eq!(ids.len(), 2 * timestamps.len());
    let mut shown: Vec<Value> = Vec::new();
    for id in ids {
        let json = good(workspace.path(), &["show", id, "--json"]);
        let report: Value = serde_json::from_str(&json).unwrap();
        assert!(report["id"].as_str().unwrap().starts_with(id));
        assert!(!shown.contains(&report["id"]), "{id} is ambiguous");
        shown.push(report["id"].clone());
    }
}

#[test]
fn the_directory_is_set_by_a_flag_or_by_the_environment() {
    let workspace = workspace();
    let reports = workspace.path().join(REPORTS);
    let elsewhere = tempfile::tempdir().unwrap();
    let run = |dir: &str, arguments: &[&str]| {
        let mut vitte = crate::vitte();
        vitte.current_dir(elsewhere.path()).env("VITTE_CRASH_DIR", dir);
        vitte.args(["crash", "list"]).args(arguments);
        CommandResult::new(&vitte.output().unwrap()).stdout
    };
    let reports = reports.to_str().unwrap();
    assert!(run(reports, &[]).ends_with("\n\n4 crashes\n"));
    assert!(run("none", &["--dir", reports]).ends_with("\n\n4 crashes\n"));
    assert_eq!(run(reports, &["--dir=none"]), "no crash reports in `none`\n");
    assert_eq!(run("", &[]), "no crash reports in `target/crash-reports`\n");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0, "no file is created");
}

#[test]
fn json_output_is_valid() {
    let workspace = workspace();
    for (arguments, pointer) in [
        (&["show", "latest"][..], "/backtrace/2"),
        (&["latest"], "/backtrace/2"),
        (&["stats"], "/days/2/crashes"),
        (&["inspect", "latest"], "/parts/5/bytes"),
        (&["stack", "latest"], "/0/frames/2/source"),
        (&["vars", "latest"], "/0/variables/0/value"),
        (&["env", "latest"], "/LANG"),
        (&["fingerprint", "latest"], "/of/frames"),
        (&["diff", "latest", "2025-10-23"], "/frames/0/in"),
        (&["clean", "--dry-run"], "/removed/0/reason"),
        (&["export", "latest", "--out=out/", "--sources=out"], "/sources/0"),
    ] {
        let json = good(workspace.path(), &[arguments, &["--json"]].concat());
        let value: Value = serde_json::from_str(&json).unwrap();
        let field = value.pointer(pointer);
        assert!(field.is_some_and(|value| !value.is_null()), "{arguments:?}: {json}");
    }
    for arguments in [&["list"][..], &["search", "overflow"], &["clear", "--dry-run"]] {
        assert!(workspace.ids(&[arguments, &["--json"]].concat()).len() > 2);
    }
}

#[test]
fn diff_reports_what_differs() {
    let workspace = workspace();
    let diff = |a: &str, b: &str| -> Value {
        let json = good(workspace.path(), &["diff", a, b, "--json"]);
        serde_json::from_str(&json).unwrap()
    };
    let [first, second, signal, other] = workspace.ids.as_slice() else { panic!() };
    assert_eq!(diff(first, first)["same"], true);
    let thread = diff(first, second);
    let expected = json!([{"name": "thread", "a": "main", "b": "worker-1"}]);
    assert_eq!((&thread["same"], &thread["facts"]), (&json!(false), &expected));
    assert_eq!(diff(first, other)["facts"][0]["name"], "module");
    let frames = &diff(first, signal)["frames"];
    let sides = frames.as_array().unwrap().iter().map(|frame| frame["in"].as_str().unwrap());
    assert_eq!(sides.collect::<Vec<_>>(), ["a", "a", "a", "b", "both", "both", "a"]);
}

#[test]
fn a_capsule_is_exported_once() {
    let workspace = workspace();
    let path = workspace.path();
    let [first, ..] = workspace.paths.as_slice() else { panic!() };
    let id = &*workspace.ids[0];
    let name = format!("{id}.vittecrash");
    fs::create_dir(path.join("copies")).unwrap();
    assert_eq!(good(path, &["export", id, "--out=copies"]), format!("copies/{name}\n"));
    assert_eq!(fs::read(path.join("copies").join(&name)).unwrap(), fs::read(first).unwrap());
    let stderr = bad(path, &["export", id, "--out=copies"]);
    assert_eq!(
        stderr,
        format!("vitte: `copies/{name}` already exists; pass --force to overwrite it\n")
    );
    good(path, &["export", id, "--out=copies", "--force"]);
    let unpacked = good(path, &["export", id, "--out=a.vittecrash", "--sources=src"]);
    assert_eq!(unpacked, "a.vittecrash\n1 source file in `src`\n");
    assert_eq!(fs::read_to_string(path.join("src/src/front/blocks.rs")).unwrap(), BLOCKS);
    // One of the files exists, so none is written.
    bad(path, &["export", id, "--out=b.vittecrash", "--sources=src"]);
    assert!(!path.join("b.vittecrash").exists());
    // A file can be named wherever it is.
    let shown = good(path, &["show", "a.vittecrash"]);
    assert_eq!(shown, good(path, &["show", id]));
    good(path, &["stack", "copies/../a.vittecrash", "--dir=none"]);
    fs::write(path.join("a.vittecrash"), b"PK\x03\x04 and no more").unwrap();
    for command in ["show", "inspect", "stack", "vars", "env", "fingerprint"] {
        let stderr = bad(path, &[command, "a.vittecrash"]);
        let why = "vitte: cannot read the capsule `a.vittecrash`: damaged: ";
        assert!(stderr.starts_with(why), "{stderr}");
    }
}

#[test]
fn reports_without_capsules_are_crashes_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    reports().into_iter().for_each(|report| write_report_file(&path.join(REPORTS), report));
    let listed = good(path, &["list", "--width=80"]);
    assert!(listed.ends_with("\n\n4 crashes\n"), "{listed}");
    assert!(listed.contains("\n2025-10-22T13-05-42-2  vittec     panic  "), "{listed}");
    let shown = good(path, &["show", "2025-10-22T13-05-42"]);
    assert!(shown.ends_with(" (2 other crashes)\n"), "{shown}");
    assert!(good(path, &["inspect", "latest"]).starts_with("a report without a capsule\n"));
    assert!(
        good(path, &["env", "latest"]).starts_with("no environment was captured for `2025-11-01")
    );
    good(path, &["export", "latest", "--out=a.vittecrash"]);
    assert!(good(path, &["show", "a.vittecrash"]).contains("`vitte-fmt` panicked: "));
    assert_eq!(
        good(path, &["clear", "--yes", "2025-10-22T13-05-42"]),
        "removed 2025-10-22T13-05-42\n"
    );
    assert_eq!(good(path, &["clear", "--yes"]).lines().count(), 3);
    assert_eq!(good(path, &["list"]), "no crash reports in `target/crash-reports`\n");
}

#[test]
fn damaged_files_are_reported_and_the_others_listed() {
    let workspace = workspace();
    let reports = workspace.path().join(REPORTS);
    fs::write(reports.join("2025-10-22T20-00-00.json"), "{\"timestamp\": \u{1b}").unwrap();
    fs::write(reports.join("x\u{1b}.json"), "").unwrap();
    fs::write(&workspace.paths[0], "not a capsule").unwrap();
    // The index is rebuilt from the files.
    fs::remove_file(reports.join("index.jsonl")).unwrap();
    let listed = crash(workspace.path(), &["list"]);
    assert_eq!(listed.code, 2);
    assert!(listed.stdout.ends_with("\n\n3 crashes\n"), "{}", listed.stdout);
    let lines: Vec<&str> = listed.stderr.lines().collect();
    assert!(
        lines[0].starts_with("vitte: cannot read the capsule `")
            && lines[0].ends_with("not a .vittecrash archive")
    );
    assert_eq!(
        lines[1..],
        [
            "vitte: cannot read `target/crash-reports/2025-10-22T20-00-00.json`: invalid crash report: \
             expected value at line 1 column 15",
            "vitte: cannot read `target/crash-reports/x␛.json`: the file name is not the id of a report"
        ]
    );
    for number in 2..50 {
        fs::write(reports.join(format!("2025-10-22T20-00-00-{number}.json")), "").unwrap();
    }
    let stderr = crash(workspace.path(), &["list", "--json"]).stderr;
    assert_eq!(stderr.lines().count(), 21);
    assert!(stderr.ends_with("vitte: and 31 more files like these\n"), "{stderr}");
    // Damaged files are removed with all others.
    let cleared = good(workspace.path(), &["clear", "--all", "--yes"]);
    assert_eq!(cleared.lines().count(), 3 + 50, "{cleared}");
    fs::write(workspace.path().join("file"), "").unwrap();
    let stderr = bad(workspace.path(), &["list", "--dir=file"]);
    assert!(stderr.starts_with("vitte: cannot read `file"), "{stderr}");
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let hostile = "::warning::\u{1b}[2J\u{202e}\u{9b}\r\n::set-env\t";
    let frame = format!("{hostile} at {hostile}:1:1");
    let changes = json!({
        "module": hostile, "version": hostile, "thread": hostile, "signal": hostile, "message": hostile, "session": hostile,
        "build": hostile, "commit": hostile, "location": hostile, "notes": [hostile], "command": [hostile],
        "system": {"os": hostile, "arch": hostile},
        "backtrace": [hostile, frame],
        "frames": [{"function": hostile, "file": hostile, "line": 1, "in_project": true}],
        "context": [{"name": hostile, "values": [{"key": hostile, "value": hostile}],
            "variables": [{"key": hostile, "value": {hostile: [hostile]}, "error": hostile}],
            "place": {"id": 0, "file": hostile, "lo": 0, "hi": 1, "line": 1, "col": 1}}],
        "threads": [{"id": 1, "name": hostile, "backtrace": [hostile]}],
    });
    let long = json!({"message": "\u{1b}".repeat(1 << 20), "thread": "日本".repeat(100)});
    let hostile_report = report("2025-10-22T13:05:42Z", &changes);
    let workspace = workspace_of([hostile_report.clone(), report("2025-10-22T13:05:43Z", &long)]);
    // A file from elsewhere can have any id, time and environment.
    let mut own = capsule(hostile_report);
    (own.report.id, own.report.timestamp) = (hostile.to_owned(), hostile.to_owned());
    own.environment.insert(hostile.into(), hostile.into());
    own.sources.push(CapsuleSource::new(hostile, format!("{hostile}\n")));
    own.write(workspace.path().join("hostile.vittecrash")).unwrap();
    let (first, file) = (&*workspace.ids[0], "hostile.vittecrash");
    let runs: &[&[&str]] = &[
        &["list"],
        &["list", "--width=80", "--color=never"],
        &["search", "warning"],
        &["search", "set-env", "--width=40"],
        &["stats"],
        &["show", first],
        &["show", file, "--full"],
        &["show", file],
        &["show", &workspace.ids[1], "--full"],
        &["inspect", file],
        &["stack", file, "--threads", "--all"],
        &["vars", file],
        &["env", file],
        &["fingerprint", file],
        &["diff", file, &workspace.ids[1]],
        &["diff", first, file],
        &["export", file, "--out=copy/", "--sources=sources"],
        &["clean", "--dry-run"],
        &["clear", "--dry-run"],
    ];
    for arguments in runs {
        for line in good(workspace.path(), arguments).split('\n') {
            assert!(!line.contains(vitte_diag::text::is_unsafe), "{arguments:?}: {line:?}");
            assert!(!line.trim_start().starts_with("::"), "{arguments:?}: {line}");
        }
    }
    let export = good(workspace.path(), &["export", file, "--sources=more", "--json"]);
    let exported: Value = serde_json::from_str(&export).unwrap();
    let inside = workspace.path().join("more").canonicalize().unwrap();
    for path in exported["sources"].as_array().unwrap() {
        let path = workspace.path().join(path.as_str().unwrap()).canonicalize().unwrap();
        assert!(path.starts_with(&inside), "{path:?}");
    }
}

#[test]
fn only_the_newest_of_many_crashes_are_listed() {
    const COUNT: usize = 2100;
    let mut workspace = workspace_of([report("2025-10-22T12:00:00Z", &json!({}))]);
    // As if each had been saved; the index is rebuilt from the files.
    for number in 1..COUNT {
        let id = format!("2025-10-22T13-{:02}-{:02}-000-0123abcd", number / 60, number % 60);
        let path = workspace.paths[0].with_file_name(format!("{id}.vittecrash"));
        fs::copy(&workspace.paths[0], &path).unwrap();
        workspace.ids.push(id);
        workspace.paths.push(path);
    }
    fs::remove_file(workspace.path().join(REPORTS).join("index.jsonl")).unwrap();
    let listed = good(workspace.path(), &["list"]);
    assert!(listed.ends_with("\n\nshowing 50 of 2,100 crashes; --all shows all\n"), "{listed}");
    assert_eq!(listed.lines().count(), 53);
    let last = listed.lines().nth(50).unwrap();
    assert!(last.starts_with("2025-10-22T13-34-59  "), "the newest is the last: {last}");
    assert_eq!(workspace.ids(&["list", "--json"]), (0..COUNT).collect::<Vec<_>>());
    let found = good(workspace.path(), &["search", "close", "-n3"]);
    assert!(found.ends_with("\nshowing 3 of 2,100 crashes; --all shows all\n"), "{found}");
    // With that many entries only the files of the shown rows are checked.
    fs::remove_file(&workspace.paths[COUNT - 1]).unwrap();
    let listed = good(workspace.path(), &["list", "--all"]);
    assert!(listed.ends_with("\n\n2,099 crashes\n"), "{}", listed.lines().last().unwrap());
}

#[test]
#[cfg(unix)]
fn a_closed_pipe_is_not_a_crash() {
    let workspace = workspace();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut vitte = crate::vitte();
    vitte
        .current_dir(workspace.path())
        .args(["crash", "list"])
        .stdout(writer)
        .stderr(Stdio::piped());
    let ended = CommandResult::new(&vitte.output().unwrap());
    assert_eq!((ended.code, &*ended.stderr), (2, ""));
}

#[test]
fn colours_change_nothing_else() {
    let workspace = workspace();
    let first = &*workspace.ids[0];
    for arguments in [
        &["list"][..],
        &["stats"],
        &["show", first],
        &["stack", first],
        &["vars", first],
        &["env", first],
        &["inspect", first],
        &["fingerprint", first],
        &["diff", first, "2025-10-23"],
    ] {
        let plain = good(workspace.path(), &[arguments, &["--color=never"]].concat());
        let coloured = good(workspace.path(), &[arguments, &["--color=always"]].concat());
        assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'), "{arguments:?}");
        assert_eq!(common::on_terminal(&coloured).0, plain, "{arguments:?}");
    }
}

#[test]
fn every_flag_has_one_line_of_help() {
    let here = common::root();
    let filters = ["--module", "--signal", "--kind", "--session", "--since"];
    for (command, flags) in [
        ("list", &["--all", "--color", "--width"][..]),
        ("search", &["--all", "--color", "--width"]),
        ("stats", &["--color", "--width"]),
        ("show", &["--full", "--color", "--width"]),
        ("latest", &["--full", "--color", "--width"]),
        ("inspect", &["--color", "--width"]),
        ("stack", &["--all", "--threads", "--color", "--width"]),
        ("vars", &["--context", "--color", "--width"]),
        ("env", &["--color", "--width"]),
        ("fingerprint", &["--color", "--width"]),
        ("diff", &["--color", "--width"]),
        ("export", &["--out", "--sources", "--force"]),
        ("clean", &["--max-days", "--max-per-fingerprint", "--max-size", "--dry-run"]),
        ("clear", &["--all", "--dry-run"]),
    ] {
        let help = good(&here, &[command, "--help"]);
        let is_filtered = ["list", "search", "stats", "clear"].contains(&command);
        let filters = filters.iter().filter(|_| is_filtered);
        for flag in flags.iter().chain(filters).chain(&["--dir", "--json"]) {
            let is_flag = |line: &&str| line.trim_start().starts_with(&format!("{flag} "));
            let lines: Vec<&str> = help.lines().filter(is_flag).collect();
            let [line] = lines.as_slice() else { panic!("{command} {flag}: {lines:?}\n{help}") };
            assert!(line.split("  ").filter(|part| !part.is_empty()).count() >= 2, "{line}");
        }
    }
}
