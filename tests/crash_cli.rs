//! `vitte crash` as a process: what it lists, shows and removes, and what it says of what is not there.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use common::Ended;
use serde_json::{Value, json};
use vitte_diag::crash::{CrashReport, Store};

/// Runs `vitte crash` in `folder`.
fn crash(folder: &Path, arguments: &[&str]) -> Ended {
    let mut vitte = common::vitte();
    vitte.current_dir(folder).env_remove("VITTE_CRASH_DIR").arg("crash").args(arguments);
    Ended::of(&vitte.stdin(Stdio::null()).output().unwrap())
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
            "vittec::front::blocks::close at src/front/blocks.rs:77:13",
            "vittec::main at src/main.rs:40:9",
            "std::rt::lang_start at /rustc/1/library/std/src/rt.rs:206:5"
        ],
        "system": {"os": "linux", "arch": "x86_64"},
        "session": "5f3c9a",
        "context": [
            {"name": "typeck", "values": [{"key": "fn", "value": "area"}],
             "place": {"id": 0, "file": "src/shapes.vitte", "lo": 20, "hi": 24, "line": 3, "col": 4}},
            {"name": "check", "values": [], "place": null}
        ],
        "build": "release",
        "commit": "7991911",
        "command": ["vittec", "check", "my shapes.vitte"],
        "code": "F0001",
        "location": "src/front/blocks.rs:77:13"
    });
    for (key, value) in changes.as_object().unwrap() {
        report[key] = value.clone();
    }
    serde_json::from_value(report).unwrap()
}

/// A folder with four reports: two of one second and one run, one of a signal, one of another program.
fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("target/crash-reports"));
    let worker = json!({"thread": "worker-1", "message": "index out of bounds:\n the len is 3"});
    let signal = json!({
        "signal": "SIGSEGV", "code": "F0002", "session": "77aa00", "message": "invalid memory reference",
        "address": "0x10", "location": null,
        "registers": {"rax": "0x0", "rip": "0x5581d4c01c20", "rsp": "0x7ffd00000000", "r9": "0x9"},
        "threads": [
            {"id": 4711, "name": "main", "backtrace": ["vittec::main at src/main.rs:40:9"]},
            {"id": 4712, "name": "worker-1", "backtrace": ["futex_wait", "park", "recv", "next", "work"]}
        ]
    });
    let other = json!({"module": "vitte-fmt", "session": "c0ffee"});
    for (timestamp, changes) in [
        ("2025-10-22T13:05:42.123Z", json!({})),
        ("2025-10-22T13:05:42.9Z", worker),
        ("2025-10-23T08:00:00Z", signal),
        ("2025-11-01T00:00:00Z", other),
    ] {
        store.save(&mut report(timestamp, &changes)).unwrap();
    }
    folder
}

fn good(ended: Ended) -> String {
    assert_eq!((ended.code, &*ended.stderr), (0, ""), "{}", ended.stdout);
    ended.stdout
}

/// The ids that a list has.
fn ids(ended: Ended) -> Vec<String> {
    let ids = good(ended);
    ids.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().into())
        .collect()
}

const FIRST: &str = "2025-10-22T13-05-42";
const SECOND: &str = "2025-10-22T13-05-42-2";
const SIGNAL: &str = "2025-10-23T08-00-00";
const OTHER: &str = "2025-11-01T00-00-00";

#[test]
fn reports_are_listed_and_shown() {
    let folder = workspace();
    let run = |arguments: &[&str]| {
        format!("$ vitte crash {}\n{}", arguments.join(" "), good(crash(folder.path(), arguments)))
    };
    let all = [
        run(&["list"]),
        run(&["list", "--json"]),
        run(&["show", FIRST]),
        run(&["show", "2025-10-23"]),
        run(&["show", "latest", "--full"]),
        run(&["show", SECOND, "--json"]),
        run(&["clear", "--dry-run", "--module=vittec"]),
        run(&["clear", "latest", "2025-10-23", "latest"]),
        run(&["list"]),
        run(&["clear", "--all"]),
        run(&["list"]),
        run(&["clear", "--all"]),
    ];
    insta::assert_snapshot!("crash", all.join("\n"));
}

