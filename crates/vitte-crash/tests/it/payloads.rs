//! Panics whose payload is not a string, and the functions of the program that the handler calls.

use std::collections::BTreeSet;

use crate::child::{RunResult, run};

fn panicked(argument: &str) -> RunResult {
    let ended = run(argument).end().clean();
    assert_eq!(ended.code(), 101, "{ended:#?}");
    assert_eq!(ended.report()["code"], "F0001");
    ended
}

fn message(argument: &str) -> String {
    panicked(argument).report()["message"].as_str().unwrap().to_owned()
}

#[test]
fn payloads_of_the_usual_types_are_described() {
    for (kind, expected) in [
        ("error", "an error"),
        ("send-error", "an error occurred when formatting an argument"),
        ("box-str", "a text"),
        ("arc-str", "a text"),
        ("cow", "a text"),
        ("fmt-error", "an error occurred when formatting an argument"),
        ("io", "the disk is gone"),
    ] {
        assert_eq!(message(&format!("payload-{kind}")), expected, "{kind}");
    }
}

#[test]
fn the_program_describes_its_own_payloads() {
    assert_eq!(message("payload-own"), "a payload of unknown type");
    assert_eq!(message("payload-own+describe"), "internal error 7");
    assert_eq!(message("payload-error+describe"), "an error");
}

#[test]
fn describing_a_payload_may_panic() {
    let unknown = "a payload of unknown type (describing it failed: panicked: ";
    assert_eq!(message("payload-own-panics+describe"), format!("{unknown}an invalid code)"));
    assert_eq!(message("payload-panicking-error"), format!("{unknown}the panic of a value)"));
}

#[test]
fn panics_with_unknown_payloads_have_different_fingerprints() {
    let fingerprint = |kind: &str| {
        let ended = panicked(kind);
        let report = serde_json::from_value(ended.report().clone()).unwrap();
        vitte_capsule::Fingerprint::of(&report)
    };
    let kinds = ["payload-unknown-a", "payload-unknown-b", "payload-own", "payload-unknown-a"];
    let fingerprints: BTreeSet<_> = kinds.map(fingerprint).into_iter().collect();
    assert_eq!(fingerprints.len(), 3, "one for each line");
}

#[test]
fn a_function_is_called_once_before_a_report_is_written() {
    for kind in ["panic", "segv", "run-main", "many-stacks"] {
        let ended = run(&format!("{kind}+before")).end().clean();
        // The handler of a signal writes one line before it does anything else.
        let lines = ended.stderr.lines().skip(usize::from(kind == "segv"));
        let first: Vec<&str> = lines.take(2).collect();
        assert_eq!(first[0], "the terminal is restored", "{kind}: {ended:#?}");
        assert!(first[1].starts_with("fatal["), "{kind}: {ended:#?}");
        let count = ended.stderr.matches("the terminal is restored").count();
        assert_eq!(count, 1, "{kind}: {ended:#?}");
    }
    let caught = run("catch+before").end().clean();
    assert_eq!(caught.stderr, "", "nothing is written");
}

#[test]
fn that_function_may_panic_or_hang() {
    for kind in ["panic", "segv"] {
        let status = run(kind).status_without_handler();
        for option in ["before-panics", "before-hangs"] {
            let ended = run(&format!("{kind}+{option}")).end().clean();
            assert_eq!(ended.status, status, "{kind}+{option}: {ended:#?}");
            assert_eq!((ended.fatal().len(), ended.reports.len()), (1, 1), "{ended:#?}");
            assert!(!ended.stderr.contains("in the function before"), "{ended:#?}");
        }
    }
}
