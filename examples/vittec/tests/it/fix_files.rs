//! How `vittec check --fix` treats the files that it replaces: owners, links, and what killed runs leave.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::common::{self, CommandResult, dir_with};
use crate::run_in;

const BEFORE: &str = "fn f()\n  ret 1\n";
const AFTER: &str = "fn f()\n  ret 1\n.end\n";
/// A user without privileges.
const OTHER_USER: u32 = 65534;

fn fix(dir: &Path, paths: &[&str]) -> CommandResult {
    run_in(dir, &[&["check", "--fix", "--error-format=short"], paths].concat())
}

fn read(dir: &TempDir, path: &str) -> String {
    fs::read_to_string(dir.path().join(path)).unwrap()
}

/// Returns the names of the temporary files in a directory.
fn temporary_files(dir: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(".fix-")).collect()
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A directory that everyone can write, with a copy of the program, or `None` if the tests do not run as root.
fn shared_dir() -> Option<TempDir> {
    let dir = dir_with(&[("a.vitte", BEFORE)]);
    chmod(dir.path(), 0o777);
    // The directory in which the program was built may be closed to others.
    let program = dir.path().join("vittec");
    let linked = fs::hard_link(env!("CARGO_BIN_EXE_vittec"), &program);
    linked.or_else(|_| fs::copy(env!("CARGO_BIN_EXE_vittec"), &program).map(drop)).unwrap();
    (dir.path().metadata().unwrap().uid() == 0).then_some(dir)
}

/// Fixes all files of a shared directory as the other user.
fn fix_as_other_user(dir: &TempDir) -> CommandResult {
    let mut command = Command::new(dir.path().join("vittec"));
    command.args(["check", "--fix", "--error-format=short", "."]).current_dir(dir.path());
    let output = command.uid(OTHER_USER).gid(OTHER_USER).env_clear().stdin(Stdio::null()).output();
    CommandResult::new(&output.unwrap())
}

#[test]
fn a_file_of_another_user_is_not_replaced() {
    let Some(dir) = shared_dir() else { return };
    let path = dir.path().join("a.vitte");
    let state = || {
        let data = path.metadata().unwrap();
        (data.ino(), data.uid(), data.gid(), data.mode(), fs::read_to_string(&path).unwrap())
    };
    for mode in [0o644, 0o666] {
        chmod(&path, mode);
        let before = state();
        let ended = fix_as_other_user(&dir);
        assert_eq!(ended.code, 2);
        assert_eq!(
            ended.stderr.lines().next().unwrap(),
            "vittec: cannot write `a.vitte`: it belongs to user 0 and group 0, which cannot be kept: Operation not \
             permitted (os error 1); run this as that user, or change the owner"
        );
        assert_eq!(state(), before);
        assert!(temporary_files(dir.path()).is_empty());
    }
}

#[test]
fn a_group_that_a_user_is_not_in_cannot_be_kept() {
    let Some(dir) = shared_dir() else { return };
    let path = dir.path().join("a.vitte");
    chown(&path, Some(OTHER_USER), Some(4321)).unwrap();
    let ended = fix_as_other_user(&dir);
    assert!(ended.stderr.contains("it belongs to user 65534 and group 4321"), "{}", ended.stderr);
    assert_eq!(read(&dir, "a.vitte"), BEFORE);
    chown(&path, Some(OTHER_USER), Some(OTHER_USER)).unwrap();
    assert_eq!(fix_as_other_user(&dir).code, 0);
    assert_eq!(read(&dir, "a.vitte"), AFTER);
}

/// Only root can set attributes such as security labels.
#[test]
#[cfg(target_os = "linux")]
fn an_attribute_that_cannot_be_kept_is_named() {
    let Some(dir) = shared_dir() else { return };
    let path = dir.path().join("a.vitte");
    chown(&path, Some(OTHER_USER), Some(OTHER_USER)).unwrap();
    let flags = rustix::fs::XattrFlags::empty();
    if rustix::fs::setxattr(&path, "security.vitte", b"label", flags).is_err() {
        return; // in some containers not even root may set it
    }
    let ended = fix_as_other_user(&dir);
    assert_eq!(ended.code, 2);
    let error = "cannot write `a.vitte`: its attribute `security.vitte` cannot be kept: Operation not permitted";
    assert!(ended.stderr.contains(error), "{}", ended.stderr);
    assert_eq!(read(&dir, "a.vitte"), BEFORE);
    assert_eq!(fix(dir.path(), &["."]).code, 0);
    let mut label = [0; 16];
    assert_eq!(rustix::fs::getxattr(&path, "security.vitte", &mut label[..]), Ok(5));
    assert_eq!(&label[..5], b"label");
}

