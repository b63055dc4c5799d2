//! Child processes that die of a signal.

use crate::child::{RunResult, run};

fn ended(kind: &str) -> RunResult {
    let ended = run(kind).end().clean();
    assert_eq!(ended.code(), 0, "{ended:#?}");
    ended
}

#[test]
fn a_child_that_a_signal_kills_is_reported_with_what_it_was_to_do() {
    for (kind, code, message) in [
        ("child-segv", "F0002", "it has no report of its own"),
        ("child-kill", "F0002", "another process killed it"),
        ("child-abort", "F0005", "it aborted without a report of its own"),
        ("child-elsewhere", "F0002", "it has no report of its own"),
    ] {
        let ended = ended(kind);
        let report = ended.report();
        assert_eq!(
            (&report["code"], &report["message"]),
            (&code.into(), &message.into()),
            "{kind}"
        );
        assert_eq!(report["module"], "sh");
        assert_eq!(report["context"][0]["name"], "compiling", "{kind}");
        assert_eq!(report["context"][0]["values"][0]["value"], "shapes.vitte");
        assert_eq!(report["command"][0], "sh");
        assert_eq!(report["command"][3], "--password=[redacted]");
        let process = &report["process"];
        let note = report["notes"][0].as_str().unwrap();
        assert!(note.starts_with(&format!("process {process}, a child of process ")), "{note}");
        assert_eq!(ended.fatal().len(), 1, "{ended:#?}");
    }
}

#[test]
fn a_child_that_ends_otherwise_is_not_reported() {
    for kind in ["child-term", "child-fails", "child-killed"] {
        let ended = ended(kind);
        assert_eq!((ended.reports.len(), &*ended.stderr), (0, ""), "{kind}");
    }
}

#[test]
fn a_child_with_a_handler_reports_itself_in_the_session_of_its_parent() {
    let ended = ended("child-own");
    let report = ended.report();
    assert_eq!((&report["signal"], &report["module"]), (&"SIGSEGV".into(), &"crasher".into()));
    assert!(ended.stdout.contains("signal: 11"), "{}", ended.stdout);
    let alone = run("segv").end().clean();
    assert_ne!(alone.report()["session"], report["session"]);
    assert_ne!(alone.report()["process"], report["process"]);
}
