//! `filter`.

use super::{diag, line};
use crate::common::dir_with;

#[test]
fn all_conditions_must_match() {
    let dir = dir_with(&[]);
    let tagged = line("note", "clippy::len", "src/x/b.rs", 0, "m")
        .replace("\"notes\":[]", "\"notes\":[],\"tags\":[\"unnecessary\"]");
    let lines = [
        line("error", "E0001", "src/a.c", 0, "0"),
        line("warning", "W0100", "src/x/a.c", 0, "1"),
        tagged,
        "{\"severity\":\"fatal\",\"code\":null,\"message\":\"m\",\"primary\":null,\"labels\":[],\"help\":null,\"notes\":[]}\n".to_owned(),
    ];
    for (arguments, kept) in [
        (&[][..], &[0, 1, 2, 3][..]),
        (&["--code=E", "--code=clippy::"], &[0, 2]),
        (&["--code=E,W01"], &[0, 1]),
        (&["--not-code=E,W"], &[2, 3]),
        (&["--severity=note,fatal"], &[2, 3]),
        (&["--min-severity=error"], &[0, 3]),
        (&["--min-severity=warning", "--severity=note,warning"], &[1]),
        (&["--path=*.c"], &[0, 1]),
        (&["--path=/src/*"], &[0]),
        (&["--path=src/x/", "--not-path=*.rs"], &[1]),
        (&["--not-path=src"], &[3]),
        (&["--path={a,b}.[cr]*"], &[0, 1, 2]),
        (&["--tag=unnecessary,deprecated"], &[2]),
        (&["--not-tag=unnecessary"], &[0, 1, 3]),
        (&["--code=E", "--severity=warning"], &[]),
    ] {
        let ended = diag(dir.path(), &[&["filter"], arguments].concat(), lines.concat().as_bytes());
        let expected: String = kept.iter().map(|index| &*lines[*index]).collect();
        assert_eq!((ended.code, &*ended.stderr, ended.stdout), (0, "", expected), "{arguments:?}");
    }
}

/// Patterns are meant from the root, which a compiler may have written before each path.
#[test]
fn absolute_paths_match_below_the_root() {
    let dir = dir_with(&[("sub/x", "")]);
    let at = |path: &str| {
        let path = dir.path().canonicalize().unwrap().join(path);
        line("error", "E1", path.to_str().unwrap(), 0, "m")
    };
    let (above, below) = (at("src/a.c"), at("sub/src/a.c"));
    let input = [&*above, &below].concat();
    for (arguments, kept) in [
        (&["--path=/src/*"][..], &above),
        (&["--path=/sub/src/"], &below),
        (&["--path=/src/*", "--root=sub"], &below),
        (&["--path=src", "--not-path=/src"], &below),
    ] {
        let ended = diag(dir.path(), &[&["filter"], arguments].concat(), input.as_bytes());
        assert_eq!((ended.code, &ended.stdout), (0, kept), "{arguments:?}");
    }
}

#[test]
fn conditions_that_are_not_valid_are_errors() {
    let dir = dir_with(&[]);
    for (argument, expected) in [
        ("--path=[a", "vitte: the pattern `[a` is not valid: "),
        ("--severity=bad", "error: invalid value 'bad' for '--severity <NAME,…>'"),
        ("--tag=bad", "error: invalid value 'bad'"),
        ("--not-code=", "error: a value is required for '--not-code <PREFIX,…>'"),
        ("--older-than=soon", "error: invalid value 'soon'"),
        ("--jobs=0", "error: invalid value '0'"),
        ("--max-line-bytes=x", "error: invalid value 'x'"),
    ] {
        let ended = diag(dir.path(), &["filter", argument], b"");
        assert_eq!((ended.code, &*ended.stdout), (2, ""));
        assert!(ended.stderr.starts_with(expected), "{argument}: {}", ended.stderr);
    }
}