#[test]
fn a_file_that_its_owner_cannot_write_is_not_replaced() {
    let Some(dir) = shared_dir() else { return };
    let path = dir.path().join("a.vitte");
    chown(&path, Some(OTHER_USER), Some(OTHER_USER)).unwrap();
    // The group can write it, the owner cannot.
    chmod(&path, 0o464);
    let ended = fix_as_other_user(&dir);
    assert!(ended.stderr.contains("cannot write `a.vitte`: it is read-only"), "{}", ended.stderr);
    chmod(&path, 0o644);
    chmod(dir.path(), 0o755);
    let ended = fix_as_other_user(&dir);
    let cannot_create = "cannot write `a.vitte`: cannot create a temporary file in `";
    assert!(ended.stderr.contains(cannot_create), "{}", ended.stderr);
    assert!(ended.stderr.contains("`: Permission denied"), "{}", ended.stderr);
    assert_eq!(read(&dir, "a.vitte"), BEFORE);
}

#[test]
fn root_keeps_the_owner() {
    let Some(dir) = shared_dir() else { return };
    let path = dir.path().join("a.vitte");
    chown(&path, Some(1234), Some(4321)).unwrap();
    chmod(&path, 0o640);
    assert_eq!(fix(dir.path(), &["."]).code, 0);
    let data = path.metadata().unwrap();
    assert_eq!((data.uid(), data.gid(), data.mode() & 0o7777), (1234, 4321, 0o640));
    assert_eq!(read(&dir, "a.vitte"), AFTER);
}

#[test]
fn a_file_with_the_setuid_bit_is_not_replaced() {
    let dir = dir_with(&[("a.vitte", BEFORE)]);
    chmod(&dir.path().join("a.vitte"), 0o4755);
    let ended = fix(dir.path(), &["."]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.stderr.contains("`a.vitte`: it has the setuid or setgid bit"),
        "{}",
        ended.stderr
    );
    assert_eq!(read(&dir, "a.vitte"), BEFORE);
    assert_eq!(dir.path().join("a.vitte").metadata().unwrap().mode() & 0o7777, 0o4755);
}

#[test]
fn links_are_not_followed_out_of_the_named_directory() {
    let dir = dir_with(&[
        ("project/src/a.vitte", BEFORE),
        ("project/other.vitte", BEFORE),
        ("outside/b.vitte", BEFORE),
        ("outside/c.vitte", BEFORE),
    ]);
    let project = dir.path().join("project");
    symlink("../other.vitte", project.join("src/in project.vitte")).unwrap();
    symlink("../../outside/b.vitte", project.join("src/link.vitte")).unwrap();
    symlink(dir.path().join("outside"), project.join("src/linked")).unwrap();
    let outside = || read(&dir, "outside/b.vitte") + &read(&dir, "outside/c.vitte");
    let untouched = BEFORE.to_owned() + BEFORE;

    for paths in [&["src"][..], &["src/link.vitte", "src/linked/", "src"]] {
        let ended = fix(&project, paths);
        assert_eq!(ended.code, 2);
        let target = dir.path().canonicalize().unwrap().join("outside/b.vitte");
        let error = format!(
            "vittec: cannot write `src/link.vitte`: a symbolic link leads to `{}`, outside of the directory; pass \
             that path to change the file\n",
            target.display()
        );
        if paths == ["src"] {
            assert!(ended.stderr.contains(&error), "{}", ended.stderr);
            assert_eq!(outside(), untouched);
            assert_eq!(read(&dir, "project/src/a.vitte"), AFTER);
            assert_eq!(read(&dir, "project/other.vitte"), BEFORE, "it is not in `src`");
        } else {
            assert_eq!(outside(), AFTER.to_owned() + AFTER, "the link to the directory is named");
        }
    }
    assert_eq!(fix(&project, &["."]).code, 0);
    assert_eq!(read(&dir, "project/other.vitte"), AFTER, "a link that leads into the directory");
    assert!(project.join("src/in project.vitte").is_symlink());
}

