//! What `vittec check` and `vitte diag` read: only regular files, unless the argument is `-`, and only up to a limit.
#![cfg(unix)]

use std::fs::File;
use std::path::Path;
use std::process::Command;

use crate::common::{self, CommandResult, dir_with};

/// Why a long line is skipped.
const LONG_LINE: &str =
    "line 1 has more than 1048576 bytes, the limit; --max-line-bytes sets another one";

/// Runs a program in `dir`. Fails if it does not end.
fn run(program: &Command, dir: &Path, arguments: &[&str], stdin: &str) -> CommandResult {
    let mut command = common::program("timeout");
    command.arg("60").arg(program.get_program()).args(arguments).current_dir(dir);
    let output = command.stdin(File::open(dir.join(stdin)).unwrap()).output().unwrap();
    let ended = CommandResult::new(&output);
    assert_ne!(ended.code, 124, "{arguments:?} does not end");
    ended
}

fn mkfifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_source_is_a_regular_file() {
    let dir = dir_with(&[("a.vitte", "fn f()\n.end\n")]);
    mkfifo(&dir.path().join("pipe.vitte"));
    let check = |arguments: &[&str]| {
        let all = [&["check"], arguments].concat();
        run(&crate::vittec(), dir.path(), &all, "/dev/null")
    };
    let ended = check(&["pipe.vitte"]);
    assert_eq!(ended.code, 2);
    assert_eq!(
        ended.stderr,
        "error[E0004]: cannot read `pipe.vitte`\n \
         --> <command line>:1:1\n  \
           |\n\
         1 | pipe.vitte\n  \
           | ^^^^^^^^^^\n  \
           |\n  \
           = help: only files are read; pass `-` to read standard input\n  \
           = note: it is a pipe, not a regular file\n\n\
         1 error\n"
    );
    for path in ["/dev/zero", "/dev/stdin", "pipe.vitte"] {
        for flags in [&["--fix"][..], &["--fix", "--dry-run"], &["--error-format=short"]] {
            let ended = check(&[flags, &[path, "a.vitte"]].concat());
            assert_eq!(ended.code, 2, "{path}: {}", ended.stderr);
            assert!(ended.stderr.contains(&format!("cannot read `{path}`")), "{}", ended.stderr);
        }
    }
    // Only files are searched for in a directory.
    assert_eq!(check(&["."]).code, 0);
}

#[test]
fn standard_input_is_bounded() {
    let dir = dir_with(&[]);
    let ended = run(&crate::vittec(), dir.path(), &["check", "-"], "/dev/zero");
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("= note: it has more than 268435456 bytes"), "{}", ended.stderr);
    assert!(ended.stderr.contains("= help: save it to a file and pass its path"));
    // Lines are read one after the other, each up to a limit.
    File::create(dir.path().join("large")).unwrap().set_len(600 << 20).unwrap(); // sparse
    let ended = run(&crate::vitte(), dir.path(), &["diag", "stats"], "large");
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert_eq!(ended.stderr, format!("vitte: cannot read `<stdin>`: {LONG_LINE}\n"));
}

#[test]
fn diagnostics_are_read_from_regular_files() {
    let dir = dir_with(&[]);
    mkfifo(&dir.path().join("pipe"));
    File::create(dir.path().join("large")).unwrap().set_len(600 << 20).unwrap(); // sparse
    let pipe = "it is a pipe, not a regular file; pass `-` and redirect it to standard input";
    let device =
        "it is a character device, not a regular file; pass `-` and redirect it to standard input";
    for arguments in [
        &["stats"][..],
        &["merge"],
        &["convert", "--to=json"],
        &["convert", "--from=rustc", "--to=json"],
        &["convert", "--from=sarif", "--to=json"],
    ] {
        let is_whole = arguments.contains(&"--from=sarif");
        let large = match is_whole {
            true => "it has 629145600 bytes (limit: 536870912)",
            false => LONG_LINE,
        };
        for (path, reason) in [
            ("pipe", pipe),
            ("/dev/zero", device),
            (".", "it is a directory, not a regular file"),
            ("large", large),
        ] {
            let all = [&["diag"], arguments, &[path]].concat();
            let ended = run(&crate::vitte(), dir.path(), &all, "/dev/null");
            assert_eq!(ended.code, 2, "{all:?}: {}", ended.stderr);
            assert_eq!(ended.stderr, format!("vitte: cannot read `{path}`: {reason}\n"), "{all:?}");
        }
    }
}
