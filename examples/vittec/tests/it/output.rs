//! The output of `vittec`: snapshots, several outputs, and baselines.

use std::fs;
use std::path::Path;

use crate::common::{CommandResult, assert_snapshot, dir_with, output};
use crate::{run_in, vittec};

const BAD: &str = "fn f() -> u8\n  ret @\n.end\n";

/// Runs `vittec check` in `dir` and returns exit code, standard output and standard error.
fn check_in(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let CommandResult { code, stdout, stderr } = run_in(dir, &[&["check"], arguments].concat());
    (code, stdout, stderr)
}

#[test]
fn output_matches_the_snapshots() {
    let demo = "examples/vittec/demo";
    assert_snapshot!("example_vittec", output(vittec().args(["check", demo])));
    let json = output(vittec().args(["check", "--error-format=json", demo]));
    assert_snapshot!("example_vittec_json", json);
    let help =
        [["--help"].as_slice(), &["check", "--help"]].map(|args| output(vittec().args(args)));
    assert_snapshot!("example_vittec_help", help.join("\n\n"));
}

#[test]
fn one_run_writes_several_formats() {
    let dir = dir_with(&[("bad.vitte", BAD)]);
    let alone = |format: &str| {
        let (_, stdout, stderr) = check_in(dir.path(), &["--error-format", format, "."]);
        stdout + &stderr
    };
    let (human, json, sarif) = (alone("human"), alone("json"), alone("sarif"));
    let flags = ["--error-format=sarif=out/a.sarif", "--error-format=human", "--error-format=json"];
    let (code, stdout, stderr) = check_in(dir.path(), &[&["."], &flags[..]].concat());
    assert_eq!((code, stdout, stderr), (1, json, human));
    assert_eq!(fs::read_to_string(dir.path().join("out/a.sarif")).unwrap(), sarif);

    let (code, stdout, stderr) = check_in(dir.path(), &[".", "--error-format=sarif=out"]);
    assert_eq!((code, &*stdout), (2, ""));
    assert_eq!(stderr, "vittec: cannot write the output: `out`: Is a directory (os error 21)\n");
}

#[test]
fn only_what_is_not_in_the_baseline_fails() {
    let dir = dir_with(&[("bad.vitte", BAD)]);
    let check = |flags: &[&str]| check_in(dir.path(), &[flags, &["."]].concat());
    let (code, _, missing) = check(&["--baseline=known"]);
    assert_eq!(code, 2);
    assert_eq!(
        missing,
        "vittec: cannot use the baseline `known`: No such file or directory (os error 2); \
         `--error-format baseline=known` writes it\n"
    );
    let (code, _, human) = check(&["--error-format=human", "--error-format=baseline=known"]);
    assert!(code == 1 && human.contains("error"), "{human}");
    let (code, _, none) = check(&["--baseline=known"]);
    assert!(code == 0 && none.starts_with("no errors ("), "{none}");
    assert!(none.contains(" in the baseline) in 1 file\n"), "{none}");

    let known = fs::read(dir.path().join("known")).unwrap();
    let (code, _, replaced) = check(&["--baseline=known", "--error-format=baseline=./known"]);
    assert_eq!(code, 2);
    assert!(
        replaced.contains("the format `baseline` would overwrite it with only the new"),
        "{replaced}"
    );
    assert_eq!(fs::read(dir.path().join("known")).unwrap(), known);

    fs::rename(dir.path().join("bad.vitte"), dir.path().join("renamed.vitte")).unwrap();
    let more = format!("# moved\n\n{BAD}\nuse std/time/absent\n");
    fs::write(dir.path().join("renamed.vitte"), more).unwrap();
    let (code, json, _) =
        check(&["--baseline=known", "--error-format=json", "--deny-warnings", "--max-errors=1"]);
    assert_eq!((code, json.lines().count()), (1, 1), "{json}");
    assert!(json.contains("absent"), "{json}");
    fs::write(dir.path().join("known"), "{\"baseline\":9}\n").unwrap();
    let (code, _, newer) = check(&["--baseline=known"]);
    assert!(code == 2 && newer.contains("version 9 of the format"), "{newer}");
}
