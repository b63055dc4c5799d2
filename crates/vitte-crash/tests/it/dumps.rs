//! Dumps: reports of all threads and their contexts, after which the process goes on.

use serde_json::Value;

use crate::child::{RunResult, run};

/// Runs a scenario that goes on after its dump.
fn ended(argument: &str) -> RunResult {
    let ended = run(argument).end().clean();
    assert_eq!((ended.code(), ended.lines()), (0, vec!["going on"]), "{ended:#?}");
    assert!(ended.fatal().is_empty(), "{ended:#?}");
    ended
}

/// Asserts that a report is about the thread `worker`, with its context and its frames.
fn assert_is_about_worker(report: &Value) {
    assert_eq!((&report["code"], &report["signal"]), (&"N0900".into(), &Value::Null));
    assert_eq!(report["thread"], "worker", "{report:#}");
    assert_eq!(report["context"][0]["name"], "folding");
    assert_eq!(report["context"][0]["place"]["line"], 4, "{report:#}");
    let frames = report["frames"].as_array().unwrap();
    let names = frames.iter().filter_map(|frame| frame["function"].as_str());
    assert!(names.into_iter().any(|name| name.contains("scenarios::dump")), "{report:#}");
    assert_eq!(report["threads"][0]["name"], "worker");
}

#[test]
fn a_signal_makes_a_dump_and_the_process_goes_on() {
    for argument in ["dump-quit+dump", "dump-usr1+dump", "dump-quit+dump+no-signals"] {
        let ended = ended(argument);
        let signal = if argument.contains("usr1") { "SIGUSR1" } else { "SIGQUIT" };
        assert_is_about_worker(ended.report());
        let header = format!("note[N0900]: `crasher` is still running: {signal} was received\n");
        assert!(ended.stderr.starts_with(&header), "{ended:#?}");
        assert!(ended.stderr.contains("while folding (round: 7)"), "{ended:#?}");
    }
}

#[test]
fn without_dumps_the_signal_ends_the_process() {
    let ended = run("dump-quit").end().clean();
    assert_eq!((ended.code(), ended.reports.len()), (-libc::SIGQUIT, 0), "{ended:#?}");
}

#[test]
fn a_handler_that_the_program_had_before_is_called_after_the_dump() {
    let ended = run("dump-usr1+dump+own-usr1").end().clean();
    assert_eq!(ended.lines(), ["own handler", "going on"], "{ended:#?}");
    assert_eq!(ended.report()["code"], "N0900");
}

#[test]
fn a_context_that_is_open_for_too_long_makes_one_dump() {
    let ended = ended("dump-on-timeout+watchdog");
    assert_is_about_worker(ended.report());
    let message = ended.report()["message"].as_str().unwrap();
    assert!(message.starts_with("`folding` is open for "), "{message}");
}

#[test]
fn a_dump_that_is_refused_during_another_one_is_made_later() {
    let ended = run("refused-dump+dump+watchdog").with("CRASHER_REPORTER", "first-dies");
    let ended = ended.end().clean();
    assert_eq!((ended.code(), ended.lines()), (0, vec!["going on"]), "{ended:#?}");
    let first = "note: no dump of the threads; no report: the reporter failed\n";
    assert!(ended.stderr.starts_with(first), "{ended:#?}");
    let message = ended.report()["message"].as_str().unwrap();
    assert!(message.starts_with("`folding` is open for "), "{message}");
}

#[test]
fn a_dump_needs_no_permission_to_inspect_the_process() {
    let ended = ended("dump-quit+dump+no-ptrace");
    let report = ended.report();
    assert_eq!((&report["code"], &report["thread"]), (&"N0900".into(), &"worker".into()));
    assert_eq!(report["context"][0]["name"], "folding");
    assert_eq!(report["frames"], serde_json::json!([]), "these would be frames of another thread");
    assert!(ended.stderr.contains("frames of other threads are unknown"), "{ended:#?}");
}

#[test]
fn a_crash_after_a_dump_is_reported() {
    let ended = run("dump-then-segv+dump").end().clean();
    assert_eq!((ended.code(), ended.reports.len()), (-libc::SIGSEGV, 2), "{ended:#?}");
    assert_eq!(ended.reports[0]["code"], "N0900");
    assert_eq!(ended.reports[1]["code"], "F0002");
}

#[test]
fn a_crash_shows_the_contexts_of_other_threads() {
    let ended = run("many-threads").end().clean();
    let threads = ended.report()["threads"].as_array().unwrap();
    let with_contexts = threads.iter().filter(|thread| thread["context"].is_array());
    assert!(with_contexts.count() > 400, "{}", threads.len());
    let named = threads.iter().find(|thread| thread["name"] == "w7").unwrap();
    assert_eq!(named["context"][0]["values"][0]["value"], "7");
}
