//! The handler together with the program's own hooks, signal handlers, forks, caught panics and output formats.

use std::sync::LazyLock;

use serde_json::Value;

use crate::child::{Condition, RunResult, run};

/// Runs and asserts the exit code, or the signal as a negative number.
fn ended(argument: &str, code: i32) -> RunResult {
    let ended = run(argument).end().clean();
    assert_eq!(ended.code(), code, "{ended:#?}");
    ended
}

fn names(report: &Value) -> Vec<&str> {
    let entries = report["context"].as_array().unwrap();
    entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

#[test]
fn a_caught_panic_is_returned_and_stored() {
    let ended = ended("catch", 0);
    let second = "b F0001 the file b is bad [\"forgotten\", \"file\", \"batch\"] true";
    let nested = "F0001 outer after inner [\"batch\"] true";
    assert_eq!(ended.lines(), ["a 1", second, "c 1", nested]);
    assert_eq!(ended.stderr, "", "a caught panic was printed");
    let messages: Vec<_> = ended.reports.iter().map(|report| &report["message"]).collect();
    assert_eq!(messages, ["the file b is bad", "inner", "outer after inner"]);
}

#[test]
fn an_error_of_main_is_reported() {
    let bare = ended("run-main+no-handler", 1);
    assert_eq!(bare.stderr, "Error: error 2\n  caused by: error 1\n  caused by: error 0\n");
    let ended = ended("run-main", 1);
    let report = ended.report();
    assert_eq!((&report["code"], &report["message"]), (&"F0006".into(), &"error 2".into()));
    let notes = serde_json::json!(["caused by: error 1", "caused by: error 0"]);
    assert_eq!(report["notes"], notes);
    assert_eq!(ended.fatal(), ["fatal[F0006]: `crasher` failed: error 2"]);
}

/// The code of the program panics, as it does without the handler.
#[test]
fn an_error_of_main_whose_display_panics_is_reported_as_that_panic() {
    for kind in ["main-display", "main-source"] {
        let status = run(kind).status_without_handler();
        let ended = ended(kind, 101);
        assert_eq!(ended.status, status, "{ended:#?}");
        let report = ended.report();
        assert_eq!(report["message"], "the panic of a value", "{kind}");
        let function = report["frames"][0]["function"].as_str().unwrap();
        assert!(function.contains("PanicsOnDisplay"), "{report:#}");
        // The text of the error is not lost if only that of its source panics.
        let values = &report["context"][0]["values"];
        assert_eq!(kind == "main-source", values[0]["value"] == "has a source", "{report:#}");
        assert_eq!(ended.fatal(), ["fatal[F0001]: `crasher` panicked: the panic of a value"]);
    }
}

/// The thread of the watchdog does not exist in a forked child.
#[test]
fn a_forked_child_may_drop_the_guard() {
    let ended = ended("fork-return+watchdog", 0);
    assert_eq!((ended.lines(), ended.stderr.as_str()), (vec!["true 0"], ""), "{ended:#?}");
    assert!(ended.reports.is_empty(), "{ended:#?}");
}

#[test]
fn dropping_the_guard_restores_the_previous_handlers() {
    let ended = ended("restore", 101);
    assert_eq!(ended.lines(), ["changed: true", "restored: true"].repeat(3));
    assert!(ended.reports.is_empty(), "{ended:#?}");
    assert!(ended.stderr.contains("thread 'main'") && ended.fatal().is_empty(), "{ended:#?}");
    let with_hook = self::ended("restore+previous-hook", 101);
    assert_eq!((&*with_hook.stderr, with_hook.reports.len()), ("the previous hook\n", 0));
}

#[test]
fn a_second_handler_cannot_be_installed() {
    let ended = ended("install-twice", 0);
    let error = "cannot install a crash handler: this process already has one";
    assert_eq!(ended.lines(), [error]);
}

#[test]
fn a_guard_may_be_dropped_by_a_panic() {
    let ended = ended("unwound-guard", 101);
    assert_eq!(ended.lines(), ["true"]);
    assert_eq!(ended.report()["message"], "a panic that drops the guard");
    assert!(
        ended.stderr.contains("a panic after that"),
        "std's hook did not report the second panic"
    );
}

#[test]
fn other_panic_hooks_are_called() {
    let previous = ended("panic+previous-hook", 101);
    assert_eq!(previous.stderr.matches("the previous hook\n").count(), 1, "{previous:#?}");
    assert_eq!((previous.fatal().len(), previous.reports.len()), (1, 1), "{previous:#?}");
    let both = ended("panic+later-hook+previous-hook", 101);
    assert!(both.stderr.starts_with("the later hook\nfatal[F0001]"), "{both:#?}");
    assert!(both.stderr.ends_with("the previous hook\n"), "{both:#?}");
    assert_eq!(both.report()["frames"][0]["function"], "crasher::panics");
}

#[test]
fn a_crash_of_a_forked_child_is_reported() {
    let ended = ended("fork", 3);
    assert_eq!(ended.lines(), [format!("true {}", libc::SIGSEGV)]);
    assert_eq!(names(ended.report()), ["in the child", "before the fork"]);
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let ended = ended("raise-abort+ignore-sigabrt", 0);
    assert_eq!((ended.lines(), ended.reports.len()), (vec!["0"], 0));
    assert_eq!(ended.stderr, "");
}

#[test]
fn the_previous_signal_handler_is_called_after_the_report() {
    let own = ended("bad+exiting-handler", 42);
    assert_eq!(own.lines(), ["own handler: 0xdeadbeef"]);
    assert_eq!(own.report()["address"], "0xdeadbeef");
    // The previous handler maps the missing page, so the program continues.
    assert_eq!(ended("bad+repairing-handler+no-handler", 0).reports.len(), 0);
    assert_eq!(ended("bad+repairing-handler", 0).reports.len(), 1);
}

/// Where the system writes core dumps to a file, there is the same one.
#[test]
fn the_core_dump_is_that_without_the_handler() {
    for kind in ["segv", "abort"] {
        let with = run(&format!("{kind}+core")).end();
        let without = run(&format!("{kind}+core+no-handler")).end();
        // The status has a bit for the core dump.
        assert_eq!(with.status, without.status, "{with:#?}");
        assert_eq!(with.other_files.len(), without.other_files.len(), "{with:#?}");
        assert_eq!(with.reports.len(), 1, "{with:#?}");
    }
}

#[test]
fn a_program_that_ignores_sigchld_is_reported() {
    let ended = ended("segv+ignore-sigchld", -libc::SIGSEGV);
    assert_eq!(ended.report()["signal"], "SIGSEGV");
}

#[test]
fn a_crash_is_reported_while_other_signals_are_blocked() {
    let others = ended("segv+blocked", -libc::SIGSEGV);
    assert_eq!(others.report()["signal"], "SIGSEGV");
    // If the signal of a fault is itself blocked, the system ends the process without calling a handler.
    let blocked = ended("segv+all-blocked", -libc::SIGSEGV);
    assert_eq!((blocked.reports.len(), &*blocked.stderr), (0, ""));
    let abort = ended("abort+all-blocked", -libc::SIGABRT);
    assert_eq!(abort.report()["code"], "F0005");
}

#[test]
fn in_continuous_integration_only_two_lines_are_written() {
    for argument in ["segv", "panic"] {
        let runs = [run(argument).with("CI", "1"), run(&format!("{argument}+quiet"))];
        for ended in runs.map(|run| run.end().clean()) {
            let lines = ended.stderr.lines().filter(|line| !line.starts_with("received "));
            let lines: Vec<_> = lines.collect();
            let id = ended.report()["id"].as_str().unwrap();
            assert_eq!(lines.len(), 2, "{ended:#?}");
            assert!(lines[0].starts_with("src/demo.vitte:4:7: fatal[F000"), "{ended:#?}");
            let path = lines[1].strip_prefix("report: ").unwrap();
            assert!(path.ends_with(&format!("/{id}.vittecrash")), "{ended:#?}");
        }
    }
    let shown = run("segv").with("CI", "false").end();
    assert!(shown.stderr.lines().count() > 2, "{shown:#?}");
}

/// Returns how a line violates the JSON schema of diagnostics.
fn schema_errors(line: &str) -> Vec<String> {
    static SCHEMA: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(vitte_diag::json::SCHEMA).unwrap());
    let validator = jsonschema::draft202012::new(&SCHEMA).unwrap();
    let value = serde_json::from_str(line).unwrap();
    validator.iter_errors(&value).map(|error| error.to_string()).collect()
}

#[test]
fn the_json_format_writes_one_valid_line() {
    for (argument, code) in [("panic+json", "F0001"), ("segv+json", "F0002"), ("oom+json", "F0004")]
    {
        let ended = run(argument).end().clean();
        assert_eq!(ended.lines().len(), 1, "{ended:#?}");
        assert_eq!(schema_errors(ended.lines()[0]), [""; 0], "{ended:#?}");
        let line: Value = serde_json::from_str(ended.lines()[0]).unwrap();
        assert_eq!((&line["severity"], &line["code"]), (&"fatal".into(), &code.into()));
        assert_eq!(line["primary"]["line"], 4, "{line:#}");
        assert!(ended.fatal().is_empty(), "standard error has a diagnostic: {ended:#?}");
    }
    // The report is stored even if the line cannot be written.
    let closed = run("segv+json").under(Condition::ClosedStreams).end().clean();
    assert_eq!(closed.report()["code"], "F0002");
}
