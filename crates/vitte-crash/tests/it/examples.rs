//! Runs the examples of integrations.

use std::process::Output;

use vitte_capsule::{CrashReport, Repository};

use crate::common;

/// Runs an example in a directory of its own. Returns what it wrote, and the only report.
fn run(name: &str) -> (Output, CrashReport) {
    let dir = tempfile::tempdir().unwrap();
    let mut command = common::example(name);
    command.current_dir(dir.path()).env("VITTE_CRASH_DIR", "crashes").env_remove("RUST_BACKTRACE");
    let output = command.output().unwrap();
    let index = Repository::new(dir.path().join("crashes")).index().unwrap();
    let ids: Vec<&str> = index.ids().collect();
    let [id] = ids[..] else { panic!("{name}: {output:#?}") };
    (output, index.load(id).unwrap().report)
}

/// Returns the contexts of a report, the innermost first, as they are shown.
fn contexts(report: &CrashReport) -> Vec<String> {
    report.contexts.iter().map(ToString::to_string).collect()
}

#[test]
fn the_input_that_killed_a_worker_is_in_the_report() {
    let (output, report) = run("workers");
    assert!(output.status.success(), "{output:#?}");
    assert_eq!(contexts(&report), ["compiling (file: unit333.my)"]);
    assert_eq!((report.code.as_str(), report.program.as_str()), ("F0005", "workers"));
}

#[cfg(feature = "tokio")]
#[test]
fn a_task_of_tokio_is_named() {
    let (output, report) = run("tokio");
    assert!(output.status.success(), "{output:#?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines[..2], ["compiled: 0 bytes", "compiled: 1 bytes"]);
    assert!(lines[2].starts_with("not compiled: task "), "{text}");
    let contexts = contexts(&report);
    assert_eq!(contexts[0], "checking (unit: lexer)");
    assert!(contexts[1].starts_with("running a task (name: lexer, id: "), "{contexts:?}");
    assert_eq!(contexts[2..], ["building (target: mycc)"]);
}

#[cfg(feature = "tracing")]
#[test]
fn spans_and_events_of_tracing_are_in_the_report() {
    let (output, report) = run("tracing");
    assert_eq!(output.status.code(), Some(101), "{output:#?}");
    assert_eq!(contexts(&report), ["lex", "compile (unit: parser)"]);
    let events =
        report.breadcrumbs.iter().map(|one| format!("{} {}: {one}", one.level, one.target));
    let events: Vec<_> = events.collect();
    assert_eq!(
        events,
        [
            "debug cache: not found (key: lexer)",
            "info tracing: tokens (count: 5)",
            "debug cache: not found (key: parser)",
            "warn tracing: a letter that is not supported (api_key: [redacted])",
        ]
    );
}
