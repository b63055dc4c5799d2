//! Fixes: applied, compared, compiled again.

use crate::Toy;

#[test]
fn a_fixed_source_is_compared_and_compiled() {
    for toy in [Toy::new(&[]), Toy::new(&[]).command()] {
        toy.write("a.toy", "error T0001 bad\nfix error done\n#~^^ error: bad\n");
        assert_eq!(
            toy.failure("a.toy"),
            "error: there is no `ui/a.fixed`, which would be:\n\n\
             done T0001 bad\nfix error done\n#~^^ error: bad\n"
        );
    }
}

#[test]
fn what_remains_after_a_fix_is_reported() {
    // The fix replaces the word, so that the line is no command any more.
    let fixable = "error T0001 bad\nfix error okay\n//~^^ error: bad\n";
    let toy = Toy::new(&[("a.toy", fixable)]);
    assert_eq!(toy.run(&["--bless"]).code, Some(0));
    assert_eq!(toy.read("a.fixed"), fixable.replacen("error", "okay", 1));
    toy.passes();
    toy.write("a.fixed", "okay\n");
    assert!(toy.failure("a.toy").starts_with("error: the output differs from `ui/a.fixed`\n"));
    // The fix leads to another error.
    let worse = "error T0001 bad\nfix bad worse\n//~^^ error: bad\n";
    let toy = Toy::new(&[("a.toy", worse)]);
    let ran = toy.run(&["--bless"]);
    assert!(
        ran.code == Some(101)
            && ran
                .stdout
                .contains("error: a machine-applicable suggestion leads to this diagnostic\n"),
        "{ran:#?}"
    );
    assert!(ran.stdout.contains("error[T0001]: worse"), "{ran:#?}");
}

#[test]
fn a_fix_may_change_the_exit_code() {
    let text = "//@ exit-code: 1\nerror T0001 bad\nfix error okay\n//~^^ error: bad\n";
    let toy = Toy::new(&[("a.toy", text)]).command();
    assert_eq!(toy.run(&["--bless"]).code, Some(0));
    toy.passes();
}

#[test]
fn a_crash_of_a_fixed_source_says_so() {
    let toy = Toy::new(&[("a.toy", "error T0001 bad\nfix error panic\n//~^^ error: bad\n")]);
    let failure = toy.failure("a.toy");
    assert!(failure.starts_with("fatal: the compiler panicked: T0001 bad\n"), "{failure}");
    let note = "  = note: this is about the source after its machine-applicable suggestions\n";
    assert!(failure.contains(note), "{failure}");
}

#[test]
fn diagnostics_without_a_fix_may_remain() {
    let text =
        "error T0001 bad\nfix error okay\n//~^^ error: bad\nerror T0002 other //~ error: other\n";
    let toy = Toy::new(&[("a.toy", text)]);
    assert_eq!(toy.run(&["--bless"]).code, Some(0));
    toy.passes();
}

#[test]
fn a_case_decides_whether_its_fixes_are_checked() {
    Toy::new(&[(
        "a.toy",
        "//@ no-fix: the fix is tested elsewhere\nerror T0001 bad\nfix error okay\n//~^^ error\n",
    )])
    .passes();
    let toy = Toy::new(&[("a.toy", "error T0001 bad //~ error\n"), ("a.fixed", "x\n")]);
    let failure = toy.failure("a.toy");
    assert!(
        failure
            .starts_with("error: `ui/a.fixed` exists, but no suggestion is machine-applicable\n"),
        "{failure}"
    );
}

#[test]
fn a_fix_that_does_not_fix_is_reported() {
    // The same text again.
    let failure =
        Toy::new(&[("a.toy", "error T0001 bad\nfix bad bad\n//~^^ error\n")]).failure("a.toy");
    assert!(
        failure.starts_with("error: a machine-applicable suggestion changes nothing\n"),
        "{failure}"
    );
    // The source grows, and the diagnostic stays. Nothing is written.
    let toy =
        Toy::new(&[("a.toy", "error T0001 bad\nhelp x\nfix help help help\n//~^^^ error: bad\n")]);
    let ran = toy.run(&["--bless"]);
    assert!(ran.code == Some(101) && !toy.path("a.fixed").exists(), "{ran:#?}");
    assert!(ran.stdout.contains("error: the fixed source still has this diagnostic\n"), "{ran:#?}");
    assert!(!ran.stdout.contains("bless: "), "{ran:#?}");
}

#[test]
fn bytes_that_are_not_utf8_stay_in_fixed_sources() {
    let toy = Toy::new(&[]);
    std::fs::create_dir_all(toy.path("")).unwrap();
    std::fs::write(toy.path("a.toy"), b"error T0001 bad\nfix error okay\n//~^^ error: bad\n\xff\n")
        .unwrap();
    assert_eq!(toy.run(&["--bless"]).code, Some(0));
    let fixed = std::fs::read(toy.path("a.fixed")).unwrap();
    assert_eq!(fixed, b"okay T0001 bad\nfix error okay\n//~^^ error: bad\n\xff\n");
    toy.passes();
}
