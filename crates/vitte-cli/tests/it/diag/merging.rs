//! `merge` with more than fits in memory.

use std::collections::BTreeSet;

use super::{diag, line, lines};
use crate::common::{CommandResult, dir_with, program, with_input};

/// Returns lines with long messages: 12 MB.
fn large() -> String {
    let padding = "p".repeat(3000);
    let one = |number: usize| {
        let number = number * 7919 % 4_000;
        line("error", "E1", &format!("f{:03}.c", number % 500), number, &padding)
    };
    (0..4_000).map(one).collect()
}

#[test]
fn what_does_not_fit_in_memory_is_sorted_on_disk() {
    let all = large();
    let half = all.len() / 2;
    let half = half + all[half..].find('\n').unwrap() + 1;
    let dir = dir_with(&[("1", &all), ("2", &all[half..]), ("temp/x", "")]);
    // The offsets have one width in each file, so the order of the lines is that of the keys.
    let expected = diag(dir.path(), &["merge", "1", "--memory=1G", "--jobs=1"], b"");
    assert_eq!((expected.code, &*expected.stderr), (0, ""));
    let unique: BTreeSet<&str> = all.lines().collect();
    assert_eq!(expected.stdout.lines().collect::<BTreeSet<_>>(), unique);
    assert_eq!(expected.stdout.lines().count(), unique.len());
    for arguments in [
        &["--memory=1M", "--jobs=1", "1"][..],
        &["--memory=26M", "--jobs=2", "2", "1"],
        &["--memory=1M", "--jobs=3", "--temp-dir=temp", "1", "2", "1"],
    ] {
        let merged = diag(dir.path(), &[&["merge"], arguments].concat(), b"");
        assert_eq!((merged.code, &*merged.stderr), (0, ""), "{arguments:?}");
        assert!(merged.stdout == expected.stdout, "{arguments:?}");
    }
    let left: Vec<_> = std::fs::read_dir(dir.path().join("temp")).unwrap().collect();
    assert_eq!(left.len(), 1, "no temporary file is left");
}

#[test]
fn nothing_is_written_if_the_temporary_files_cannot_be() {
    let dir = dir_with(&[("in", &large()), ("file", "")]);
    for temp in ["none", "file"] {
        let ended = diag(dir.path(), &["merge", "--memory=1M", "--temp-dir", temp, "in"], b"");
        assert_eq!((ended.code, &*ended.stdout), (2, ""));
        let expected =
            format!("vitte: cannot sort on disk: cannot write temporary data in `{temp}`: ");
        assert!(ended.stderr.starts_with(&expected), "{}", ended.stderr);
        assert!(
            ended.stderr.ends_with("; --temp-dir names another directory\n"),
            "{}",
            ended.stderr
        );
    }
    // What fits in memory needs no directory.
    let small = lines(100);
    let ended = diag(dir.path(), &["merge", "--temp-dir=none"], small.as_bytes());
    assert_eq!((ended.code, &*ended.stderr), (0, ""));
}

/// A full disk, for which a limit of the size of files stands here.
#[test]
#[cfg(unix)]
fn a_full_disk_is_an_error() {
    let dir = dir_with(&[("in", &large())]);
    let mut sh = program("sh");
    sh.current_dir(dir.path()).args([
        "-c",
        "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"",
        env!("CARGO_BIN_EXE_vitte"),
    ]);
    sh.args(["diag", "merge", "--memory=1M", "in"]);
    let ended = CommandResult::new(&with_input(&mut sh, b""));
    assert_eq!((ended.code, &*ended.stdout), (2, ""));
    assert!(
        ended.stderr.starts_with("vitte: cannot sort on disk: cannot write temporary data in `"),
        "{}",
        ended.stderr
    );
}
