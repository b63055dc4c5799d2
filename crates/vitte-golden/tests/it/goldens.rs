//! Goldens: compared, blessed, orphaned.

use std::fs;

use crate::Toy;

const HUMAN: &str =
    "error[T0001]: bad\n --> ui/a.toy:1:1\n  |\n1 | error T0001 bad\n  | ^^^^^^^^^^^^^^^ here\n";
const JSON: &str = "{\"severity\":\"error\",\"code\":\"T0001\",\"message\":\"bad\",\"primary\":{\"file\":\"ui/a.toy\",\"lo\":0,\"hi\":15,\"line\":1,\"col\":1},\"labels\":[{\"style\":\"primary\",\"file\":\"ui/a.toy\",\"lo\":0,\"hi\":15,\"line\":1,\"col\":1,\"message\":\"here\"}],\"help\":null,\"notes\":[]}\n";

#[test]
fn goldens_that_exist_are_compared() {
    let toy = Toy::new(&[("a.toy", "error T0001 bad\n"), ("a.stderr", HUMAN), ("a.json", JSON)]);
    toy.passes();
    toy.write("a.json", &JSON.replace("\"lo\":0", "\"lo\":1"));
    let failure = toy.failure("a.toy");
    assert!(failure.starts_with("error: the output differs from `ui/a.json`\n"), "{failure}");
    assert!(failure.contains("lo") && !failure.contains("a.stderr"), "{failure}");
    toy.write("a.json", JSON);
    toy.write("a.stderr", &HUMAN.replace("here", "there"));
    assert!(toy.failure("a.toy").starts_with("error: the output differs from `ui/a.stderr`\n"));
    toy.write("a.stderr", "");
    assert!(toy.failure("a.toy").contains("^^^^^^^^^^^^^^^ here"));
}

#[test]
fn every_format_can_be_a_golden() {
    let toy = Toy::new(&[("a.toy", "error T0001 bad\n")]);
    let names = [
        "stderr", "short", "narrated", "json", "sarif", "lsp", "github", "gitlab", "junit",
        "rdjson", "html",
    ];
    for name in names {
        toy.write(&format!("a.{name}"), "");
    }
    assert_eq!(toy.run(&["--bless"]).code, Some(0));
    for name in names {
        assert!(toy.read(&format!("a.{name}")).contains("bad"), "{name}");
    }
    toy.passes();
    assert!(!toy.read("a.lsp").contains(toy.dir.path().to_str().unwrap()), "{}", toy.read("a.lsp"));
}

#[test]
fn a_case_without_annotations_and_goldens_fails_on_an_error() {
    let toy = Toy::new(&[("a.toy", "error T0001 bad\n")]);
    assert!(toy.failure("a.toy").contains("reported, but not announced"));
    let ran = toy.with("BLESS", "1");
    let blessed = ran.run(&[]);
    assert_eq!(blessed.code, Some(0), "{blessed:#?}");
    assert!(
        blessed.stdout.ends_with("wrote 1 golden:\n    `ui/a.stderr`\n\n"),
        "{}",
        blessed.stdout
    );
    assert_eq!(ran.read("a.stderr"), HUMAN);
    // A second time there is nothing to write.
    let again = ran.run(&[]);
    assert!(again.code == Some(0) && !again.stdout.contains("wrote"), "{again:#?}");
}

#[test]
fn blessing_does_not_hide_wrong_annotations() {
    let toy = Toy::new(&[("a.toy", "error T0001 bad //~ error: good\n"), ("a.stderr", "old\n")]);
    let ran = toy.run(&["--bless"]);
    assert_eq!(ran.code, Some(101), "{ran:#?}");
    assert!(toy.read("a.stderr").contains("error[T0001]: bad"));
    assert!(!toy.path("a.json").exists());
}

