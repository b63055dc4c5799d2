//! `catch_panic` around work that panics on other threads.

use serde_json::json;

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
