//! Annotations: each is found, and no error is unannounced.

use crate::Toy;

#[test]
fn announced_diagnostics_pass() {
    let text = "error T0001 bad thing //~ error[T0001]: bad\n\
                //~^ error: bad thing\nerror T0002 x\n//~^ ERROR x [T0002]\n//~| note: here\n\
                warning T0003 old\nnote why\nhelp do that\n//~^^^ warn: old\n//~| note: why\n//~| HELP do\n\
                fatal T0001 end\n#~^ fatal[T0001]\nunlocated T0002 no main\n//~? error[T0002]: no main\n";
    // The second annotation of the first line has no diagnostic.
    let toy = Toy::new(&[("a.toy", text)]);
    assert!(toy.failure("a.toy").contains("this error was announced, but not reported"));
    toy.write("a.toy", &text.replace("//~^ error: bad thing\n", "\n"));
    toy.passes();
}

#[test]
fn a_missing_error_shows_what_was_reported_instead() {
    let toy = Toy::new(&[("a.toy", "error T0001 bad\n//~^ error[T0002]: bad\nlabel elsewhere\n")]);
    assert_eq!(
        toy.failure("a.toy"),
        "error: this error was announced, but not reported
 --> ui/a.toy:2:1
  |
2 | //~^ error[T0002]: bad
  | ^^^^^^^^^^^^^^^^^^^^^^ announced on line 1
  |
  = note: reported on line 1: error[T0001]: bad (its code differs)

error: this error was reported, but not announced: error[T0001]: bad
 --> ui/a.toy:1:1
  |
1 | error T0001 bad
  | ^^^^^^^^^^^^^^^ here
  |
  = help: announce it on line 1: //~ error[T0001]: bad
"
    );
}

#[test]
fn line_severity_code_and_message_have_to_be_right() {
    for (announced, passes) in [
        ("//~^ error[T0001]: the name", true),
        ("//~^ error: name `x`", true),
        ("//~^ error", true),
        ("//~^ fatal: the name", false),
        ("//~^ warning: the name", false),
        ("//~^ error[T0002]: the name", false),
        ("//~^ error[T000]: the name", false),
        ("//~^ error: the other name", false),
        ("//~ error: the name", false),
        ("//~? error: the name", false),
        ("//~v error: the name", false),
    ] {
        let toy = Toy::new(&[("a.toy", &format!("error T0001 the name `x`\n{announced}\n\n"))]);
        assert_eq!(toy.run(&[]).code, Some(if passes { 0 } else { 101 }), "{announced}");
    }
}

#[test]
fn each_annotation_needs_a_diagnostic_of_its_own() {
    let twice = "error T0001 a\n//~^ error: a\n//~| error: a\n";
    assert!(Toy::new(&[("a.toy", twice)]).failure("a.toy").contains("not reported"));
    // The general annotation comes first, and must not take the only diagnostic of the other one.
    let order = "warning T0003 ab\nlabel c\n//~^ note\n//~| note: c\n";
    assert_eq!(Toy::new(&[("a.toy", order)]).run(&[]).code, Some(101));
    let both = "fix x y // x\nerror T0001 one\nerror T0001 two\nnote z\n//~^^^ error\n//~| note: here\n//~^^^^ error: two\n//~| note: z\n";
    Toy::new(&[("a.toy", both)]).passes();
}

#[test]
fn warnings_and_notes_need_no_annotation() {
    Toy::new(&[("a.toy", "warning T0003 old\nnote why\n")]).passes();
    Toy::new(&[("a.toy", "error T0001 a //~ error\nwarning T0003 old\nhelp h\n")]).passes();
}

#[test]
fn an_unannounced_error_without_a_location_is_shown() {
    let failure = Toy::new(&[("a.toy", "unlocated T0002 no main\n")]).failure("a.toy");
    assert_eq!(
        failure,
        "error: this error was reported, but not announced: error[T0002]: no main
  |
  = help: announce it anywhere, because it has no line in the case: //~? error[T0002]: no main
"
    );
}

