//! The summary, the commands that a failing case prints, and JUnit.

use std::fs;

use crate::Toy;

#[test]
#[cfg(unix)]
fn a_failing_case_prints_the_commands_that_rerun_and_bless_it() {
    for name in ["sub/a b.toy", "-sub/$x.toy", "--exact.toy", "it's \"quoted\".toy", "#x.toy"] {
        // The name of the other case contains that of the first one.
        let other = name.replace(".toy", ".toy.toy");
        let toy = Toy::new(&[(name, "error T0001 bad\n"), (&other, "error T0001 bad\n")]);
        let ran = toy.run(&["--skip", ".toy.toy"]);
        let (_, commands) = ran.stdout.split_once("\nrerun: ").unwrap();
        let [rerun, bless] = [0, 1].map(|line| commands.lines().nth(line).unwrap());
        assert_eq!(bless, format!("bless: BLESS=1 {rerun}"));
        assert_eq!(toy.shell(rerun).results(), [format!("{name} ... FAILED")]);
        assert_eq!(toy.shell(&bless["bless: ".len()..]).results(), [format!("{name} ... ok")]);
        toy.read(&name.replace(".toy", ".stderr"));
    }
}

#[test]
fn results_are_written_as_junit() {
    let toy = Toy::new(&[
        ("good.toy", "error T0001 a //~ error\n"),
        ("bad.toy", "error T0001 <a>\n"),
        ("late.toy", "//@ ignore: not ready\n"),
    ]);
    let path = toy.dir.path().join("report.xml");
    toy.run(&["--junit", path.to_str().unwrap()]);
    let xml = fs::read_to_string(&path).unwrap();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let cases: Vec<_> =
        document.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    let shown = |node: &roxmltree::Node<'_, '_>| {
        let child = node.first_element_child().map_or("passed", |child| child.tag_name().name());
        format!(
            "{} {} {child}",
            node.attribute("name").unwrap(),
            node.attribute("file").unwrap_or("-")
        )
    };
    assert_eq!(
        cases.iter().map(shown).collect::<Vec<_>>(),
        [
            "bad.toy ui/bad.toy failure",
            "good.toy ui/good.toy passed",
            "late.toy ui/late.toy skipped",
            "suite::orphans - passed"
        ]
    );
    let failure = cases[0].first_element_child().unwrap();
    assert_eq!(
        failure.attribute("message"),
        Some("error: this error was reported, but not announced: error[T0001]: <a>")
    );
    toy.run(&["--junit", path.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&path).unwrap(), xml, "two runs write the same bytes");
    let ran = toy.run(&["--junit", "/does/not/exist/report.xml"]);
    assert!(
        ran.code == Some(2)
            && ran.stderr.starts_with("error: cannot write `/does/not/exist/report.xml`: "),
        "{ran:#?}"
    );
}
