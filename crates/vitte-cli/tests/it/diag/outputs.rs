//! `convert` with several outputs.

use super::{diag, line, lines};
use crate::common::dir_with;

#[test]
fn one_run_writes_several_formats() {
    let dir = dir_with(&[("a.c", "int x;\n"), ("old.json", "old")]);
    let canonical = line("error", "E1", "a.c", 4, "m");
    let other = canonical.replacen('{', "{ ", 1).replace("\"col\":5", "\"col\":3");
    let input = format!("{canonical}{other}");
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let alone =
        |format: &str| diag(dir.path(), &["convert", "--to", format], input.as_bytes()).stdout;
    let (short, sarif, json) = (alone("short"), alone("sarif"), alone("json"));
    let to = ["--to=short", "--to=sarif=new/out.sarif", "--to=json=old.json"];
    let ended = diag(dir.path(), &[&["convert"][..], &to].concat(), input.as_bytes());
    assert_eq!((ended.code, &*ended.stderr, &*ended.stdout), (0, "", &*short));
    assert_eq!((read("new/out.sarif"), read("old.json")), (sarif, json.clone()));
    assert_eq!(
        json,
        [&*canonical, &canonical.replace("\"col\":5", "\"col\":3")].concat(),
        "the columns are those of the input"
    );
    // JSON alone is copied.
    let ended = diag(dir.path(), &["convert", "--to=json=new/copy.json"], input.as_bytes());
    assert_eq!((ended.code, &*ended.stdout, read("new/copy.json")), (0, "", json.clone()));
    let ended =
        diag(dir.path(), &["convert", "--to=json", "--to=short=new/short"], input.as_bytes());
    assert_eq!((ended.code, ended.stdout, read("new/short")), (0, json, short));
}

#[test]
fn outputs_that_are_not_possible_are_errors() {
    let dir = dir_with(&[("file", "")]);
    for (arguments, expected) in [
        (
            &["--to=short", "--to=human"][..],
            "vitte: `short` and `human` would both be written to standard output; ",
        ),
        (
            &["--to=short=a", "--to=json=./a"],
            "vitte: `short` and `json` would both be written to `./a`; ",
        ),
        (
            &["--to=xml"],
            "error: invalid value 'xml' for '--to <FORMAT[=FILE]>': unknown format `xml`",
        ),
        (
            &["--to=json="],
            "error: invalid value 'json=' for '--to <FORMAT[=FILE]>': `json=` has no file",
        ),
        (&[], "error: the following required arguments were not provided:"),
        (&["--to=json=file/x"], "vitte: cannot write the output: `file/x`: "),
        (&["--to=short", "--to=sarif=file/x"], "vitte: cannot write the output: `file/x`: "),
    ] {
        let input = line("error", "E1", "<stdin>", 4, "m");
        let ended = diag(dir.path(), &[&["convert"], arguments].concat(), input.as_bytes());
        assert_eq!(ended.code, 2, "{arguments:?}");
        assert!(ended.stderr.starts_with(expected), "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn a_file_is_not_replaced_if_no_input_was_read() {
    let dir = dir_with(&[("out", "old"), ("in", &lines(2))]);
    for format in ["json", "sarif", "short", "baseline"] {
        let to = format!("--to={format}=out");
        let ended = diag(dir.path(), &["convert", &to, "typo"], b"");
        assert_eq!((ended.code, &*ended.stdout), (2, ""), "{format}");
        assert_eq!(std::fs::read_to_string(dir.path().join("out")).unwrap(), "old", "{format}");
    }
    for from in ["rustc", "gcc", "lsp", "sarif"] {
        let from = format!("--from={from}");
        let ended = diag(dir.path(), &["convert", &from, "--to=json=out", "typo"], b"");
        assert_eq!(ended.code, 2, "{from}");
        assert_eq!(std::fs::read_to_string(dir.path().join("out")).unwrap(), "old", "{from}");
    }
    let ended = diag(dir.path(), &["convert", "--to=json=out", "typo", "in"], b"");
    assert_eq!(ended.code, 2);
    assert_eq!(std::fs::read_to_string(dir.path().join("out")).unwrap(), lines(2));
}