#[test]
fn filters_take_what_is_like_all_of_them() {
    let folder = workspace();
    let list =
        |arguments: &[&str]| ids(crash(folder.path(), &[&["list", "--json"], arguments].concat()));
    assert_eq!(list(&[]), [FIRST, SECOND, SIGNAL, OTHER]);
    assert_eq!(list(&["--module=vittec"]), [FIRST, SECOND, SIGNAL]);
    assert_eq!(list(&["--module=vitte"]), [""; 0]);
    for name in ["SIGSEGV", "segv", "sigsegv"] {
        assert_eq!(list(&["--signal", name]), [SIGNAL]);
    }
    assert_eq!(list(&["--session=5f3c9a"]), [FIRST, SECOND]);
    assert_eq!(list(&["--session=77"]), [SIGNAL]);
    assert_eq!(list(&["--since=2025-10-23"]), [SIGNAL, OTHER]);
    assert_eq!(list(&["--since=2025-10-22T13:05:42.5Z"]), [SECOND, SIGNAL, OTHER]);
    assert_eq!(list(&["--since=2h"]), [""; 0]);
    assert_eq!(list(&["--since=2025-10-23", "--module=vittec"]), [SIGNAL]);
    let none = good(crash(folder.path(), &["list", "--signal=SIGILL"]));
    assert_eq!(none, "none of 4 crash reports in `target/crash-reports` is like that\n");
    let wrong = crash(folder.path(), &["list", "--since=yesterday"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("no span such as 2h"), "{}", wrong.stderr);
}

#[test]
fn what_is_not_clear_removes_nothing() {
    let folder = workspace();
    for (arguments, why) in [
        (
            &["show", "2025-10-22"][..],
            "`2025-10-22` is the beginning of 2 crash reports: 2025-10-22T13-05-42, 2025-10-22T13-05-42-2\n",
        ),
        (&["show", "../x"], "there is no crash report `../x` in `target/crash-reports`\n"),
        (&["show", "\u{1b}[2J"], "there is no crash report `␛[2J` in `target/crash-reports`\n"),
        (&["clear", FIRST, "2025-10"], "`2025-10` is the beginning of 3 crash reports: "),
        (&["clear", ""], "there is no crash report `` in"),
        (&["clear"], "which reports? Name them, select some, or ask for --all\n"),
        (&["clear", "--dry-run"], "which reports? "),
        (&["show", "latest", "--dir", "none"], "there are no crash reports in `none`\n"),
    ] {
        let ended = crash(folder.path(), arguments);
        assert_eq!((ended.code, &*ended.stdout), (2, ""), "{arguments:?}");
        assert!(
            ended.stderr.starts_with(&format!("vitte: {why}")),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
    for arguments in [
        &["clear", "--all", FIRST][..],
        &["clear", "--all", "--signal=segv"],
        &["show"],
        &["show", FIRST, "--json", "--full"],
    ] {
        assert_eq!(crash(folder.path(), arguments).code, 2, "{arguments:?}");
    }
    assert_eq!(ids(crash(folder.path(), &["list", "--json"])).len(), 4);
}

#[test]
fn named_reports_and_filters_are_both_obeyed() {
    let folder = workspace();
    let clear = |arguments: &[&str]| good(crash(folder.path(), &[&["clear"], arguments].concat()));
    assert_eq!(clear(&[FIRST, OTHER, "--module=vittec"]), format!("removed {FIRST}\n"));
    assert_eq!(clear(&["--signal=segv", "--dry-run"]), format!("would remove {SIGNAL}\n"));
    assert_eq!(clear(&["--signal=segv"]), format!("removed {SIGNAL}\n"));
    assert_eq!(clear(&["--signal=segv"]), "nothing to remove\n");
    assert_eq!(ids(crash(folder.path(), &["list", "--json"])), [SECOND, OTHER]);
}

#[test]
fn the_folder_is_asked_for_by_a_flag_or_by_the_environment() {
    let folder = workspace();
    let reports = folder.path().join("target/crash-reports");
    let elsewhere = tempfile::tempdir().unwrap();
    let run = |wished: &str, arguments: &[&str]| {
        let mut vitte = common::vitte();
        vitte.current_dir(elsewhere.path()).env("VITTE_CRASH_DIR", wished);
        vitte.args(["crash", "list"]).args(arguments);
        good(Ended::of(&vitte.output().unwrap()))
    };
    let reports = reports.to_str().unwrap();
    assert!(run(reports, &[]).ends_with("\n\n4 crash reports\n"));
    assert!(run("none", &["--dir", reports]).ends_with("\n\n4 crash reports\n"));
    assert_eq!(run(reports, &["--dir=none"]), "no crash reports in `none`\n");
    assert_eq!(run("", &[]), "no crash reports in `target/crash-reports`\n");
    assert_eq!(run("", &["--json"]), "");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0, "nothing is made");
}

#[test]
fn bad_files_are_told_and_the_good_ones_listed() {
    let folder = workspace();
    let reports = folder.path().join("target/crash-reports");
    fs::write(reports.join("2025-10-22T20-00-00.json"), "{\"timestamp\": \u{1b}").unwrap();
    fs::write(reports.join("x\u{1b}.json"), "").unwrap();
    let listed = crash(folder.path(), &["list"]);
    assert_eq!(listed.code, 2);
    assert!(listed.stdout.ends_with("\n\n4 crash reports\n"), "{}", listed.stdout);
    assert_eq!(
        listed.stderr,
        "vitte: cannot read `target/crash-reports/2025-10-22T20-00-00.json`: it is no report: \
         expected value at line 1 column 15\n\
         vitte: cannot read `target/crash-reports/x␛.json`: its name is not that of a report\n"
    );
    for number in 2..50 {
        fs::write(reports.join(format!("2025-10-22T20-00-00-{number}.json")), "").unwrap();
    }
    let stderr = crash(folder.path(), &["list", "--json"]).stderr;
    assert_eq!(stderr.lines().count(), 21);
    assert!(stderr.ends_with("vitte: and 30 more files like these\n"), "{stderr}");
    // Whatever they hold, they are removed when all are.
    assert_eq!(good(crash(folder.path(), &["clear", "--all"])).lines().count(), 53);
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let ended = crash(folder.path(), &["list", "--dir=file"]);
    assert!(ended.code == 2 && ended.stderr.starts_with("vitte: cannot read `file`: "));
}

#[test]
fn hostile_reports_do_not_reach_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("target/crash-reports"));
    let evil = "::warning::\u{1b}[2J\u{202e}\u{9b}\r\n::set-env\t";
    let changes =
        json!({"module": evil, "thread": evil, "signal": evil, "message": evil, "session": evil});
    store.save(&mut report("2025-10-22T13:05:42Z", &changes)).unwrap();
    let long = json!({"message": "\u{1b}".repeat(1 << 20), "thread": "日本".repeat(100)});
    store.save(&mut report("2025-10-22T13:05:42Z", &long)).unwrap();
    for arguments in [&["list"][..], &["show", FIRST], &["show", SECOND, "--full"]] {
        let shown = good(crash(folder.path(), arguments));
        for line in shown.split('\n') {
            assert!(!line.contains(vitte_diag::text::is_unsafe), "{line:?}");
            assert!(!line.trim_start().starts_with("::"), "{line}");
        }
    }
}

