//! What the program said that it was doing, however it said that; and programs without their symbols.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::child::{Ended, crasher, run};
use crate::say;

/// A run that ends with SIGSEGV and has a report.
fn segv(wish: &str) -> Ended {
    let ended = run(wish).end().clean();
    assert_eq!(ended.code(), -libc::SIGSEGV, "{ended:#?}");
    assert_eq!(ended.report()["signal"], "SIGSEGV");
    ended
}

fn names(report: &Value) -> Vec<&str> {
    let entries = report["context"].as_array().unwrap();
    entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

#[test]
fn of_many_contexts_the_inner_and_the_outer_ones_are_kept() {
    let ended = segv("deep");
    let value = |entry: &Value| entry["values"][0]["value"].as_str().unwrap().parse().unwrap();
    let kept: Vec<u32> = ended.report()["context"].as_array().unwrap().iter().map(value).collect();
    assert_eq!(kept, (68..100).rev().chain((0..32).rev()).collect::<Vec<_>>());
    assert_eq!(ended.report()["notes"], json!(["left out: 36 more contexts"]));
}

#[test]
fn a_deep_overflow_keeps_both_ends_of_the_stack() {
    let ended = run("overflow").end().clean();
    let report = ended.report();
    let lines: Vec<_> =
        report["backtrace"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert!(lines.iter().any(|line| line.contains("omitted")), "{report:#}");
    assert!(lines[..40].iter().any(|line| line.starts_with("crasher::recurse ")), "{report:#}");
    assert!(lines.iter().any(|line| line.starts_with("crasher::main ")), "{report:#}");
    assert!(lines.len() < 200, "{} lines", lines.len());
}

#[test]
fn more_threads_than_have_contexts_are_no_reason_to_lose_one() {
    let ended = segv("crowd");
    assert_eq!(names(ended.report()), ["first of all"]);
    assert!(ended.report()["threads"].as_array().unwrap().len() > 500, "the others are there");
    assert_eq!(ended.report()["thread"], "main");
    let ended = segv("crowd-last");
    assert_eq!((names(ended.report()), &ended.report()["thread"]), (vec![], &"w599".into()));
}

#[test]
fn what_is_said_is_kept_as_it_is_and_shown_safely() {
    let ended = segv("hostile");
    let entry = &ended.report()["context"][0];
    assert_eq!(entry["name"], "evil\u{1b}]0;x\u{7}\u{9b}\u{202e}\nname");
    let evil = "\u{1b}[31m\u{202e}\r\nred";
    let values = json!([
        // 56 bytes, the last of them in the middle of a character.
        {"key": "long", "value": "é".repeat(27) + "a..."},
        {"key": evil, "value": evil},
        {"key": "third", "value": "3"},
    ]);
    assert_eq!(entry["values"], values);
    let is_unsafe = |c: char| c != '\n' && vitte_diag::text::is_unsafe(c);
    assert!(!ended.stderr.contains(is_unsafe), "{}", ended.stderr);
}

#[test]
fn contexts_may_be_closed_in_any_order() {
    assert_eq!(names(segv("order").report()), ["last", "base"]);
}

#[test]
fn a_context_in_the_destructor_of_a_thread_harms_nothing() {
    let ended = segv("tls");
    assert_eq!(ended.report()["thread"], "ending");
    let names = names(ended.report());
    assert!(names.is_empty() || names == ["late"], "{names:?}");
}

#[test]
fn sources_may_change_while_a_thread_crashes() {
    for _ in 0..3 {
        let ended = segv("sources");
        let place = &ended.report()["context"][0]["place"];
        assert_eq!((&place["lo"], &place["hi"]), (&45.into(), &56.into()));
        let is_known = place["file"] == "src/demo.vitte" && place["line"] == 4;
        assert!(is_known || place["file"].is_null() && place["line"].is_null(), "{place}");
    }
}

/// A copy of the program, changed by a tool; nothing where the tool is missing.
fn stripped(folder: &Path, tool: &str, arguments: &[&str]) -> Option<std::path::PathBuf> {
    let copy = folder.join("crasher");
    let mut command = Command::new(tool);
    command.args(arguments).arg(crasher());
    // The one knows the copy as an option, the other as an argument.
    let command = if tool == "strip" { command.arg("-o") } else { &mut command };
    let status = command.arg(&copy).status();
    let file_exists = status.is_ok_and(|status| status.success());
    if !file_exists {
        say(&format!("skipped: no {tool} is here\n"));
    }
    file_exists.then_some(copy)
}

#[test]
fn without_debug_information_there_are_names() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = stripped(folder.path(), "objcopy", &["--strip-debug"]) else { return };
    for (wish, function) in [("segv", "crasher::culprit"), ("panic", "crasher::panics")] {
        let ended = run(wish).of(&program).end().clean();
        let frames = ended.report()["frames"].as_array().unwrap();
        let frame = frames.iter().find(|frame| {
            frame["function"].as_str().is_some_and(|name| name.starts_with(function))
        });
        let frame = frame.unwrap_or_else(|| panic!("{ended:#?}"));
        assert!(frame["line"].is_null() && frame["offset"].is_number(), "{frame}");
        assert_eq!(ended.report()["context"][0]["name"], "folding");
    }
}

#[test]
fn without_symbols_there_are_modules_and_offsets() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = stripped(folder.path(), "strip", &[]) else { return };
    for wish in ["segv", "panic", "overflow", "abort"] {
        let ended = run(wish).of(&program).end().clean();
        let report = ended.report();
        let own = |frame: &&Value| {
            frame["module"].as_str().is_some_and(|name| name.ends_with("/crasher"))
        };
        let own: Vec<_> = report["frames"].as_array().unwrap().iter().filter(own).collect();
        assert!(own.len() >= 3, "{wish}: {report:#}");
        let is_bare = |frame: &&Value| frame["function"].is_null() && frame["offset"].is_number();
        assert!(own.iter().all(is_bare), "{wish}: {report:#}");
        let lines = report["backtrace"].as_array().unwrap();
        let is_told = |line: &Value| line.as_str().unwrap().contains("<unknown> in crasher+0x");
        assert!(lines.iter().filter(|line| is_told(line)).count() >= 3, "{wish}: {report:#}");
    }
}
