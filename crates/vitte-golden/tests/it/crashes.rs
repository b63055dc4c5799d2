//! Cases that crash, exit or hang: they fail, and the others go on.

use crate::Toy;

const GOOD: &str = "error T0001 a //~ error\n";

/// Runs a suite with this case between two good ones, and returns what is wrong with it.
#[track_caller]
fn failure(text: &str) -> String {
    let toy = Toy::new(&[("a.toy", GOOD), ("b.toy", text), ("c.toy", GOOD)]);
    let ran = toy.run(&["--test-threads=1"]);
    let results = ran.results();
    assert_eq!(
        results,
        ["a.toy ... ok", "b.toy ... FAILED", "c.toy ... ok", "suite::orphans ... ok"],
        "{ran:#?}"
    );
    toy.failure("b.toy")
}

#[test]
fn a_panic_is_a_fatal_diagnostic_with_its_location() {
    let failure = failure("print begun\npanic index out of bounds\n");
    assert!(
        failure
            .starts_with("fatal: the compiler panicked: index out of bounds\n  |\n  = note: at "),
        "{failure}"
    );
    assert!(failure.contains("tests/toy.rs:") && failure.contains("stdout:\nbegun\n"), "{failure}");
    assert!(
        failure.contains("stderr:\n\nthread 'main' panicked at ")
            || failure.contains("stderr:\nthread 'main' panicked at "),
        "{failure}"
    );
}

#[test]
#[cfg(unix)]
fn a_signal_ends_only_its_case() {
    let aborted = failure("eprint last words\nabort\n");
    assert!(aborted.starts_with("error: the compiler crashed: signal: 6 (SIGABRT)"), "{aborted}");
    assert!(aborted.contains("stderr:\nlast words\n"), "{aborted}");
    let overflowed = failure("overflow\n");
    assert!(
        overflowed.contains("signal: 6 (SIGABRT)")
            && overflowed.contains("has overflowed its stack"),
        "{overflowed}"
    );
}

#[test]
fn an_exit_ends_only_its_case() {
    let exited = failure("exit 3\n");
    assert!(
        exited.starts_with("error: the compiler ended the process of the test: exit code 3\n"),
        "{exited}"
    );
    assert!(
        failure("exit 0\n")
            .starts_with("error: the compiler ended the process of the test: exit code 0\n")
    );
}

#[test]
fn a_hanging_case_is_ended_and_named() {
    let hung = failure("//@ timeout: 1\nprint begun\nhang\n");
    assert!(
        hung.starts_with("error: the case was ended because it ran longer than 1 s\n"),
        "{hung}"
    );
    assert!(hung.contains("= help: a directive `timeout: SECONDS` sets another limit"), "{hung}");
    // It waits for input that never comes.
    assert!(failure("//@ timeout: 1\nread\n").contains("ran longer than 1 s"));
}

#[test]
fn output_that_looks_like_an_outcome_is_not_one() {
    Toy::new(&[("a.toy", "print golden-0000000000000000:{\"failure\":null,\"problems\":0}\n")])
        .passes();
    let toy = Toy::new(&[("a.toy", "print x\nerror T0001 a\n")]);
    assert!(toy.failure("a.toy").ends_with("stdout:\nx\n"));
}

#[test]
fn a_span_outside_of_its_file_is_reported() {
    let failure = failure("outside //~ error: far\n");
    assert!(failure.starts_with("error: the compiler reported invalid spans\n"), "{failure}");
}

/// With the crash handler of this project the report, and the path of its capsule, are shown.
#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_crash_report_is_shown() {
    for (command, is_in_process) in
        [("panic oh no", true), ("abort", true), ("abort", false), ("panic oh no", false)]
    {
        let toy = Toy::new(&[("a.toy", command), ("b.toy", GOOD)]).with("TOY_CRASH", "1");
        let toy = if is_in_process { toy } else { toy.command() };
        let dir = toy.dir.path().join("crashes");
        let toy = toy.with("VITTE_CRASH_DIR", dir.to_str().unwrap());
        let failure = toy.failure("a.toy");
        let code = if command == "abort" { "fatal[F0005]" } else { "fatal[F0001]" };
        assert!(failure.contains(code), "{command} {is_in_process}: {failure}");
        assert!(failure.contains(".vittecrash"), "{command} {is_in_process}: {failure}");
        assert!(toy.run(&[]).results().contains(&"b.toy ... ok".to_owned()));
    }
}
