//! Commands that fail, crash or do not end.

use std::time::{Duration, Instant};

use super::support::{Fixture, shell};
use crate::command::CompilerCommand;

const ERROR: &str = r#"{"severity":"error","code":null,"message":"m","primary":null,"labels":[],"help":null,"notes":[]}"#;

fn check(script: &str) -> Vec<String> {
    Fixture::new(&[("a.x", "")]).check(&shell(script), "a.x")
}

#[test]
fn a_program_that_cannot_be_run_is_reported() {
    let fixture = Fixture::new(&[("a.x", ""), ("no-program", "")]);
    let out = |program: &str| {
        let command = CompilerCommand::new(program, ["{file}"]).unwrap();
        fixture.check(&command, "a.x").concat()
    };
    assert_eq!(
        out("no such\u{1b}compiler"),
        "a.x: error: cannot run `no such\u{241b}compiler`: No such file or directory (os error 2)\n\
         the command is `no such\u{241b}compiler {file}`"
    );
    assert!(
        out("./no-program").starts_with("a.x: error: cannot run `./no-program`: Permission denied")
    );
    let mut fixture = Fixture::new(&[]);
    fixture.root = Some(fixture.path("vanished"));
    fixture.open("vanished/a.x", "");
    let command = CompilerCommand::new("sh", ["-c", "exit", "{stdin}"]).unwrap();
    let out = fixture.check(&command, "vanished/a.x").concat();
    assert!(out.contains("vanished`: no such directory"), "{out}");
}

#[test]
fn a_failure_without_diagnostics_is_reported_with_what_was_written() {
    let out = check("echo 'first\u{1b}[1m' >&2; echo last >&2; echo other; exit 3");
    assert_eq!(out.len(), 1);
    assert!(out[0].starts_with(
        "a.x: error: `sh` exited with code 3 and reported nothing\nthe command is `sh -c "
    ));
    assert!(out[0].ends_with("\nthe end of standard error:\nfirst\u{241b}[1m\nlast"), "{}", out[0]);
    assert!(check("echo other; exit 3")[0].ends_with("\nthe end of standard output:\nother"));
    assert_eq!(check("echo done; exit 0"), [""; 0]);
    assert_eq!(check(&format!("echo '{ERROR}'; exit 3")), ["error: m"]);
}

#[test]
fn a_crash_is_reported_beside_the_diagnostics() {
    let out = check(&format!("echo '{ERROR}'; echo oops >&2; kill -SEGV $$"));
    assert_eq!(out.len(), 2);
    assert_eq!(out[0], "error: m");
    assert!(out[1].starts_with("a.x: fatal: `sh` crashed: SIGSEGV\n"), "{}", out[1]);
    assert!(out[1].ends_with("\nthe end of standard error:\noops"), "{}", out[1]);
    // A crash that the compiler itself reports is not reported twice.
    let fatal = ERROR.replace("error", "fatal");
    assert_eq!(
        check(&format!("echo '{ERROR}'; echo '{fatal}'; kill -ABRT $$")),
        ["error: m", "fatal: m\n`sh` was ended by SIGABRT"]
    );
}

#[test]
fn a_command_that_does_not_end_is_reported() {
    let fixture = Fixture::new(&[("a.x", "")]);
    let command = shell(&format!("echo '{ERROR}'; printf '{{\"cut'; sleep 100 & wait"));
    let out = fixture.check(&command.timeout(Duration::from_secs(2)), "a.x");
    assert_eq!(out[0], "error: m");
    assert!(out[1].starts_with("a.x: fatal: `sh` did not end within 2 s, and was stopped"));
    assert_eq!(out.len(), 2);
}

#[test]
fn a_cancelled_check_returns_nothing() {
    let fixture = Fixture::new(&[("a.x", "")]);
    let cancellation = fixture.cancellation.clone();
    let begun = Instant::now();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        cancellation.cancel();
    });
    let command = shell(&format!("echo '{ERROR}'; sleep 100 & wait"));
    assert_eq!(fixture.check(&command.timeout(Duration::from_secs(60)), "a.x"), [""; 0]);
    assert!(begun.elapsed() < Duration::from_secs(50));
    thread.join().unwrap();
    // One that is cancelled before it begins.
    assert_eq!(fixture.check(&shell("exit 3"), "a.x"), [""; 0]);
}

#[test]
fn output_without_end_is_bounded() {
    let out = check("yes $(printf %01000d 0)");
    assert!(
        out[0].starts_with("a.x: fatal: `sh` wrote more than 64 MiB, and was stopped"),
        "{out:?}"
    );
    assert!(out[0].len() < 6000);
}

#[test]
fn another_process_may_keep_the_output_open() {
    assert_eq!(check(&format!("sleep 5 & echo '{ERROR}'; exit 1")), ["error: m"]);
}
