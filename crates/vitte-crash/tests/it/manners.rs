//! The handler among what a program does itself: other hooks and handlers, forks, units of work.

use std::sync::LazyLock;

use serde_json::Value;

use crate::child::{Condition, Ended, run};

/// How a run ended, with the status that it has to have.
fn ended(wish: &str, code: i32) -> Ended {
    let ended = run(wish).end().clean();
    assert_eq!(ended.code(), code, "{ended:#?}");
    ended
}

fn names(report: &Value) -> Vec<&str> {
    let entries = report["context"].as_array().unwrap();
    entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

#[test]
fn a_unit_of_work_that_crashes_is_a_value() {
    let ended = ended("catch", 0);
    let second = "b F0001 the file b is bad [\"lost\", \"file\", \"batch\"] true";
    let nested = "F0001 outer after inner [\"batch\"] true";
    assert_eq!(ended.lines(), ["a 1", second, "c 1", nested]);
    assert_eq!(ended.stderr, "", "what is done with it is the program's to say");
    let messages: Vec<_> = ended.reports.iter().map(|report| &report["message"]).collect();
    assert_eq!(messages, ["the file b is bad", "inner", "outer after inner"]);
}

#[test]
fn an_error_that_nobody_caught_is_a_report() {
    let bare = ended("run+bare", 1);
    assert_eq!(bare.stderr, "Error: error 2\n  caused by: error 1\n  caused by: error 0\n");
    let ended = ended("run", 1);
    let report = ended.report();
    assert_eq!((&report["code"], &report["message"]), (&"F0006".into(), &"error 2".into()));
    let notes = serde_json::json!(["caused by: error 1", "caused by: error 0"]);
    assert_eq!(report["notes"], notes);
    assert_eq!(ended.fatal(), ["fatal[F0006]: `crasher` failed: error 2"]);
}

#[test]
fn without_the_guard_all_is_as_before() {
    let ended = ended("restore", 101);
    assert_eq!(ended.lines(), ["other: true", "same: true"].repeat(3));
    assert!(ended.reports.is_empty(), "{ended:#?}");
    assert!(ended.stderr.contains("thread 'main'") && ended.fatal().is_empty(), "{ended:#?}");
    let other = self::ended("restore+hook", 101);
    assert_eq!((&*other.stderr, other.reports.len()), ("the hook before\n", 0));
}

#[test]
fn one_handler_is_enough() {
    let ended = ended("twice", 0);
    let error = "a crash handler is installed already, and a process has one at most";
    assert_eq!(ended.lines(), [error]);
}

#[test]
fn a_guard_may_go_in_a_panic() {
    let ended = ended("unwound", 101);
    assert_eq!(ended.lines(), ["true"]);
    assert_eq!(ended.report()["message"], "a panic that drops the guard");
    assert!(ended.stderr.contains("a panic after that"), "std says what is not reported");
}

#[test]
fn hooks_of_others_are_called() {
    let before = ended("panic+hook", 101);
    assert_eq!(before.stderr.matches("the hook before\n").count(), 1, "{before:#?}");
    assert_eq!((before.fatal().len(), before.reports.len()), (1, 1), "{before:#?}");
    let after = ended("panic+hook-after+hook", 101);
    assert!(after.stderr.starts_with("the hook after\nfatal[F0001]"), "{after:#?}");
    assert!(after.stderr.ends_with("the hook before\n"), "{after:#?}");
    assert_eq!(after.report()["frames"][0]["function"], "crasher::panics");
}

#[test]
fn a_child_without_a_program_of_its_own_has_its_own_report() {
    let ended = ended("fork", 3);
    assert_eq!(ended.lines(), [format!("true {}", libc::SIGSEGV)]);
    assert_eq!(names(ended.report()), ["in the child", "before the fork"]);
}

#[test]
fn what_a_program_ignores_stays_ignored() {
    let ended = ended("raise-abort+no-abort", 0);
    assert_eq!((ended.lines(), ended.reports.len()), (vec!["0"], 0));
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_handler_that_was_there_before_is_called_with_what_came() {
    let own = ended("bad+own", 42);
    assert_eq!(own.lines(), ["own handler: 0xdeadbeef"]);
    assert_eq!(own.report()["address"], "0xdeadbeef");
    // One that puts right what was wrong: the program goes on.
    assert_eq!(ended("bad+repairs+bare", 0).reports.len(), 0);
    assert_eq!(ended("bad+repairs", 0).reports.len(), 1);
}

#[test]
fn a_program_that_waits_for_no_children_is_reported() {
    let ended = ended("segv+no-children", -libc::SIGSEGV);
    assert_eq!(ended.report()["signal"], "SIGSEGV");
}

#[test]
fn signals_that_a_thread_blocks_keep_nothing_from_being_reported() {
    let open = ended("segv+blocked", -libc::SIGSEGV);
    assert_eq!(open.report()["signal"], "SIGSEGV");
    // The system ends a process whose fault is blocked, and asks no handler.
    let blocked = ended("segv+all-blocked", -libc::SIGSEGV);
    assert_eq!((blocked.reports.len(), &*blocked.stderr), (0, ""));
    let abort = ended("abort+all-blocked", -libc::SIGABRT);
    assert_eq!(abort.report()["code"], "F0005");
}

#[test]
fn one_line_and_the_path_are_enough_where_nobody_looks() {
    for wish in ["segv", "panic"] {
        let runs = [run(wish).with("CI", "1"), run(&format!("{wish}+quiet"))];
        for ended in runs.map(|run| run.end().clean()) {
            let lines: Vec<_> = ended.stderr.lines().collect();
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

/// What is no valid JSON output of the crate.
fn errors(line: &str) -> Vec<String> {
    static SCHEMA: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(vitte_diag::json::SCHEMA).unwrap());
    let validator = jsonschema::draft202012::new(&SCHEMA).unwrap();
    let value = serde_json::from_str(line).unwrap();
    validator.iter_errors(&value).map(|error| error.to_string()).collect()
}

#[test]
fn programs_get_a_line_of_json() {
    for (wish, code) in [("panic+json", "F0001"), ("segv+json", "F0002"), ("oom+json", "F0004")] {
        let ended = run(wish).end().clean();
        assert_eq!(ended.lines().len(), 1, "{ended:#?}");
        assert_eq!(errors(ended.lines()[0]), [""; 0], "{ended:#?}");
        let line: Value = serde_json::from_str(ended.lines()[0]).unwrap();
        assert_eq!((&line["severity"], &line["code"]), (&"fatal".into(), &code.into()));
        assert_eq!(line["primary"]["line"], 4, "{line:#}");
        assert!(ended.fatal().is_empty(), "people are told nothing: {ended:#?}");
    }
    // Where it cannot be written the report is there all the same.
    let closed = run("segv+json").under(Condition::Closed).end().clean();
    assert_eq!(closed.report()["code"], "F0002");
}
