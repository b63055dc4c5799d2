//! A reporter that hangs, dies or cannot inspect the process, and a second crash while it runs.

use std::time::Duration;

use crate::child::{Run, is_root, run};
use crate::log;

/// Asserts that a line with this end and the frames are written instead of a report, and that the status is the same as
/// without a handler. Returns the time of the run.
fn assert_fallback_line(run: &Run, end: &str) -> Duration {
    let ended = run.end().clean();
    assert_eq!(ended.status, run.status_without_handler(), "{ended:#?}");
    let line = ended.fallback_line();
    assert!(line.starts_with("fatal[F0002]: SIGSEGV at address 0x0 in thread `crasher`"), "{line}");
    assert!(line.ends_with(end), "{line}");
    let lines: Vec<_> = ended.stderr.lines().collect();
    assert!(lines[0].starts_with("received SIGSEGV at address 0x0 while "), "{ended:#?}");
    assert_eq!(lines[1], line, "{ended:#?}");
    let frames = lines.iter().skip(2).zip(0..);
    // Without a free file descriptor only the address of the crash is known.
    let has_modules = ended.stderr.contains("/crasher+0x");
    assert!(lines.len() > if has_modules { 6 } else { 2 }, "there are no frames: {ended:#?}");
    for (row, index) in frames {
        let (number, module) = row.trim_start().split_once(": ").unwrap();
        assert_eq!(number, format!("{index}"), "{ended:#?}");
        let (path, offset) = module.split_once("+0x").unwrap_or(("/", &module[2..]));
        assert!(path.starts_with('/') && u64::from_str_radix(offset, 16).is_ok(), "{row}");
    }
    ended.time
}

#[test]
fn a_reporter_that_hangs_is_killed_after_the_timeout() {
    for reporter in ["hang", "deaf"] {
        let run = run("segv").with("CRASHER_REPORTER", reporter).with("CRASHER_TIMEOUT_MS", "300");
        let time = assert_fallback_line(&run, " while folding; no report: the reporter timed out");
        assert!(time >= Duration::from_millis(300), "{time:?}");
        // The reporter would sleep for 60 seconds. The limit is generous, because the machine may be busy.
        assert!(time < Duration::from_secs(10), "{time:?}");
    }
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

/// The supervisor shares the memory of the process, so only the frames of other threads are unknown.
#[test]
fn without_permission_to_inspect_the_process_the_crashed_thread_is_reported() {
    let not_permitted = "one process may not inspect another";
    let mut cases =
        vec![("segv+no-ptrace", not_permitted), ("thread-segv+no-ptrace", not_permitted)];
    match is_root() {
        // The system protects a process that has dropped privileges.
        true => cases.push(("segv+setuid+unstored", not_permitted)),
        false => log("skipped: the current user is not root\n"),
    }
    cases.push(("segv+traced", " is attached"));
    for (argument, reason) in cases {
        let ended = run(argument).end().clean();
        assert_eq!(ended.code(), -libc::SIGSEGV, "{ended:#?}");
        let note =
            ended.stderr.lines().find(|line| line.contains("frames of other threads are unknown"));
        assert!(note.unwrap().ends_with(reason), "{ended:#?}");
        assert!(ended.stderr.contains("src/demo.vitte:4:7"), "{ended:#?}");
        assert!(ended.stderr.contains("crasher::culprit"), "{ended:#?}");
        assert_eq!(ended.fatal().len(), 1, "{ended:#?}");
        if !argument.contains("unstored") {
            assert_eq!(ended.report()["context"].as_array().unwrap().len(), 3, "{ended:#?}");
        }
    }
    let large = run("variable-plain-segv+no-ptrace").end().clean();
    assert!(!large.report()["context"][0]["variables"].as_array().unwrap().is_empty());
}

#[test]
fn a_line_is_written_before_anything_that_a_sandbox_may_not_permit() {
    let calls = ["clone", "prctl", "getpid", "mmap", "sigprocmask", "sigaction"];
    for call in calls {
        let ended = run(&format!("segv+kill-{call}")).end();
        assert!(
            ended.stderr.starts_with("received SIGSEGV at address 0x0 while folding\n"),
            "{call}: {ended:#?}"
        );
    }
    // Only the reporter is ended.
    assert_fallback_line(
        &run("segv+kill-execve"),
        " while folding; no report: the reporter failed",
    );
}

#[test]
fn a_context_whose_name_is_not_of_plain_words_is_left_out() {
    let ended = run("hostile+no-exec").end().clean();
    let line = ended.fallback_line();
    assert!(line.ends_with(" in thread `crasher`; no report: cannot start the reporter"), "{line}");
    assert!(ended.stderr.starts_with("received SIGSEGV at address 0x0\n"), "{ended:#?}");
    // Its name is a token, which the report masks.
    let ended = run("secret-name").end().clean();
    assert!(ended.stderr.starts_with("received SIGSEGV at address 0x0\n"), "{ended:#?}");
    assert!(ended.stderr.contains("while ") && !ended.stderr.contains("ghp_"), "{ended:#?}");
    assert!(!ended.report().to_string().contains("ghp_"), "{ended:#?}");
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

#[test]
fn a_thread_that_exits_waits_for_the_report_of_another() {
    for kind in ["exit-while-reporting", "return-while-reporting"] {
        for option in ["", "+leak"] {
            let ended = run(&format!("{kind}+before-tells{option}")).end().clean();
            assert_eq!(ended.code(), -libc::SIGSEGV, "{kind}: {ended:#?}");
            assert_eq!(ended.report()["thread"], "crashing", "{ended:#?}");
        }
    }
}

#[test]
fn a_signal_for_a_dump_does_not_change_the_report_that_is_being_made() {
    let ended = run("dump-while-reporting+before-tells+dump").end().clean();
    assert_eq!(ended.code(), -libc::SIGSEGV, "{ended:#?}");
    assert_eq!(ended.report()["signal"], "SIGSEGV", "{ended:#?}");
}
