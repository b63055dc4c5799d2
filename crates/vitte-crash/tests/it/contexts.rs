//! Contexts in the reports of signals, deep stacks, and programs without symbols.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::child::{RunResult, crasher, run};
use crate::log;

/// Runs a kind of crash that ends with SIGSEGV and has a report.
fn segv(argument: &str) -> RunResult {
    let ended = run(argument).end().clean();
    assert_eq!(ended.code(), -libc::SIGSEGV, "{ended:#?}");
    assert_eq!(ended.report()["signal"], "SIGSEGV");
    ended
}

fn names(report: &Value) -> Vec<&str> {
    let entries = report["context"].as_array().unwrap();
    entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

#[test]
fn the_innermost_and_outermost_contexts_are_recorded() {
    let ended = segv("deep-contexts");
    let value = |entry: &Value| entry["values"][0]["value"].as_str().unwrap().parse().unwrap();
    let recorded: Vec<u32> =
        ended.report()["context"].as_array().unwrap().iter().map(value).collect();
    assert_eq!(recorded, (68..100).rev().chain((0..32).rev()).collect::<Vec<_>>());
    assert_eq!(ended.report()["notes"], json!(["omitted 36 contexts"]));
}

#[test]
fn the_report_of_a_stack_overflow_has_both_ends_of_the_stack() {
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
fn too_many_threads_cost_only_the_contexts_of_the_last_ones() {
    let ended = segv("many-threads");
    assert_eq!(names(ended.report()), ["first of all"]);
    assert!(ended.report()["threads"].as_array().unwrap().len() > 500, "threads are missing");
    assert_eq!(ended.report()["thread"], "main");
    let ended = segv("many-threads-last");
    assert_eq!((names(ended.report()), &ended.report()["thread"]), (vec![], &"w599".into()));
}

#[test]
fn texts_are_recorded_exactly_and_escaped_on_output() {
    let ended = segv("hostile");
    let entry = &ended.report()["context"][0];
    assert_eq!(entry["name"], "evil\u{1b}]0;x\u{7}\u{9b}\u{202e}\nname");
    let evil = "\u{1b}[31m\u{202e}\r\nred";
    let values = json!([
        // The 56th byte is inside a character.
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
    assert_eq!(names(segv("context-order").report()), ["last", "base"]);
}

#[test]
fn a_context_may_be_opened_while_its_thread_ends() {
    let ended = segv("thread-exit");
    assert_eq!(ended.report()["thread"], "ending");
    let names = names(ended.report());
    assert!(names.is_empty() || names == ["late"], "{names:?}");
}

#[test]
fn sources_may_change_while_a_thread_crashes() {
    for _ in 0..3 {
        let ended = segv("changing-sources");
        let location = &ended.report()["context"][0]["place"];
        assert_eq!((&location["lo"], &location["hi"]), (&45.into(), &56.into()));
        let is_resolved = location["file"] == "src/demo.vitte" && location["line"] == 4;
        let is_unresolved = location["file"].is_null() && location["line"].is_null();
        assert!(is_resolved || is_unresolved, "{location}");
    }
}

#[test]
fn threads_that_panic_at_once_have_their_source_lines() {
    let ended = run("storm-with-sources").end().clean();
    assert_eq!((ended.lines(), ended.reports.len()), (vec!["survived: 32"], 32), "{ended:#?}");
    for report in &ended.reports {
        let message = report["message"].as_str().unwrap();
        let file = format!("src/{}.vitte", message.strip_prefix("of file ").unwrap());
        let place = &report["context"][0]["place"];
        assert_eq!((&place["file"], &place["line"]), (&json!(file), &json!(2)), "{report:#}");
        assert_eq!(report["sources"][0]["file"], file, "{report:#}");
    }
}

#[test]
fn a_report_has_the_last_events_of_all_threads_without_secrets() {
    for (kind, code) in [("breadcrumbs-panic", 101), ("breadcrumbs-segv", -libc::SIGSEGV)] {
        let ended = run(kind).end().clean();
        assert_eq!(ended.code(), code, "{ended:#?}");
        let events = ended.report()["breadcrumbs"].as_array().unwrap();
        assert_eq!(events.len(), 65, "{kind}");
        for (number, event) in (6..70).zip(events) {
            assert_eq!(event["message"], format!("event {number}"), "{kind}");
            assert_eq!(
                (&event["level"], &event["target"]),
                (&"debug".into(), &"crasher::main".into())
            );
            assert_eq!(event["thread"], "main");
        }
        let last = &events[64];
        assert_eq!((&last["level"], &last["thread"]), (&"error".into(), &"ended".into()));
        assert_eq!(last["message"], "password=[redacted]", "{kind}");
    }
}

/// Copies `crasher` with `strip` or `objcopy`. Returns the path of the copy, or `None` if the tool is missing.
fn stripped(dir: &Path, tool: &str, options: &[&str]) -> Option<std::path::PathBuf> {
    let copy = dir.join("crasher");
    let mut command = Command::new(tool);
    command.args(options).arg(crasher());
    // `strip` takes the output as an option, `objcopy` as an argument.
    let command = if tool == "strip" { command.arg("-o") } else { &mut command };
    let status = command.arg(&copy).status();
    let file_exists = status.is_ok_and(|status| status.success());
    if !file_exists {
        log(&format!("skipped: cannot run {tool}\n"));
    }
    file_exists.then_some(copy)
}

#[test]
fn without_debug_information_frames_have_names() {
    let dir = tempfile::tempdir().unwrap();
    let Some(program) = stripped(dir.path(), "objcopy", &["--strip-debug"]) else { return };
    for (argument, function) in [("segv", "crasher::culprit"), ("panic", "crasher::panics")] {
        let ended = run(argument).program(&program).end().clean();
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
fn without_symbols_frames_have_modules_and_offsets() {
    let dir = tempfile::tempdir().unwrap();
    let Some(program) = stripped(dir.path(), "strip", &[]) else { return };
    for argument in ["segv", "panic", "overflow", "abort"] {
        let ended = run(argument).program(&program).end().clean();
        let report = ended.report();
        let own = |frame: &&Value| {
            frame["module"].as_str().is_some_and(|name| name.ends_with("/crasher"))
        };
        let own: Vec<_> = report["frames"].as_array().unwrap().iter().filter(own).collect();
        assert!(own.len() >= 3, "{argument}: {report:#}");
        let has_only_offset =
            |frame: &&Value| frame["function"].is_null() && frame["offset"].is_number();
        assert!(own.iter().all(has_only_offset), "{argument}: {report:#}");
        let lines = report["backtrace"].as_array().unwrap();
        let is_unknown = |line: &Value| line.as_str().unwrap().contains("<unknown> in crasher+0x");
        let count = lines.iter().filter(|line| is_unknown(line)).count();
        assert!(count >= 3, "{argument}: {report:#}");
    }
}