#[test]
fn a_thousand_reports_are_listed_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("target/crash-reports"));
    for number in 0..1000 {
        let timestamp = format!("2025-10-22T13:{:02}:00Z", 59 - number % 60);
        store.save(&mut report(&timestamp, &json!({}))).unwrap();
    }
    let listed = ids(crash(folder.path(), &["list", "--json"]));
    let key = |id: &String| {
        let (second, number) = id.split_at(19);
        (
            second.to_owned(),
            number.strip_prefix('-').map_or(1, |number| number.parse::<u32>().unwrap()),
        )
    };
    assert!(listed.len() == 1000 && listed.iter().map(key).is_sorted());
    assert_eq!(good(crash(folder.path(), &["list"])).lines().count(), 1003);
    assert_eq!(good(crash(folder.path(), &["clear", "--all"])).lines().count(), 1000);
    assert_eq!(
        good(crash(folder.path(), &["list"])),
        "no crash reports in `target/crash-reports`\n"
    );
}

#[test]
#[cfg(unix)]
fn a_reader_that_leaves_is_no_crash() {
    let folder = workspace();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut vitte = common::vitte();
    vitte.current_dir(folder.path()).args(["crash", "list"]).stdout(writer).stderr(Stdio::piped());
    let ended = Ended::of(&vitte.output().unwrap());
    assert_eq!((ended.code, &*ended.stderr), (2, ""));
}

#[test]
fn every_flag_has_one_line_of_help() {
    let here = common::root();
    for (command, flags) in [
        ("list", &["--dir", "--module", "--signal", "--session", "--since", "--json"][..]),
        ("show", &["--dir", "--json", "--full"]),
        ("clear", &["--dir", "--module", "--signal", "--session", "--since", "--all", "--dry-run"]),
    ] {
        let help = good(crash(&here, &[command, "--help"]));
        for flag in flags {
            let is_its = |line: &&str| line.trim_start().starts_with(&format!("{flag} "));
            let lines: Vec<&str> = help.lines().filter(is_its).collect();
            let [line] = lines.as_slice() else { panic!("{command} {flag}: {lines:?}") };
            assert!(line.split("  ").filter(|part| !part.is_empty()).count() >= 2, "{line}");
        }
    }
}
