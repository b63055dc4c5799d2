//! `filter --older-than` and `--newer-than`.

use std::path::Path;
use std::process::Command;

use super::{diag, line};
use crate::common::dir_with;

fn git(dir: &Path, arguments: &[&str], date: &str) {
    let mut git = Command::new("git");
    git.current_dir(dir)
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"])
        .args(arguments);
    git.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", "2024-06-01T00:00:00Z");
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = git.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_age_of_a_line_is_that_of_git_blame() {
    let dir = dir_with(&[("a.c", "one\n"), ("src/b.c", "b\n")]);
    let root = dir.path();
    git(root, &["init", "-q"], "");
    git(root, &["add", "."], "");
    git(root, &["commit", "-qm", "1"], "2020-01-01T00:00:00Z");
    std::fs::write(root.join("a.c"), "one\ntwo\n").unwrap();
    git(root, &["commit", "-qam", "2"], "2023-01-01T00:00:00Z");
    std::fs::write(root.join("a.c"), "one\ntwo\nthree\n").unwrap();
    std::fs::write(root.join("new.c"), "new\n").unwrap();
    let at = |file: &str, number: u32, message: &str| {
        line("error", "E1", file, 0, message).replace("\"line\":1", &format!("\"line\":{number}"))
    };
    let lines = [
        at("a.c", 1, "2020"),
        at("a.c", 2, "2023"),
        at("a.c", 3, "not committed"),
        at("src/b.c", 1, "2020"),
    ];
    let unknown = [
        at("new.c", 1, "untracked"),
        at("a.c", 9, "no such line"),
        at("../x.c", 1, "outside"),
        at("gone.c", 1, "gone"),
    ];
    for (arguments, kept) in [
        (&["--older-than=2021-01-01"][..], &[0, 3][..]),
        (&["--newer-than=2021-01-01"], &[1, 2]),
        (&["--newer-than=2022-01-01", "--older-than=2024-01-01"], &[1]),
        (&["--newer-than=1h"], &[2]),
        (&["--older-than=2020-01-01T00:00:00Z"], &[]),
        (&["--newer-than=2020-01-01T00:00:00Z"], &[0, 1, 2, 3]),
    ] {
        let input = [lines.concat(), unknown.concat()].concat();
        let ended = diag(root, &[&["filter"], arguments].concat(), input.as_bytes());
        let expected: String = kept.iter().map(|index| &*lines[*index]).collect();
        assert_eq!((ended.code, ended.stdout), (0, expected), "{arguments:?}");
        assert_eq!(
            ended.stderr,
            "vitte: warning: dropped 4 diagnostics whose line git blame does not know\n"
        );
    }
    let elsewhere = dir_with(&[]);
    let root = format!("--root={}", root.display());
    let ended = diag(
        elsewhere.path(),
        &["filter", "--older-than=2021-01-01", &root],
        lines.concat().as_bytes(),
    );
    assert_eq!((ended.code, ended.stdout), (0, [&*lines[0], &lines[3]].concat()));
    let ended = diag(elsewhere.path(), &["filter", "--older-than=30d"], b"");
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("`.` is not in a git working tree"), "{}", ended.stderr);
}

/// The clone does not know the commits before its oldest one, so a line of that one may be older.
#[test]
fn a_shallow_clone_knows_only_some_ages() {
    let dir = dir_with(&[("a/a.c", "one\n")]);
    let root = dir.path().join("a");
    git(&root, &["init", "-q"], "");
    git(&root, &["add", "."], "");
    for (text, date) in
        [("one\ntwo\n", "2020"), ("one\ntwo\nthree\n", "2022"), ("one\ntwo\nthree\nfour\n", "2024")]
    {
        git(&root, &["commit", "-qam", date], &format!("{date}-01-01T00:00:00Z"));
        std::fs::write(root.join("a.c"), text).unwrap();
    }
    git(&root, &["commit", "-qam", "4"], "2025-01-01T00:00:00Z");
    let url = format!("file://{}", root.display());
    git(dir.path(), &["clone", "-q", "--depth=2", &url, "b"], "");
    let at = |number: u32| {
        line("error", "E1", "a.c", 0, "m").replace("\"line\":1", &format!("\"line\":{number}"))
    };
    let all: Vec<String> = (1..=4).map(at).collect();
    // Line 4 is of 2025, the others of 2024 or earlier.
    for (argument, kept, unknown) in [
        ("--newer-than=2024-06-01", &[3][..], 0),
        ("--older-than=2024-06-01", &[0, 1, 2], 0),
        ("--older-than=2023-01-01", &[], 3),
        ("--newer-than=2023-01-01", &[3], 3),
    ] {
        let ended = diag(&dir.path().join("b"), &["filter", argument], all.concat().as_bytes());
        let expected: String = kept.iter().map(|index| &*all[*index]).collect();
        assert_eq!((ended.code, ended.stdout), (0, expected), "{argument}");
        let warning = "vitte: warning: dropped 3 diagnostics whose age is not known; the repository is a shallow clone, \
                       `git fetch --unshallow` completes it\n";
        assert_eq!(ended.stderr, if unknown == 0 { "" } else { warning }, "{argument}");
    }
}
