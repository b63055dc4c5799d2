//! `vittec check --fix`: what it fixes, how it writes files, and what it does not change.
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{self, CommandResult, dir_with};
use crate::run_in;

/// Returns the text of `x.vitte` after `--fix`, and checks that a second run changes nothing.
fn fixed(text: &[u8]) -> (Vec<u8>, CommandResult) {
    let dir = dir_with(&[]);
    let path = dir.path().join("x.vitte");
    fs::write(&path, text).unwrap();
    let ended = fix(dir.path());
    let once = fs::read(&path).unwrap();
    fix(dir.path());
    assert_eq!(fs::read(&path).unwrap(), once, "the second run changes nothing");
    (once, ended)
}

fn fix(dir: &Path) -> CommandResult {
    run_in(dir, &["check", "--fix", "--error-format=short", "."])
}

fn assert_fixed(text: &str, expected: &str) {
    let (text, ended) = fixed(text.as_bytes());
    assert_eq!(String::from_utf8_lossy(&text), expected, "{}", ended.stderr);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}

/// The cases of `tests/ui` state where an `.end` is inserted. The command writes the same, and changes no other file.
#[test]
fn the_command_fixes_files_as_the_cases_state() {
    let cases = common::root().join("tests/ui");
    let all = |extension: &str| {
        let walk = walkdir::WalkDir::new(&cases).sort_by_file_name();
        let paths = walk.into_iter().map(|entry| entry.unwrap().into_path());
        let has_extension = |path: &PathBuf| path.extension().is_some_and(|own| own == extension);
        paths.filter(has_extension).collect::<Vec<_>>()
    };
    let dir = dir_with(&[]);
    let name = |path: &Path| path.strip_prefix(&cases).unwrap().to_string_lossy().replace('/', "-");
    let sources = all("vitte");
    for path in &sources {
        fs::copy(path, dir.path().join(name(path))).unwrap();
    }
    for run in ["first", "second"] {
        fix(dir.path());
        for path in &sources {
            let fixed = path.with_extension("fixed");
            let read = |path: &Path| fs::read(path).unwrap().escape_ascii().to_string();
            let expected = read(if fixed.exists() { &fixed } else { path });
            let actual = read(&dir.path().join(name(path)));
            assert_eq!(actual, expected, "{} after the {run} run", path.display());
        }
    }
    assert!(all("fixed").len() > 15, "the cases have fixes");
}

#[test]
fn many_blocks_that_end_at_the_same_location_are_closed_in_one_pass() {
    let depth = 600;
    let opened: String = (0..depth).map(|n| format!("{}if a\n", " ".repeat(n + 1))).collect();
    let closed: String = (0..depth).rev().map(|n| format!("{}.end\n", " ".repeat(n + 1))).collect();
    let text = format!("fn f()\n{opened}{}x()\n", " ".repeat(depth + 1));
    let started = std::time::Instant::now();
    assert_fixed(&text, &format!("{text}{closed}.end\n"));
    assert!(started.elapsed().as_secs() < 20, "a check for each block is too slow");
}

/// A fix that does not reduce the errors of its file is undone, independently of other files.
#[test]
fn files_are_fixed_independently() {
    let unfixable = "struct S\n  a: u8\n  b: u8\nstruckt T\n  a: u8\n  b: u8";
    let dir = dir_with(&[("a.vitte", unfixable), ("b.vitte", "fn f()\n  x()\n")]);
    let alone = fixed(unfixable.as_bytes()).0;
    fix(dir.path());
    assert_eq!(fs::read(dir.path().join("a.vitte")).unwrap(), alone);
}

#[test]
fn line_ends_byte_order_marks_and_invalid_bytes_are_preserved() {
    let (text, _) = fixed(b"\xef\xbb\xbffn f()\r\n\tret \"\xff\"\r\n\r\nfn g()\r\n.end\r\n");
    assert_eq!(text, b"\xef\xbb\xbffn f()\r\n\tret \"\xff\"\r\n.end\r\n\r\nfn g()\r\n.end\r\n");
}

#[test]
fn suggestions_that_may_be_incorrect_are_not_applied() {
    let text = "use std/a\n\nfn f()\n.end\n";
    let (after, ended) = fixed(text.as_bytes());
    assert_eq!((after, ended.code), (text.into(), 0));
    assert!(ended.stderr.contains("warning[W0100]"), "{}", ended.stderr);
}

#[test]
fn the_fixed_files_are_checked_again_and_the_fixes_counted() {
    let (_, ended) = fixed(b"fn f()\n  ret @\n");
    assert_eq!(ended.code, 1);
    assert_eq!(
        ended.stderr,
        "./x.vitte:2:7: error[E0001]: illegal character `@`\n\n1 error in 1 file, 1 fixed\n"
            .replace("./", "")
    );
    let (_, ended) = fixed(b"fn f()\n  ret 1\n");
    assert_eq!((ended.code, &*ended.stderr), (0, "no errors in 1 file, 1 fixed\n"));
}

