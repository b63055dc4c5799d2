//! `catch_panic` around work that panics on other threads.

use serde_json::{Value, json};

use crate::child::{RunResult, run};

fn ended(kind: &str, code: i32) -> RunResult {
    let ended = run(kind).end().clean();
    assert_eq!(ended.code(), code, "{ended:#?}");
    ended
}

/// Asserts that a panic is reported once, to the caller of `catch_panic`, with the contexts of both threads.
fn is_reported_once(kind: &str, message: &str) {
    let ended = ended(kind, 0);
    let [line] = ended.lines()[..] else { panic!("{kind}: {ended:#?}") };
    let parts: Vec<&str> = line.split(" | ").collect();
    assert_eq!(parts[0], message, "{kind}");
    assert!(parts[1].starts_with('#'), "{kind}: it has the thread of the worker: {line}");
    let contexts = "[\"item\", \"unit\", \"batch\"]";
    assert_eq!(parts[2..], [contexts, "true", "[]"], "{kind}: {line}");
    assert_eq!(ended.stderr, "", "{kind}: a caught panic was printed");
    let report = ended.report();
    assert_eq!(report["message"], message, "{kind}");
    let names = ["item", "unit", "batch"];
    let stored = report["context"].as_array().unwrap().iter().map(|entry| entry["name"].clone());
    assert_eq!(stored.collect::<Vec<_>>(), names, "{kind}: {report:#}");
}

#[test]
fn the_panic_of_a_worker_is_reported_once_with_the_contexts_of_both_threads() {
    is_reported_once("catch-rayon", "of rayon");
    is_reported_once("catch-scope", "of a scope");
    is_reported_once("catch-join", "of a thread");
    is_reported_once("catch-expect", "of a thread");
    is_reported_once("catch-resume", "of a thread");
    is_reported_once("catch-nested-join", "of the innermost");
    is_reported_once("catch-poisoned", "with a lock");
}

#[test]
fn the_panic_of_a_worker_with_a_handle_is_reported_once() {
    is_reported_once("handle-rayon", "of rayon");
    is_reported_once("handle-scope", "of a scope");
    is_reported_once("handle-spawn", "of a thread");
}

#[test]
fn the_panic_of_a_worker_with_a_handle_belongs_to_the_call_that_began_it() {
    let ended = ended("handle-same-message", 0);
    let mut lines = ended.lines();
    lines.sort_unstable();
    let contexts = |name: &str| format!("| [\"item\", \"{name}\"] | true");
    assert!(lines[0].starts_with("first | the same") && lines[0].contains(&contexts("first")));
    assert!(lines[1].starts_with("second | the same") && lines[1].contains(&contexts("second")));
    assert_eq!((ended.stderr.as_str(), ended.reports.len()), ("", 2));
}

fn names(report: &Value) -> Vec<&str> {
    let entries = report["context"].as_array().unwrap();
    entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

#[test]
fn a_signal_has_the_contexts_that_its_thread_has_entered() {
    let thread = ended("handle-segv", -libc::SIGSEGV);
    assert_eq!(names(thread.report()), ["item", "batch"]);
    let task = ended("task-segv", -libc::SIGSEGV);
    assert_eq!(names(task.report()), ["item", "request", "batch"]);
    assert!(task.stderr.starts_with("received SIGSEGV at address 0x0 while item\n"), "{task:#?}");
}

#[test]
fn a_task_has_only_its_own_contexts() {
    let ended = ended("task-panic", 0);
    let report = ended.report();
    assert_eq!(names(report), ["item", "inside", "task", "batch"]);
    assert_eq!(report["context"][1]["values"][0]["value"], "C", "{report:#}");
    assert_eq!(report["context"][2]["values"][0]["value"], "C", "{report:#}");
}

#[test]
fn the_panic_of_a_future_is_returned_with_the_contexts_of_its_tasks() {
    let future = ended("catch-future", 0);
    let line = future.lines()[0];
    assert!(line.starts_with("of a task | #"), "{line}");
    assert!(line.ends_with(" | [\"item\", \"unit\", \"batch\"] | true | []"), "{line}");
    assert_eq!((future.stderr.as_str(), future.reports.len()), ("", 1), "{future:#?}");
    assert_eq!(names(future.report()), ["item", "unit", "batch"]);
}

/// The task was reported when it panicked, because its thread has entered no contexts.
#[test]
fn a_future_that_passes_on_a_reported_panic_returns_that_report() {
    let future = ended("catch-future-passed-on", 0);
    let line = future.lines()[0];
    assert!(line.starts_with("a \"quoted\" panic | #"), "{line}");
    assert!(line.ends_with(" | [\"item\", \"batch\"] | true | []"), "{line}");
    assert_eq!((future.fatal().len(), future.reports.len()), (1, 1), "{future:#?}");
    assert_eq!(names(future.report()), ["item", "batch"]);
}

#[test]
fn two_calls_each_get_the_panic_of_their_own_worker() {
    let ended = ended("catch-two", 0);
    let mut lines = ended.lines();
    lines.sort_unstable();
    assert!(lines[0].starts_with("first | first | #"), "{lines:?}");
    assert!(lines[1].starts_with("second | second | #"), "{lines:?}");
    assert_eq!((ended.stderr.as_str(), ended.reports.len()), ("", 2));
}

#[test]
fn the_panic_of_a_worker_that_is_not_passed_on_is_shown() {
    let handled = ended("catch-handled", 0);
    assert_eq!(handled.lines(), ["ok"]);
    assert_eq!(handled.fatal(), ["fatal[F0001]: `crasher` panicked: of a thread"]);
    assert_eq!(handled.report()["message"], "of a thread");

    let other = ended("catch-other", 0);
    assert!(other.lines()[0].starts_with("of this thread | main | "), "{other:#?}");
    assert_eq!(other.fatal(), ["fatal[F0001]: `crasher` panicked: of a thread"]);
    assert_eq!(other.reports.len(), 2);
}

#[test]
fn a_panic_that_is_held_survives_the_end_of_the_process() {
    let exited = ended("catch-then-exit", 3);
    assert_eq!(exited.fatal(), ["fatal[F0001]: `crasher` panicked: of a thread"]);
    assert_eq!(exited.report()["message"], "of a thread");
    let killed = ended("catch-then-segv", -libc::SIGSEGV);
    let codes: Vec<_> = killed.reports.iter().map(|report| report["code"].clone()).collect();
    assert_eq!(json!(codes), json!(["F0001", "F0002"]), "{killed:#?}");
    assert_eq!(killed.fatal().len(), 2, "{killed:#?}");
}

#[test]
fn a_payload_that_is_thrown_again_is_not_mistaken_for_a_panic_before_it() {
    let ended = ended("catch-swallowed", 0);
    let line = ended.lines()[0];
    assert!(line.starts_with("another one | main | "), "{line}");
    assert!(line.contains("an earlier panic at ") && line.contains(": swallowed"), "{line}");
    assert_eq!(ended.report()["message"], "another one");
}

/// Without `catch_panic` the second panic contains nothing new.
#[test]
fn a_panic_that_only_passes_on_another_one_is_one_line() {
    for (kind, message) in [("join", "of a thread"), ("scope", "of a scope")] {
        let ended = ended(kind, 101);
        assert_eq!(ended.report()["message"], message);
        assert_eq!(ended.fatal().len(), 1, "{ended:#?}");
        let last = ended.stderr.lines().last().unwrap();
        assert!(last.starts_with("note: a consequence in thread main: panic at "), "{last}");
    }
}