#[test]
fn mistakes_in_comments_are_errors_at_the_comment() {
    let toy = Toy::new(&[("a.toy", "//@ chek-pass\nerror T0001 a //~ eror: a\n")]);
    assert_eq!(
        toy.failure("a.toy"),
        "error: unknown directive `chek-pass`
 --> ui/a.toy:1:1
  |
1 | //@ chek-pass
  | ^^^^^^^^^^^^^
  |
  = help: did you mean `check-pass`?

error: unknown kind `eror`; expected `fatal`, `error`, `warning`, `note`, `help`, `suggestion` or `raw`
 --> ui/a.toy:2:15
  |
2 | error T0001 a //~ eror: a
  |               ^^^^^^^^^^^
  |
  = help: did you mean `error`?
"
    );
}

#[test]
fn directives_decide_whether_a_case_passes() {
    let fails = |text: &str| Toy::new(&[("a.toy", text)]).failure("a.toy");
    Toy::new(&[("a.toy", "//@ check-pass\nwarning T0003 old\n")]).passes();
    assert!(
        fails("//@ check-pass\nerror T0001 a\n")
            .starts_with("error: the case has errors, but is expected to pass\n")
    );
    assert!(
        fails("//@ check-pass\nerror T0001 a //~ error\n")
            .starts_with("error: the case has errors")
    );
    assert!(
        fails("//@ check-fail\n")
            .starts_with("error: the case has no errors, but is expected to fail\n")
    );
    Toy::new(&[("a.toy", "//@ compile-fail\nerror T0001 a //~ error\n")]).passes();
    Toy::new(&[("a.toy", "//@ unannounced: error\nerror T0001 a\n")]).passes();
}

#[test]
fn revisions_are_tests_of_their_own() {
    let text = "//@ revisions: one two\n//@[two] flags: -x 'a b'\nflags\n//[one]~^ error: flags\n//[two]~^^ error: flags -x a b\n";
    let toy = Toy::new(&[("a.toy", text)]);
    let ran = toy.run(&[]);
    assert_eq!(ran.results(), ["a.toy#one ... ok", "a.toy#two ... ok", "suite::orphans ... ok"]);
    let wrong = text.replace("flags -x a b", "flags -y");
    toy.write("a.toy", &wrong);
    assert_eq!(toy.run(&[]).results()[1], "a.toy#two ... FAILED");
}

#[test]
fn comments_that_look_like_marks_are_reported() {
    let toy =
        Toy::new(&[("a.toy", "error T0001 a -- [x]~ error\n; @ check-pass\nx #@ timeout: 3\n")]);
    toy.write("b.toy", "error T0001 a --~ error: a\n");
    assert_eq!(
        toy.failure("b.toy"),
        "error: this looks like an annotation, but is not one
 --> ui/b.toy:1:15
  |
1 | error T0001 a --~ error: a
  |               ^^^^^^^^^
  |
  = help: comments of this suite begin with `//` or `#`; see `Suite::comment`
"
    );
    assert!(toy.failure("a.toy").contains("= help: a directive is on a line of its own\n"));
    // Blessing does not hide it.
    assert_eq!(toy.run(&["--bless", "--exact", "b.toy"]).code, Some(101));
}

#[test]
fn directives_may_not_contradict_each_other() {
    let fails = |text: &str| Toy::new(&[("a.toy", text)]).failure("a.toy");
    assert!(
        fails("//@ check-pass\n//@ check-fail\n")
            .starts_with("error: `check-fail` contradicts a directive before it\n")
    );
    assert!(fails("//@ timeout: 2\n//@ timeout: 3\n").contains("`timeout` contradicts"));
    Toy::new(&[("a.toy", "//@ check-pass\n//@ build-pass\n")]).passes();
}

#[test]
fn an_error_at_the_end_of_the_file_can_be_announced() {
    let toy = Toy::new(&[("a.toy", "end //~v error: unexpected end\n")]);
    toy.write("b.toy", "\nend //~ error: unexpected end");
    toy.write("c.toy", "end //~ error: unexpected end\r\n");
    toy.passes();
    toy.write("a.toy", "end //\n");
    let failure = toy.failure("a.toy");
    let help = "announce it on line 1: //~ error: unexpected end of the file\n";
    assert!(failure.ends_with(help), "{failure}");
}