#[test]
fn a_file_with_two_names_is_fixed_once() {
    let dir = dir_with(&[("a.vitte", BEFORE), ("b.vitte", BEFORE)]);
    symlink("a.vitte", dir.path().join("link.vitte")).unwrap();
    let ended = fix(dir.path(), &["link.vitte", "a.vitte", "./a.vitte"]);
    assert_eq!((ended.code, &*ended.stderr), (0, "no errors in 1 file, 1 fixed\n"));
    assert_eq!(read(&dir, "a.vitte"), AFTER);
    assert!(dir.path().join("link.vitte").is_symlink());
    fs::hard_link(dir.path().join("b.vitte"), dir.path().join("c.vitte")).unwrap();
    let ended = fix(dir.path(), &["b.vitte", "c.vitte"]);
    assert_eq!(ended.code, 2);
    assert_eq!(ended.stderr.matches("it has other hard links").count(), 2, "{}", ended.stderr);
    assert_eq!(read(&dir, "c.vitte"), BEFORE);
}

/// A file of more than 8 KiB, which can be fixed.
fn large() -> String {
    format!("{}{BEFORE}", "# a comment that makes the file larger\n".repeat(500))
}

/// Runs `--fix` with a limit for the size of files, and returns the exit code and standard error. With `trap`, exceeding the
/// limit is an error; without, it kills the process.
fn fix_with_size_limit(dir: &Path, trap: &str) -> (Option<i32>, String) {
    let script = format!("{trap} ulimit -c 0; ulimit -f 8; exec \"$0\" check --fix .");
    let mut shell = common::program("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_vittec")]).current_dir(dir);
    let output = shell.env("VITTE_CRASH_DIR", dir.join("crashes")).stdin(Stdio::null()).output();
    let output = output.unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_full_disk_leaves_the_file_unchanged() {
    let text = large();
    let dir = dir_with(&[("a.vitte", &text)]);
    let (code, stderr) = fix_with_size_limit(dir.path(), "trap '' XFSZ;");
    assert_eq!(code, Some(2), "{stderr}");
    let error = "vittec: cannot write `a.vitte`: cannot write a temporary file: File too large";
    assert!(stderr.starts_with(error), "{stderr}");
    assert_eq!(read(&dir, "a.vitte"), text);
    assert!(temporary_files(dir.path()).is_empty());
}

#[test]
fn the_next_run_removes_what_a_killed_one_left() {
    let text = large();
    let dir = dir_with(&[("sub/a.vitte", &text), ("sub/.fix-something", "mine")]);
    let sub = dir.path().join("sub");
    assert_eq!(fix_with_size_limit(dir.path(), "").0, None, "a signal");
    assert_eq!(read(&dir, "sub/a.vitte"), text, "killed before the rename");
    let left = temporary_files(&sub);
    assert_eq!(left.len(), 2, "{left:?}");
    // A check changes no files, nor does a dry run.
    run_in(dir.path(), &["check", "."]);
    run_in(dir.path(), &["check", "--fix", "--dry-run", "."]);
    assert_eq!(temporary_files(&sub), left);

    let ended = fix(dir.path(), &["."]);
    assert_eq!(ended.code, 0);
    assert_eq!(
        ended.stderr,
        "vittec: removed 1 temporary file of a run that was killed\nno errors in 1 file, 1 fixed\n"
    );
    assert_eq!(read(&dir, "sub/a.vitte"), format!("{text}.end\n"));
    assert_eq!(temporary_files(&sub), [sub.join(".fix-something")]);
}

#[test]
fn leftovers_outside_of_the_named_directory_are_not_removed() {
    let dir = dir_with(&[("outside/a.vitte", &large()), ("src/b.vitte", BEFORE)]);
    fix_with_size_limit(&dir.path().join("outside"), "");
    let left = temporary_files(&dir.path().join("outside"));
    assert_eq!(left.len(), 1);
    symlink("../outside", dir.path().join("src/linked")).unwrap();
    fix(dir.path(), &["src"]);
    assert_eq!(temporary_files(&dir.path().join("outside")), left);
    fix(dir.path(), &["outside/a.vitte"]);
    assert!(temporary_files(&dir.path().join("outside")).is_empty());
}
