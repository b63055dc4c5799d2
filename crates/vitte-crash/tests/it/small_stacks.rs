//! Panics of threads and fibers whose stacks are small.

use crate::child::{RunResult, run};

/// Runs a panic that the program survives, and that is reported once.
fn survived(kind: &str) -> RunResult {
    let ended = run(kind).end().clean();
    assert_eq!((ended.code(), ended.lines()), (0, vec!["survived: true"]), "{kind}: {ended:#?}");
    assert_eq!(ended.fatal(), ["fatal[F0001]: `crasher` panicked: on a small stack"], "{kind}");
    let frames = ended.report()["frames"].as_array().unwrap();
    let has = |name: &str| {
        frames.iter().any(|frame| frame["function"].as_str().is_some_and(|text| text == name))
    };
    assert!(has("crasher::panics::recurse_and_panic"), "{kind}: {:#}", ended.report());
    ended
}

#[test]
fn a_panic_on_a_small_stack_is_survived_and_reported() {
    for kib in [16, 20, 24, 32, 64, 128] {
        survived(&format!("stack-{kib}"));
    }
    survived("deep-on-stack");
    survived("fiber");
    survived("signal-stack");
}

#[test]
fn many_small_stacks_may_panic_at_once() {
    let ended = run("many-stacks").end().clean();
    assert_eq!((ended.code(), ended.lines()), (0, ["survived: 8"; 3].to_vec()), "{ended:#?}");
    assert_eq!((ended.reports.len(), ended.fatal().len()), (24, 24));
}

#[test]
fn a_caught_panic_on_a_small_stack_is_returned() {
    let ended = run("catch-on-stack").end().clean();
    let line = "on a small stack | small | [\"small\"] | false | []";
    assert_eq!((ended.code(), ended.lines()), (0, vec![line]), "{ended:#?}");
    assert_eq!(ended.reports.len(), 1);
}

#[test]
fn variables_are_serialised_on_a_large_stack() {
    let ended = survived("variables-on-stack");
    let context = &ended.report()["context"][0];
    assert_eq!(context["variables"][0]["value"], 7, "{context:#}");
}

#[test]
fn without_memory_for_another_stack_the_message_is_written_first() {
    let ended = run("no-more-memory").end();
    assert_eq!(ended.lines(), ["survived: true"], "{ended:#?}");
    let first = ended.stderr.lines().next().unwrap();
    assert!(
        first.starts_with("panic in thread ") && first.ends_with(": on a small stack"),
        "{first}"
    );
}

/// With `panic = "abort"` the report is the last thing that the process does.
#[test]
#[ignore = "needs CRASHER, the path of a crasher that is built with `panic = \"abort\"`, as .ci/run does"]
fn panics_on_small_stacks_that_abort() {
    for kib in [16, 24, 64] {
        let ended = run(&format!("stack-{kib}")).end().clean();
        assert_eq!(ended.code(), -libc::SIGABRT, "{ended:#?}");
        assert_eq!(ended.report()["message"], "on a small stack");
        assert_eq!(ended.fatal(), ["fatal[F0001]: `crasher` panicked: on a small stack"]);
    }
}
