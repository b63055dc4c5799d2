//! A compiler that is run as a command.

use crate::Toy;

#[test]
fn diagnostics_are_read_as_json() {
    let text = "error T0001 bad //~ error[T0001]: bad\nlabel elsewhere //~ note: elsewhere\nunlocated T0002 none //~? error: none\n";
    Toy::new(&[("a.toy", text), ("b.toy", "warning T0003 old\n")]).command().passes();
    let toy = Toy::new(&[("a.toy", "error T0001 bad\n")]).command();
    assert!(
        toy.failure("a.toy")
            .contains("reported, but not announced: error[T0001]: bad\n --> ui/a.toy:1:1")
    );
}

#[test]
fn flags_come_before_the_path() {
    let text = "//@ flags: -x\nflags //~ error: --error-format=json -x ui/a.toy\n";
    Toy::new(&[("a.toy", text)]).command().passes();
}

#[test]
fn the_exit_code_has_to_fit_the_diagnostics() {
    let fails = |text: &str| Toy::new(&[("a.toy", text)]).command().failure("a.toy");
    let lied = fails("//@ flags: --lie\nerror T0001 a //~ error\n");
    assert!(
        lied.starts_with("error: the compiler reported errors, but exited with code 0\n"),
        "{lied}"
    );
    let silent = fails("eprint oops\nexit 7\n");
    assert!(
        silent.starts_with("error: the compiler reported no errors, but exited with code 7\n"),
        "{silent}"
    );
    assert!(silent.contains("stderr:\noops\n"), "{silent}");
    Toy::new(&[("a.toy", "//@ exit-code: 7\nexit 7\n")]).command().passes();
    assert!(
        fails("//@ exit-code: 7\nexit 6\n")
            .starts_with("error: the compiler exited with code 6, not 7\n")
    );
}

#[test]
fn output_that_is_not_json_is_raw() {
    Toy::new(&[("a.toy", "eprint hello world\n//~? raw: hello\n")]).command().passes();
    let failure = Toy::new(&[("a.toy", "print {\"severity\":1}\n")]).command().failure("a.toy");
    assert!(failure.starts_with("error: line 1 of the output is not a diagnostic: "), "{failure}");
}

#[test]
#[cfg(unix)]
fn crashes_and_hangs_are_reported() {
    let fails = |text: &str| Toy::new(&[("a.toy", text)]).command().failure("a.toy");
    let aborted = fails("eprint last words\nabort\n");
    assert!(aborted.starts_with("error: the compiler crashed: signal: 6 (SIGABRT)"), "{aborted}");
    assert!(aborted.contains("stderr:\nlast words\n"), "{aborted}");
    let hung = fails("//@ timeout: 5\neprint begun\nhang\n");
    assert!(
        hung.starts_with("error: the compiler was ended because it ran longer than 5 s\n"),
        "{hung}"
    );
    assert!(hung.contains("stderr:\nbegun\n"), "{hung}");
    let panicked = fails("panic oh no\n");
    assert!(
        panicked.starts_with("error: the compiler reported no errors, but exited with code 101\n"),
        "{panicked}"
    );
    assert!(panicked.contains("oh no"), "{panicked}");
}
