//! Panics that are not crashes, panics in destructors, and where reports are stored by default.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child::{RunResult, crasher, run};
use crate::common;

/// Runs `crasher KIND | head -1`, and asserts that the process ends as without a handler, and quietly.
fn ends_quietly(kind: &str, code: i32) {
    let without = run(&format!("{kind}+no-handler")).head().end();
    let ended = run(kind).head().end().clean();
    assert_eq!((ended.code(), ended.status), (code, without.status), "{kind}: {ended:#?}");
    assert_eq!((ended.stderr.as_str(), ended.reports.len()), ("", 0), "{kind}: {ended:#?}");
}

#[test]
fn the_loss_of_the_reader_of_standard_output_is_not_a_crash() {
    ends_quietly("print", 101);
    ends_quietly("print-joined", 101);
    ends_quietly("write-unwrap", 101);
    // The panic is not caught.
    let caught = run("print-caught").head().end().clean();
    assert_eq!((caught.code(), &*caught.stderr, caught.reports.len()), (101, "", 0), "{caught:#?}");
}

#[test]
fn an_error_of_main_because_of_the_lost_reader_is_not_a_crash() {
    let ended = run("main-output").head().end().clean();
    assert_eq!((ended.code(), &*ended.stderr, ended.reports.len()), (1, "", 0), "{ended:#?}");
}

#[test]
fn another_broken_pipe_is_a_crash() {
    for (kind, code) in [("other-pipe", 101), ("main-pipe", 1)] {
        let ended = run(kind).end().clean();
        assert_eq!((ended.code(), ended.fatal().len()), (code, 1), "{ended:#?}");
        assert!(ended.report()["message"].as_str().unwrap().contains("Broken pipe"));
    }
}

#[test]
fn a_panic_in_the_destructor_of_a_thread_local_variable_is_one_failure() {
    for kind in ["thread-local", "leaked-guard"] {
        let status = run(kind).status_without_handler();
        let ended = run(kind).end().clean();
        assert_eq!((ended.code(), ended.status), (-libc::SIGABRT, status), "{kind}: {ended:#?}");
        assert_eq!(ended.report()["message"], "in a destructor", "{kind}");
        assert_eq!(ended.fatal(), ["fatal[F0001]: `crasher` panicked: in a destructor"], "{kind}");
    }
}

/// The result of a detached thread is dropped by the thread, and std aborts if that panics.
#[test]
fn a_panic_in_the_destructor_of_a_payload_is_not_reported_again_as_an_abort() {
    let ended = run("payload-drop").end().clean();
    assert_eq!(ended.code(), -libc::SIGABRT, "{ended:#?}");
    let messages: Vec<_> = ended.reports.iter().map(|report| &report["message"]).collect();
    assert_eq!(messages, ["a payload of unknown type", "in a destructor"], "{ended:#?}");
    assert_eq!(ended.fatal().len(), 2, "{ended:#?}");
}

fn notes(ended: &RunResult, index: usize) -> String {
    ended.reports[index]["notes"].to_string()
}

#[test]
fn a_panic_during_another_one_names_the_first() {
    let ended = run("double-display").end().clean();
    let messages: Vec<_> = ended.reports.iter().map(|report| &report["message"]).collect();
    assert_eq!(messages, ["the first panic", "the panic of a value"], "{ended:#?}");
    assert!(notes(&ended, 1).contains(": the first panic"), "{ended:#?}");
}

/// std does not call the hook: neither message exists in the process afterwards.
#[test]
fn a_message_that_panics_is_reported_as_an_abort_with_the_reason() {
    let ended = run("panicking-message").end().clean();
    assert_eq!(ended.report()["code"], "F0005");
    assert!(notes(&ended, 0).contains("a panic began while another one was being formatted"));
    assert!(ended.stderr.contains("the panic of a value\n"), "std has written it: {ended:#?}");
    // An earlier panic of the thread, which was survived, changes nothing.
    let second = run("first-then-display").end().clean();
    let codes: Vec<_> = second.reports.iter().map(|report| &report["code"]).collect();
    assert_eq!(codes, ["F0001", "F0005"], "{second:#?}");
}

