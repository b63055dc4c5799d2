//! `vitte diag diff`: what is new, fixed and unchanged between two runs.

use std::fs;

use serde_json::Value;

use super::{diag, line, lines};
use crate::common::dir_with;

/// A run with these messages on consecutive lines of a file.
fn run(path: &str, messages: &[&str]) -> String {
    let one = |(index, message): (usize, &&str)| line("warning", "W1", path, 10 * index, message);
    messages.iter().enumerate().map(one).collect()
}

#[test]
fn new_and_fixed_diagnostics_are_listed() {
    let old = run("a.c", &["one", "two", "three"]);
    let new = run("a.c", &["zero", "two", "three", "four"]);
    let dir = dir_with(&[("old", &old), ("new", &new)]);
    let diff = |arguments: &[&str]| {
        let ended = diag(dir.path(), &[&["diff", "old", "new"], arguments].concat(), b"");
        (ended.code, ended.stdout)
    };
    let expected = "new:\na.c:1:1: warning[W1]: zero\na.c:1:31: warning[W1]: four\n\nfixed:\na.c:1:1: warning[W1]: one\n\n2 new, 1 fixed, 2 unchanged\n";
    assert_eq!(diff(&[]), (1, expected.to_owned()));
    let (code, json) = diff(&["--to=json"]);
    let json: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let states: Vec<_> = json
        .iter()
        .map(|line| (line["baselineState"].as_str(), line["diagnostic"]["message"].as_str()))
        .collect();
    let expected = [("new", "zero"), ("new", "four"), ("absent", "one")];
    assert_eq!((code, states), (1, expected.map(|(a, b)| (Some(a), Some(b))).to_vec()));
    let (code, sarif) = diff(&["--to=sarif"]);
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let states: Vec<_> = results.iter().map(|one| one["baselineState"].as_str().unwrap()).collect();
    assert_eq!((code, states), (1, vec!["new", "unchanged", "unchanged", "new", "absent"]));
}

#[test]
fn the_exit_code_tells_whether_there_is_anything_new() {
    let all = run("a.c", &["one", "two"]);
    let dir = dir_with(&[("old", &all), ("new", &run("a.c", &["two"])), ("bad", "x\n")]);
    let diff = |arguments: &[&str], input: &str| {
        let ended = diag(dir.path(), &[&["diff"], arguments].concat(), input.as_bytes());
        (ended.code, ended.stdout, ended.stderr)
    };
    let fixed = "fixed:\na.c:1:1: warning[W1]: one\n\n0 new, 1 fixed, 1 unchanged\n";
    assert_eq!(diff(&["old", "new"], "").0, 0);
    // Standard input is the later run, or the earlier one.
    let (code, out, _) = diff(&["old"], &run("a.c", &["two"]));
    assert_eq!((code, &*out), (0, fixed));
    let (code, out, _) = diff(&["-", "new"], &all);
    assert_eq!((code, &*out), (0, fixed));
    let (code, out, err) = diff(&["old", "bad"], "");
    assert_eq!(
        (code, &*out),
        (
            2,
            &*format!(
                "fixed:\n{}",
                "a.c:1:1: warning[W1]: one\na.c:1:11: warning[W1]: two\n\n0 new, 2 fixed, 0 unchanged\n"
            )
        )
    );
    assert_eq!(err.matches("vitte: bad:1:1: not a JSON diagnostic").count(), 1, "{err}");
    let (code, out, err) = diff(&["absent", "new"], "");
    assert_eq!((code, err.contains("cannot read `absent`")), (2, true), "{err}");
    assert_eq!(out, "");
    let (code, _, err) = diff(&["old"], "{}\n");
    assert_eq!(code, 2);
    assert!(err.starts_with("vitte: <stdin>:1:2: not a JSON diagnostic"), "{err}");
    assert_eq!(diff(&["-"], &all).2, "vitte: OLD and NEW cannot both be standard input\n");
    let baseline = diag(dir.path(), &["convert", "--to=baseline", "old"], b"").stdout;
    assert_eq!(
        diff(&["-", "new"], &baseline).1.lines().last(),
        Some("0 new, 1 fixed, 1 unchanged")
    );
    assert_eq!(diff(&["--root=absent", "old", "new"], "").2, "vitte: no such directory `absent`\n");
}

/// The sources of both runs are there: renamed files, indentation and moved lines do not matter.
#[test]
fn edits_do_not_make_diagnostics_new() {
    let old = line("warning", "W1", "a.c", 7, "unused") + &line("note", "N1", "a.c", 0, "n");
    let new = line("note", "N1", "b.c", 0, "n").replace("\"line\":1", "\"line\":3")
        + &line("warning", "W1", "b.c", 18, "unused").replace("\"line\":1", "\"line\":3");
    let dir = dir_with(&[("old", &old), ("new", &new)]);
    fs::create_dir(dir.path().join("before")).unwrap();
    fs::write(dir.path().join("before/a.c"), "int f; x;\n").unwrap();
    fs::write(dir.path().join("b.c"), "// c\n\n     int f; x;\n").unwrap();
    let fixed = new.replace("\"lo\":0,\"hi\":1", "\"lo\":11,\"hi\":12");
    fs::write(dir.path().join("new"), fixed).unwrap();
    for arguments in [&["--old-root=before"][..], &[]] {
        let ended = diag(dir.path(), &[&["diff", "old", "new"], arguments].concat(), b"");
        assert_eq!(
            (ended.code, &*ended.stdout),
            (0, "0 new, 0 fixed, 2 unchanged\n"),
            "{arguments:?}"
        );
    }
}

