//! A reporter that hangs, dies or may not look, and a crash while it is waited for.

use std::time::Duration;

use crate::child::{Run, is_root, run};
use crate::say;

/// The line that is written instead of a report, and the status as it would have been.
fn says(run: &Run, end: &str) -> Duration {
    let ended = run.end().clean();
    assert_eq!(ended.status, run.bare(), "{ended:#?}");
    let line = ended.line();
    assert!(line.starts_with("fatal[F0002]: SIGSEGV at address 0x0 in thread `crasher`"), "{line}");
    assert!(line.ends_with(end), "{line}");
    assert_eq!(ended.stderr, format!("{line}\n"), "nothing else is said");
    ended.time
}

#[test]
fn a_reporter_that_hangs_is_ended_when_its_time_is_over() {
    let run = run("segv").with("CRASHER_REPORTER", "hang").with("CRASHER_LIMIT", "300");
    let time = says(&run, " while folding; no report: the reporter timed out");
    assert!(time >= Duration::from_millis(300), "{time:?}");
    // The machine may have much to do; what is asserted is that nobody waits for the reporter itself.
    assert!(time < Duration::from_secs(10), "{time:?}");
}

#[test]
fn a_reporter_that_dies_is_told_of() {
    for wish in ["segv", "segv+no-children", "segv+full"] {
        let run = run(wish).with("CRASHER_REPORTER", "die");
        says(&run, " while folding; no report: the reporter failed");
    }
}

#[test]
fn where_nothing_can_be_started_a_line_says_so() {
    let end = " while folding; no report: cannot start the reporter";
    says(&run("segv+no-exec"), end);
    says(&run("segv+no-clone"), " while folding; no report: cannot start a process");
}

#[test]
fn where_nobody_may_look_at_the_process_a_line_says_so() {
    let end = " while folding; no report: the system does not permit one process to inspect another";
    says(&run("segv+no-ptrace"), end);
    if is_root() {
        // The system hides a process that had more rights before.
        says(&run("segv+setuid"), end);
    } else {
        say("skipped: this user cannot become another one\n");
    }
}

#[test]
fn a_line_shows_nothing_that_a_terminal_obeys() {
    says(
        &run("hostile+no-exec"),
        " while evil?]0;x???????name; no report: cannot start the reporter",
    );
}

#[test]
fn a_signal_to_a_thread_that_waits_for_its_report_ends_the_process() {
    let run = run("again").with("CRASHER_REPORTER", "hang").with("CRASHER_LIMIT", "4000");
    let ended = run.end();
    let line = ended.line();
    let end = " while crashing twice; a second crash while the first was being reported";
    assert!(line.ends_with(end), "{ended:#?}");
    assert_eq!(ended.code(), -libc::SIGSEGV, "{ended:#?}");
    assert!(ended.time < Duration::from_secs(3), "at once, not when the reporter ends: {ended:#?}");
    // Whoever looks after the reporter is there until its time is over.
    _ = ended.clean();
}
