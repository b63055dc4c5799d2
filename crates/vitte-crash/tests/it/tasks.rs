//! Panics of tasks of tokio.

use serde_json::Value;

use crate::child::{RunResult, run};

fn ended(kind: &str) -> RunResult {
    let ended = run(kind).end().clean();
    assert_eq!(ended.code(), 0, "{ended:#?}");
    ended
}

/// Returns the contexts of a report: names, and after a colon the values of the fields, of which ids are left away.
fn contexts(report: &Value) -> Vec<String> {
    let entry = |entry: &Value| {
        let values = entry["values"].as_array().unwrap().iter();
        let value = |field: &Value| match field["key"].as_str().unwrap() {
            "id" => {
                assert!(field["value"].as_str().unwrap().parse::<u64>().is_ok(), "{field}");
                "#".to_owned()
            }
            _ => field["value"].as_str().unwrap().to_owned(),
        };
        let values: Vec<_> = values.map(value).collect();
        format!("{}: {}", entry["name"].as_str().unwrap(), values.join(", "))
    };
    report["context"].as_array().unwrap().iter().map(entry).collect()
}

/// Asserts that there is one report, which is shown, with this message and these contexts.
fn is_reported(kind: &str, message: &str, expected: &[&str]) {
    let ended = ended(kind);
    assert_eq!(ended.fatal(), [format!("fatal[F0001]: `crasher` panicked: {message}")], "{kind}");
    let item = format!("item: {message}");
    let expected: Vec<_> = std::iter::once(&*item).chain(expected.iter().copied()).collect();
    assert_eq!(contexts(ended.report()), expected, "{kind}");
}

#[test]
fn the_panic_of_a_task_has_its_name_its_id_and_its_contexts() {
    is_reported("tokio-spawn", "of a task", &["running a task: parse, #", "batch: "]);
    is_reported("tokio-join-set", "of a unit", &["running a task: unit 5, #", "batch: "]);
    is_reported("tokio-blocking", "of blocking work", &["running a task: link, #", "batch: "]);
    let local = ["inside: C", "running a task: C, #", "batch: "];
    is_reported("tokio-local", "of a local task", &local);
    is_reported("tokio-abort", "of an aborted task", &["running a task: aborted, #", "batch: "]);
}

#[test]
fn the_panic_of_a_task_that_the_program_started_itself_has_its_id() {
    is_reported("tokio-plain", "of a task", &["running a task: #"]);
}

#[test]
fn the_end_of_a_runtime_loses_no_report() {
    for _ in 0..5 {
        let expected = ["running a task: late, #", "batch: "];
        is_reported("tokio-shutdown", "at the shutdown", &expected);
        is_reported("tokio-shutdown+leak", "at the shutdown", &expected);
    }
}

#[test]
fn the_panic_of_a_task_is_returned_to_the_future_that_waits_for_it() {
    let named = ended("tokio-catch");
    assert!(named.lines()[0].starts_with("of a task | "), "{named:#?}");
    assert_eq!((named.fatal().len(), named.reports.len()), (0, 1), "{named:#?}");
    let expected = ["item: of a task", "running a task: parse, #", "batch: "];
    assert_eq!(contexts(named.report()), expected);

    let plain = ended("tokio-catch-plain");
    assert!(plain.lines()[0].starts_with("of a task | "), "{plain:#?}");
    // It is shown when it happens: nothing says that a future waits for it.
    assert_eq!((plain.fatal().len(), plain.reports.len()), (1, 1), "{plain:#?}");
    assert_eq!(contexts(plain.report()), ["item: of a task", "running a task: #", "batch: "]);
}