#[test]
fn a_failed_allocation_is_recognised_without_symbols() {
    let dir = tempfile::tempdir().unwrap();
    let stripped = dir.path().join("crasher");
    let strip = Command::new("strip").arg("-o").arg(&stripped).arg(crasher()).status();
    if !strip.is_ok_and(|status| status.success()) {
        crate::log("skipped: `strip` is not installed\n");
        return;
    }
    let ended = run("oom").program(&stripped).end().clean();
    assert_eq!(ended.report()["code"], "F0004", "{ended:#?}");
    let abort = run("abort").program(&stripped).end().clean();
    assert_eq!(abort.report()["code"], "F0005", "{abort:#?}");
    let ended = run("thread-local").program(&stripped).end().clean();
    assert_eq!(ended.report()["code"], "F0001", "{ended:#?}");
}

/// Returns the capsules below a directory.
fn capsules(dir: &Path) -> Vec<PathBuf> {
    let entries = walk(dir).into_iter();
    let is_capsule = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "vittecrash")
            && !path.parent().is_some_and(|dir| dir.ends_with("latest"))
    };
    entries.filter(is_capsule).collect()
}

fn walk(dir: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// Crashes with the default directory. The current directory is `root/here`, the state directory `root/state`, the
/// temporary one `root/tmp`.
fn crash_by_default(root: &Path, kind: &str) -> String {
    let mut command = Command::new(crasher());
    common::clean_env(&mut command);
    command.arg(format!("{kind}+default-dir")).current_dir(root.join("here"));
    command.env("XDG_STATE_HOME", root.join("state")).env("TMPDIR", root.join("tmp"));
    String::from_utf8(command.output().unwrap().stderr).unwrap()
}

fn root() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    ["here", "state", "tmp"].iter().for_each(|dir| fs::create_dir(root.path().join(dir)).unwrap());
    root
}

#[test]
fn crashes_are_stored_in_the_state_directory_or_in_the_workspace() {
    for kind in ["panic", "segv"] {
        let root = root();
        let stderr = crash_by_default(root.path(), kind);
        assert_eq!(capsules(&root.path().join("state/crasher/crash-reports")).len(), 1, "{stderr}");
        assert!(walk(&root.path().join("here")).is_empty(), "the current directory has changed");
        fs::create_dir(root.path().join("here/target")).unwrap();
        fs::write(root.path().join("here/Cargo.toml"), "").unwrap();
        let stderr = crash_by_default(root.path(), kind);
        assert_eq!(capsules(&root.path().join("here/target/crash-reports")).len(), 1, "{stderr}");
        assert!(stderr.contains("the report is in target/crash-reports/"), "{stderr}");
    }
}

#[test]
fn the_temporary_directory_replaces_an_unwritable_one() {
    for kind in ["panic", "segv"] {
        let root = root();
        fs::remove_dir(root.path().join("state")).unwrap();
        fs::write(root.path().join("state"), "not a directory").unwrap();
        let stderr = crash_by_default(root.path(), kind);
        assert!(stderr.contains("the report is in the temporary directory: "), "{stderr}");
        let [dir] = &walk_dirs(&root.path().join("tmp"))[..] else { panic!("{stderr}") };
        assert_eq!(fs::metadata(dir).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(capsules(dir).len(), 1, "{stderr}");
        // One that others can write is refused.
        fs::set_permissions(dir, fs::Permissions::from_mode(0o777)).unwrap();
        let stderr = crash_by_default(root.path(), kind);
        assert!(stderr.contains("the report could not be stored: "), "{stderr}");
        assert_eq!(capsules(dir).len(), 1, "{stderr}");
    }
}

fn walk_dirs(dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect()
}
