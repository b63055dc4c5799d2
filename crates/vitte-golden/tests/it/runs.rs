//! How suites are run: filters, ignored cases, two runs, settings.

use crate::Toy;

const GOOD: &str = "error T0001 a //~ error\n";

#[test]
fn cases_are_tests_of_the_standard_runner() {
    let toy = Toy::new(&[("a.toy", GOOD), ("sub/b.toy", GOOD), ("auxiliary/c.toy", "panic\n")]);
    assert_eq!(toy.run(&["--list"]).stdout, "suite::orphans: test\na.toy: test\nsub/b.toy: test\n");
    assert_eq!(toy.run(&["--list", "--format=terse", "sub/"]).stdout, "sub/b.toy: test\n");
    assert_eq!(toy.run(&["--exact", "a.toy"]).results(), ["a.toy ... ok"]);
    assert_eq!(toy.run(&["--skip", "suite", "--skip", "a.toy"]).results(), ["sub/b.toy ... ok"]);
    let help = toy.run(&["--help"]).stdout;
    assert!(
        help.contains("--bless")
            && help.contains("--test-threads")
            && !help.contains("golden-worker"),
        "{help}"
    );
    assert_eq!(toy.run(&["--blss"]).code, Some(2));
}

#[test]
fn an_ignored_case_has_a_reason_and_can_be_run() {
    let toy = Toy::new(&[("a.toy", "//@ ignore: not ready\nerror T0001 a\n"), ("b.toy", GOOD)]);
    let ran = toy.run(&[]);
    assert!(ran.code == Some(0) && ran.stdout.contains("not ready"), "{ran:#?}");
    let ran = toy.run(&["--include-ignored"]);
    assert_eq!(ran.results()[0], "a.toy ... FAILED");
}

#[test]
fn two_runs_with_different_output_are_found() {
    for toy in [Toy::new(&[]), Toy::new(&[]).command()] {
        toy.write("a.toy", "random //~ error: the number\n");
        toy.write("b.toy", GOOD);
        toy.passes();
        let ran = toy.run(&["--twice"]);
        assert_eq!(ran.results(), ["a.toy ... FAILED", "b.toy ... ok", "suite::orphans ... ok"]);
        assert!(ran.stdout.contains("error: two runs have different output\n"), "{}", ran.stdout);
    }
}

#[test]
fn a_suite_without_cases_fails() {
    let toy = Toy::new(&[("notes.txt", "")]);
    let ran = toy.run(&[]);
    assert!(
        ran.code == Some(101) && ran.stdout.contains("there are no .toy files in `ui`\n"),
        "{ran:#?}"
    );
    let ran = Toy::new(&[]).run(&[]);
    assert!(ran.code == Some(101) && ran.stdout.contains("cannot list `ui`: "), "{ran:#?}");
}

#[test]
fn many_cases_run_in_parallel() {
    let toy = Toy::new(&[]);
    for number in 0..300 {
        toy.write(
            &format!("{number}.toy"),
            &format!("error T0001 number {number} //~ error: number {number}\n"),
        );
    }
    let ran = toy.run(&["--test-threads=8", "-q"]);
    assert!(ran.stdout.contains("301 passed; 0 failed"), "{}", ran.stdout);
}

#[test]
fn sources_of_all_kinds_are_read() {
    let toy = Toy::new(&[
        ("crlf.toy", "error T0001 a //~ error: a\r\nerror T0002 b\r\n//~^ error: b\r\n"),
        ("bom.toy", "\u{feff}//\nerror T0001 é日本 //~ error: é日本\n"),
        ("empty.toy", ""),
        ("space name é.toy", GOOD),
    ]);
    std::fs::write(toy.path("bytes.toy"), b"error T0001 \xff\xfe //~ error: ??\n\xc3\n").unwrap();
    toy.passes();
}