#[test]
fn nothing_is_blessed_in_ci() {
    let toy = Toy::new(&[("a.toy", "error T0001 bad\n")]).with("CI", "true");
    let ran = toy.run(&["--bless"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    let refused = "error: refusing to write goldens: the environment variable CI is set\n";
    assert_eq!(ran.stderr, refused);
    assert!(!toy.path("a.stderr").exists());
    let toy = toy.with("BLESS", "1");
    assert_eq!(toy.run(&[]).code, Some(2));
    let toy = toy.with("CI", "false");
    assert_eq!(toy.run(&[]).code, Some(0));
}

#[test]
fn goldens_fit_after_normalization_and_say_so() {
    let toy = Toy::new(&[("a.toy", "version\npath\n"), ("b.toy", "error T0001 b\n")]);
    let toy = toy.with("BLESS", "1");
    assert_eq!(toy.run(&[]).code, Some(0));
    let golden = toy.read("a.stderr");
    assert!(
        golden.contains("error: version $VERSION is too old")
            && golden.contains("error: in $ROOT\n"),
        "{golden}"
    );
    let toy = toy.with("BLESS", "0");
    let ran = toy.run(&[]);
    let remark =
        "1 golden fits only after normalization:\n    `ui/a.stderr` (version $VERSION, $ROOT)\n";
    assert!(ran.code == Some(0) && ran.stdout.contains(remark), "{}", ran.stdout);
    // The same golden with the path and the version of another run.
    toy.write("a.stderr", &golden.replace("$VERSION", "9.9"));
    toy.passes();
    toy.write("a.stderr", &golden.replace('\n', "\r\n"));
    assert!(toy.run(&[]).stdout.contains("line ends"));
    let message =
        "//@ normalize: \"in [^ ]+\" -> \"in SOMEWHERE\"\npath\n//~^ error: in SOMEWHERE\n";
    Toy::new(&[("a.toy", message)]).passes();
}

#[test]
fn goldens_without_a_case_fail() {
    let toy = Toy::new(&[
        ("a.toy", "//@ revisions: x y\n"),
        ("a.x.json", ""),
        ("a.z.stderr", ""),
        ("b c.sarif", ""),
        ("notes.txt", ""),
    ]);
    let ran = toy.run(&[]);
    assert_eq!(ran.results(), ["a.toy#x ... ok", "a.toy#y ... ok", "suite::orphans ... FAILED"]);
    let message = "error: no case uses these goldens; to remove them:\nrm ";
    let (_, orphans) = ran.stdout.split_once(message).expect(&ran.stdout);
    let (orphans, _) = orphans.split_once('\n').unwrap();
    let dir = toy.dir.path().canonicalize().unwrap().join("ui");
    let dir = dir.to_str().unwrap();
    assert_eq!(orphans, format!("'{dir}/b c.sarif' {dir}/a.z.stderr"));
}

#[test]
fn revisions_share_a_golden_or_have_their_own() {
    let text = "//@ revisions: one two\n//@[two] flags: -x\nflags\n";
    let toy = Toy::new(&[("a.toy", text)]).with("BLESS", "1");
    assert_eq!(toy.run(&[]).code, Some(0));
    assert!(toy.read("a.two.stderr").contains("flags -x"));
    assert!(toy.read("a.one.stderr").contains("error: flags"));
    fs::rename(toy.path("a.one.stderr"), toy.path("a.stderr")).unwrap();
    let toy = toy.with("BLESS", "0");
    toy.passes();
    toy.write("a.one.stderr", &toy.read("a.stderr"));
    let ran = toy.run(&[]);
    assert_eq!(ran.results()[2], "suite::orphans ... FAILED", "no revision uses a.stderr");
    fs::remove_file(toy.path("a.two.stderr")).unwrap();
    assert_eq!(toy.run(&[]).results()[1], "a.toy#two ... FAILED");
}

#[test]
fn a_golden_belongs_to_one_case() {
    let toy = Toy::new(&[("a.new.toy", ""), ("a.toy", "//@ revisions: old\n"), ("b.toy", "")]);
    toy.passes();
    toy.write("a.toy", "//@ revisions: old new\n");
    toy.passes();
    toy.write("a.new.stderr", "");
    let message = "error: the goldens of `ui/a.new.toy` are also those of a revision of `ui/a.toy`; rename \
                   one of them\n";
    let ran = toy.run(&[]);
    assert!(ran.code == Some(101) && ran.stdout.contains(message), "{}", ran.stdout);
}

#[cfg(unix)]
#[test]
fn goldens_that_cannot_be_read_or_written_are_reported() {
    let toy = Toy::new(&[("a.toy", "error T0001 bad\n")]);
    fs::create_dir(toy.path("a.stderr")).unwrap();
    let ran = toy.run(&["--bless"]);
    assert!(ran.stdout.contains("error: cannot write `ui/a.stderr`: "), "{ran:#?}");
    fs::remove_dir(toy.path("a.stderr")).unwrap();
    fs::write(toy.path("a.stderr"), b"\xff\n").unwrap();
    assert!(
        toy.failure("a.toy").starts_with("error: cannot read `ui/a.stderr`: it is not UTF-8\n")
    );
    assert!(toy.run(&[]).stdout.contains("\nbless: "));
    assert_eq!(toy.run(&["--bless"]).code, Some(0));
    toy.passes();
}

#[test]
fn goldens_of_cases_that_fail_announce_their_errors() {
    let toy = Toy::new(&[
        ("a.toy", "//@ check-fail\nerror T0001 bad\n"),
        ("w.toy", "//@ check-pass\nwarning T0003 old\n"),
    ]);
    assert!(toy.failure("a.toy").contains("reported, but not announced"));
    assert_eq!(toy.run(&["--bless"]).code, Some(0));
    toy.passes();
    assert!(toy.path("a.stderr").exists() && !toy.path("w.stderr").exists());
}

#[test]
fn a_misspelt_golden_is_reported() {
    let toy = Toy::new(&[("a.toy", ""), ("a.stder", ""), ("a.txt", "")]);
    let ran = toy.run(&[]);
    let message = "error: `ui/a.stder` is not a golden; did you mean the extension `stderr`?\n";
    assert!(ran.code == Some(101) && ran.stdout.contains(message), "{}", ran.stdout);
}

#[test]
fn without_cases_no_golden_is_an_orphan() {
    let toy = Toy::new(&[("a.yot", ""), ("a.stderr", "")]);
    let ran = toy.run(&[]);
    assert!(ran.code == Some(101) && !ran.stdout.contains("rm "), "{}", ran.stdout);
    assert!(ran.stdout.contains("error: there are no .toy files in `ui`\n"), "{}", ran.stdout);
}