#[test]
fn the_result_does_not_depend_on_memory() {
    let old = lines(8_000);
    let new: String = old.lines().skip(3).step_by(2).map(|line| format!("{line}\n")).collect();
    let new = new + &line("error", "E9", "z.c", 1, "new");
    let dir = dir_with(&[("old", &old), ("new", &new)]);
    let diff = |memory: &str| {
        let ended = diag(dir.path(), &["diff", "old", "new", "--memory", memory], b"");
        assert_eq!(ended.code, 1);
        let missing = "vitte: warning: 56 files are missing or have changed; diagnostics there are compared by their positions\n";
        assert_eq!(ended.stderr, missing);
        ended.stdout
    };
    let all = diff("256M");
    assert!(all.ends_with("\n\n1 new, 4001 fixed, 3999 unchanged\n"), "{all}");
    assert_eq!(diff("1"), all);
    let ended = diag(dir.path(), &["diff", "old", "new", "--memory=1", "--temp-dir=absent"], b"");
    assert_eq!((ended.code, &*ended.stdout), (2, ""));
    assert!(ended.stderr.contains("cannot write temporary data in `absent`"), "{}", ended.stderr);
}

#[test]
fn conversion_skips_what_is_in_the_baseline() {
    let old = run("a.c", &["one", "two", "three"]);
    let new = run("a.c", &["zero", "two", "three", "four"]);
    let dir = dir_with(&[("old", &old), ("new", &new)]);
    let convert = |arguments: &[&str]| {
        let ended = diag(dir.path(), &[&["convert"], arguments].concat(), b"");
        (ended.code, ended.stdout)
    };
    assert_eq!(convert(&["--to=baseline=known", "old"]), (0, String::new()));
    let expected = "a.c:1:1: warning[W1]: zero\na.c:1:31: warning[W1]: four\n";
    for known in ["old", "known"] {
        let baseline = format!("--baseline={known}");
        assert_eq!(convert(&["--to=short", &baseline, "new"]), (1, expected.to_owned()), "{known}");
        assert_eq!(convert(&["--to=json", &baseline, "old"]), (0, String::new()), "{known}");
    }
    let (code, json) = convert(&["--to=json", "--to=short=out", "--baseline=known", "new"]);
    let lines: Vec<_> = new.lines().collect();
    assert_eq!((code, json), (1, format!("{}\n{}\n", lines[0], lines[3])));
    assert_eq!(fs::read_to_string(dir.path().join("out")).unwrap(), expected);
    let ended = diag(dir.path(), &["convert", "--to=json", "--baseline=absent", "new"], b"");
    assert_eq!((ended.code, &*ended.stdout), (2, ""));
    assert!(ended.stderr.contains("cannot read `absent`"), "{}", ended.stderr);
}

#[test]
fn a_baseline_is_recognised_by_its_first_line() {
    let old = run("a.c", &["one", "two"]);
    let dir = dir_with(&[("old", &old)]);
    let diff = |known: &str| diag(dir.path(), &["diff", known, "old"], b"").stdout;
    let ended = diag(dir.path(), &["convert", "--to=baseline=known", "old"], b"");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let known = fs::read_to_string(dir.path().join("known")).unwrap();
    let (_, headless) = known.split_once('\n').unwrap();
    for text in [known.clone(), headless.to_owned(), format!("\u{feff}{known}")] {
        fs::write(dir.path().join("known"), &text).unwrap();
        assert_eq!(diff("known"), "0 new, 0 fixed, 2 unchanged\n", "{text}");
        let args = ["convert", "--to=short", "--baseline=known", "old"];
        assert_eq!(diag(dir.path(), &args, b"").stdout, "", "{text}");
    }
    fs::write(dir.path().join("old"), format!("\u{feff}{old}")).unwrap();
    assert_eq!(diff("known"), "0 new, 0 fixed, 2 unchanged\n");
    assert_eq!(diag(dir.path(), &["filter", "old"], b"").stdout, old, "without the mark");
}

#[test]
fn what_cannot_be_read_is_not_compared() {
    let dir = dir_with(&[("old", &run("a.c", &["one"]))]);
    #[cfg(unix)]
    {
        let made = std::process::Command::new("mkfifo").arg(dir.path().join("pipe")).status();
        assert!(made.unwrap().success());
        let ended = diag(dir.path(), &["diff", "pipe", "old"], b"");
        assert_eq!((ended.code, &*ended.stdout), (2, ""));
        assert!(
            ended.stderr.contains("`pipe`: it is a pipe, not a regular file"),
            "{}",
            ended.stderr
        );
    }
    for runs in [["none", "old"], ["old", "none"]] {
        let ended = diag(dir.path(), &[&["diff"][..], &runs].concat(), b"");
        assert_eq!((ended.code, &*ended.stdout), (2, ""), "{runs:?}");
        assert!(ended.stderr.starts_with("vitte: cannot read `none`: "), "{}", ended.stderr);
    }
}

#[test]
fn a_baseline_is_not_replaced_by_what_is_new() {
    let dir = dir_with(&[("old", &run("a.c", &["one"]))]);
    diag(dir.path(), &["convert", "--to=baseline=known", "old"], b"");
    let known = fs::read(dir.path().join("known")).unwrap();
    let args = ["convert", "--baseline=known", "--to=baseline=./known", "old"];
    let ended = diag(dir.path(), &args, b"");
    assert_eq!((ended.code, &*ended.stdout), (2, ""));
    assert!(ended.stderr.contains("would be replaced by what is new"), "{}", ended.stderr);
    assert_eq!(fs::read(dir.path().join("known")).unwrap(), known);
}
