//! A reporter that hangs, dies or cannot inspect the process, and a second crash while it runs.

use std::time::Duration;

use crate::child::{Run, is_root, run};
use crate::log;

/// Asserts that a line with this end is written instead of a report, and that the status is the same as without a
/// handler. Returns the time of the run.
fn assert_fallback_line(run: &Run, end: &str) -> Duration {
    let ended = run.end().clean();
    assert_eq!(ended.status, run.status_without_handler(), "{ended:#?}");
    let line = ended.fallback_line();
    assert!(line.starts_with("fatal[F0002]: SIGSEGV at address 0x0 in thread `crasher`"), "{line}");
    assert!(line.ends_with(end), "{line}");
    assert_eq!(ended.stderr, format!("{line}\n"), "standard error has other lines");
    ended.time
}

#[test]
fn a_reporter_that_hangs_is_killed_after_the_timeout() {
    let run = run("segv").with("CRASHER_REPORTER", "hang").with("CRASHER_TIMEOUT_MS", "300");
    let time = assert_fallback_line(&run, " while folding; no report: the reporter timed out");
    assert!(time >= Duration::from_millis(300), "{time:?}");
    // The reporter would sleep for 60 seconds. The limit is generous, because the machine may be busy.
    assert!(time < Duration::from_secs(10), "{time:?}");
}

#[test]
fn a_reporter_that_dies_is_mentioned() {
    for argument in ["segv", "segv+ignore-sigchld", "segv+no-descriptors"] {
        let run = run(argument).with("CRASHER_REPORTER", "die");
        assert_fallback_line(&run, " while folding; no report: the reporter failed");
    }
}

#[test]
fn without_a_new_process_a_line_states_the_reason() {
    let end = " while folding; no report: cannot start the reporter";
    assert_fallback_line(&run("segv+no-exec"), end);
    assert_fallback_line(
        &run("segv+no-clone"),
        " while folding; no report: cannot start a process",
    );
}

#[test]
fn without_permission_to_inspect_the_process_a_line_states_the_reason() {
    let end =
        " while folding; no report: the system does not permit one process to inspect another";
    assert_fallback_line(&run("segv+no-ptrace"), end);
    if is_root() {
        // The system protects a process that has dropped privileges.
        assert_fallback_line(&run("segv+setuid"), end);
    } else {
        log("skipped: the current user is not root\n");
    }
}

#[test]
fn control_characters_in_the_line_are_replaced() {
    assert_fallback_line(
        &run("hostile+no-exec"),
        " while evil?]0;x???????name; no report: cannot start the reporter",
    );
}

#[test]
fn a_second_signal_during_the_report_ends_the_process() {
    let run = run("second-signal");
    let run = run.with("CRASHER_REPORTER", "hang").with("CRASHER_TIMEOUT_MS", "4000");
    let ended = run.end();
    let line = ended.fallback_line();
    let end = " while crashing twice; a second crash while the first was being reported";
    assert!(line.ends_with(end), "{ended:#?}");
    assert_eq!(ended.code(), -libc::SIGSEGV, "{ended:#?}");
    assert!(ended.time < Duration::from_secs(3), "the process waited for the reporter: {ended:#?}");
    // The process that watches the reporter ends only after the timeout.
    _ = ended.clean();
}