#[test]
fn the_limit_of_errors_does_not_limit_fixes() {
    let files: Vec<(String, &str)> =
        (0..9).map(|n| (format!("{n}.vitte"), "fn f()\n  ret 1\n")).collect();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let dir = dir_with(&files);
    let ended = run_in(dir.path(), &["check", "--fix", "--max-errors=1", "."]);
    assert_eq!((ended.code, &*ended.stderr), (0, "no errors in 9 files, 9 fixed\n"));
}

#[test]
fn a_read_only_file_is_reported_and_other_files_are_fixed() {
    let text = "fn f()\n  ret 1\n";
    let dir = dir_with(&[("read_only.vitte", text), ("writable.vitte", text)]);
    let path = dir.path().join("read_only.vitte");
    let mut permissions = path.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let ended = fix(dir.path());
    assert_eq!(ended.code, 2);
    assert_eq!(
        ended.stderr,
        "vittec: cannot write `read_only.vitte`: it is read-only\n\
         read_only.vitte:1:1: error[E0011]: this `fn` has no `.end`\n\n\
         1 error in 2 files, 1 fixed\n"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(
        fs::read_to_string(dir.path().join("writable.vitte")).unwrap(),
        "fn f()\n  ret 1\n.end\n"
    );
    assert_eq!(
        names(dir.path()),
        ["read_only.vitte", "writable.vitte"],
        "there are no temporary files"
    );
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
#[cfg(unix)]
fn permissions_and_links_are_preserved() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = dir_with(&[("real", "fn f()\n  ret 1\n")]);
    let real = dir.path().join("real");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real", dir.path().join("link.vitte")).unwrap();
    assert_eq!(fix(dir.path()).code, 0);
    assert_eq!(fs::read_to_string(&real).unwrap(), "fn f()\n  ret 1\n.end\n");
    assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert!(dir.path().join("link.vitte").is_symlink());
}

#[test]
fn a_dry_run_prints_a_patch_and_writes_nothing() {
    let text = "fn f()\r\n  if a\r\n    b()\r\n\r\nfn g()\n  ret 1";
    let dir = dir_with(&[("a b/x.vitte", text), ("good.vitte", "fn f()\n.end\n")]);
    let path = dir.path().join("a b/x.vitte");
    let ended = run_in(dir.path(), &["check", "--fix", "--dry-run", "."]);
    assert_eq!((ended.code, &*ended.stderr), (1, "would fix 3 problems in 1 file\n"));
    assert!(
        ended.stdout.starts_with("--- a/a b/x.vitte\t\n+++ b/a b/x.vitte\t\n@@ -"),
        "{}",
        ended.stdout
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), text, "nothing is written");

    fix(dir.path());
    let fixed = fs::read_to_string(&path).unwrap();
    let added = ended.stdout.lines().skip(2).filter(|line| line.starts_with('+')).count();
    assert_eq!(fixed.matches(".end").count() - text.matches(".end").count(), 3);
    assert!(added >= 3, "{}", ended.stdout);
    let again = run_in(dir.path(), &["check", "--fix", "--dry-run", "."]);
    assert_eq!((&*again.stdout, &*again.stderr), ("", "no fixes to apply\n"));
}

#[test]
fn a_dry_run_needs_fix_and_standard_input_is_not_written() {
    let dir = dir_with(&[("x.vitte", "fn f()\n")]);
    let ended = run_in(dir.path(), &["check", "--dry-run", "x.vitte"]);
    assert!(ended.code == 2 && ended.stderr.contains("--fix"), "{}", ended.stderr);
    let mut vittec = crate::vittec();
    let output = common::with_input(vittec.args(["check", "--fix", "-"]), b"fn f()\n  ret 1\n");
    assert_eq!(output.status.code(), Some(1), "there is no file to write");
    let warning = "vittec: standard input cannot be fixed; save it to a file first\n";
    assert!(String::from_utf8(output.stderr).unwrap().starts_with(warning));
    let mut vittec = crate::vittec();
    let dry_run = vittec.args(["check", "--fix", "--dry-run", "-"]);
    let output = common::with_input(dry_run, b"fn f()\n  ret 1\n");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), warning);
}

/// For any file, a second run changes nothing, and the original text remains.
#[test]
fn unusual_files_are_not_damaged() {
    let nested: String = (0..60).map(|n| format!("{}if a\n", "  ".repeat(n))).collect();
    for text in [
        &b""[..],
        b"\0",
        b"fn",
        b"fn f(",
        b".end",
        b"\xff\xfef\0n\0",
        b"fn f()\r",
        nested.as_bytes(),
    ] {
        let (after, ended) = fixed(text);
        assert!(after.starts_with(text.trim_ascii_end()), "{text:?}: {}", ended.stderr);
    }
    let demo = PathBuf::from("examples/vittec/demo");
    let before: Vec<_> = names(&crate::workspace().join(&demo));
    run_in(&crate::workspace(), &["check", "--fix", "--dry-run", demo.to_str().unwrap()]);
    assert_eq!(names(&crate::workspace().join(&demo)), before);
}
