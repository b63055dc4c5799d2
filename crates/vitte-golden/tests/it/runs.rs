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
    assert_eq!(toy.run(&["--ignored"]).results(), ["a.toy ... FAILED"]);
    assert_eq!(toy.run(&["--ignored", "--list"]).stdout, "a.toy: test\n");
    assert_eq!(toy.run(&["--ignored", "--exact", "b.toy"]).results(), [""; 0]);
}

#[test]
fn two_runs_with_different_output_are_found() {
    for toy in [Toy::new(&[]), Toy::new(&[]).command()] {
        toy.write("a.toy", "random //~ error: the number\n");
        toy.write("b.toy", GOOD);
        toy.passes();
        let ran = toy.run(&["--twice"]);
        assert_eq!(ran.results(), ["a.toy ... FAILED", "b.toy ... ok", "suite::orphans ... ok"]);
        assert!(ran.stdout.contains("error: two runs have different results\n"), "{}", ran.stdout);
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
    assert!(ran.code == Some(101) && ran.stdout.contains("cannot list `ui` in `"), "{ran:#?}");
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
    // A location behind such a byte.
    std::fs::write(toy.path("bytes.toy"), b"\xe2\x80 \xff //~ error: not reported\n").unwrap();
    let failure = toy.failure("bytes.toy");
    let drawn = "1 | ?? ? //~ error: not reported\n  |      ^^^^^^^^^^^^^^^^^^^^^^^\n";
    assert!(failure.contains(drawn), "{failure}");
}

#[test]
fn results_are_printed_in_the_order_of_the_names() {
    let toy = Toy::new(&[]);
    for number in 10..40 {
        // The first ones take longer.
        let text = format!("error T0001 a\n{}", "eprint x\n".repeat(40 * (40 - number)));
        toy.write(&format!("{number}.toy"), &text);
    }
    let without_time = |text: &str| text.split("finished in").next().unwrap().to_owned();
    let first = toy.run(&["--test-threads=4"]).stdout;
    assert_eq!(without_time(&first), without_time(&toy.run(&["--test-threads=1"]).stdout));
    let failed: Vec<&str> = first.lines().filter(|line| line.starts_with("---- ")).collect();
    assert!(failed.len() == 30 && failed.is_sorted(), "{failed:?}");
    assert_eq!(toy.run(&["--test-threads=0", "--exact", "10.toy"]).code, Some(101));
}

#[test]
#[cfg(unix)]
fn a_program_may_have_several_suites() {
    let toy = Toy::new(&[("a.toy", GOOD)]).with("TOY_MODE", "two");
    std::fs::create_dir(toy.dir.path().join("more")).unwrap();
    std::fs::write(toy.dir.path().join("more/x.txt"), "").unwrap();
    let ran = toy.run(&[]);
    assert_eq!(
        ran.results(),
        ["a.toy ... ok", "suite::orphans ... ok", "suite::orphans ... ok", "x.txt ... ok"],
        "{ran:#?}"
    );
    toy.run(&["--junit", "report.xml"]);
    let xml = std::fs::read_to_string(toy.dir.path().join("report.xml")).unwrap();
    for name in ["<testsuite name=\"more\" tests=\"2\"", "<testsuite name=\"ui\" tests=\"2\""] {
        assert!(xml.contains(name), "{xml}");
    }
}

#[test]
#[cfg(unix)]
fn a_case_does_not_affect_later_ones() {
    Toy::new(&[("a.toy", "chdir\n"), ("b.toy", GOOD)]).passes();
    // It panics with a lock.
    let toy = Toy::new(&[("a.toy", "lock panic\n"), ("b.toy", "lock\n"), ("c.toy", "lock\n")]);
    let ran = toy.run(&["--test-threads=1", "--skip=suite"]);
    assert_eq!(ran.results(), ["a.toy ... FAILED", "b.toy ... ok", "c.toy ... ok"], "{ran:#?}");
    // The process that it started keeps the pipes open.
    Toy::new(&[("a.toy", "daemon\n")]).command().passes();
}

#[test]
#[cfg(unix)]
fn odd_names_are_shown_safely_and_can_be_selected() {
    let toy = Toy::new(&[("a\u{1b}[31m.toy", "error T0001 a\n"), ("'quoted' $name.toy", GOOD)]);
    let ran = toy.run(&[]);
    assert!(!ran.stdout.contains('\u{1b}'), "{ran:#?}");
    assert!(ran.stdout.contains("test 'quoted' $name.toy ... ok"), "{ran:#?}");
    let failed = ran.results().into_iter().find(|line| line.ends_with("FAILED")).unwrap();
    let name = failed.strip_suffix(" ... FAILED").unwrap();
    assert_eq!(toy.run(&["--exact", name]).results(), [failed.as_str()]);
    let bytes = std::os::unix::ffi::OsStrExt::from_bytes(&b"\xff.toy"[..]);
    std::fs::write(toy.path("").join(std::path::Path::new::<std::ffi::OsStr>(bytes)), "").unwrap();
    assert!(toy.run(&[]).stdout.contains("error: the path of the case is not UTF-8\n"));
}

#[test]
fn a_golden_is_never_the_case_itself() {
    // The comments of the page are those of the toy compiler.
    let toy = Toy::new(&[("a.toy", GOOD), ("b.toy", "\u{feff}//@ check-pass\n")]);
    toy.passes();
    assert_eq!(toy.run(&["--bless"]).code, Some(0));
    assert_eq!(toy.read("a.toy"), GOOD);
}

#[test]
fn only_the_first_problems_of_a_case_are_shown() {
    let toy =
        Toy::new(&[("a.toy", &(0..80).map(|n| format!("error T0001 e{n}\n")).collect::<String>())]);
    let failure = toy.failure("a.toy");
    assert!(failure.ends_with("\nand 30 more problems\n"), "{failure}");
}

#[test]
fn several_filters_select_what_one_of_them_matches() {
    let toy = Toy::new(&[("a.toy", GOOD), ("b.toy", GOOD), ("c.toy", GOOD)]);
    assert_eq!(toy.run(&["a.toy", "c."]).results(), ["a.toy ... ok", "c.toy ... ok"]);
    assert_eq!(toy.run(&["--exact", "b.toy", "a.toy"]).results(), ["a.toy ... ok", "b.toy ... ok"]);
    assert_eq!(toy.run(&["--list", "b", "suite"]).stdout, "suite::orphans: test\nb.toy: test\n");
}
