//! Saving capsules: concurrent threads and processes, limits of the system, and failing file systems.
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use vitte_capsule::{Capsule, CrashReport, Repository, RepositoryErrorKind};

use crate::common::files;

/// Returns a string of `bytes` bytes that does not compress well.
fn noise(bytes: usize) -> String {
    let mut state = 1_u32;
    let digits = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_digit(state >> 28, 16).unwrap()
    });
    digits.take(bytes).collect()
}

fn capsule(message: &str) -> Capsule {
    Capsule::new(report(message))
}

/// Returns the paths of the capsules in a repository, without the link to the newest one.
fn capsules(dir: &Path) -> Vec<String> {
    let is_capsule = |path: &String| path.ends_with(".vittecrash") && !path.starts_with("latest/");
    files(dir).into_iter().filter(is_capsule).collect()
}

fn report(message: &str) -> CrashReport {
    let report = json!({
        "timestamp": "2025-10-22T13:05:42.123Z",
        "version": "0.1.0",
        "module": "vittec",
        "thread": "main",
        "signal": null,
        "message": message,
        "backtrace": ["vittec::main at src/main.rs:1:1"],
        "system": {"os": "linux", "arch": "x86_64"},
        "code": "F0001",
    });
    serde_json::from_value(report).unwrap()
}

/// The environment variables for a child process: the directory, the number of reports, and the size of each
/// message.
const DIR: &str = "VITTE_TEST_SAVES_INTO";
const COUNT: &str = "VITTE_TEST_SAVES_COUNT";
const BYTES: &str = "VITTE_TEST_SAVES_BYTES";

/// The child process of the other tests, which saves reports. Without the variables it saves one into a temporary
/// directory.
#[test]
fn saves() {
    let variable = |name| std::env::var(name).ok();
    let temp = variable(DIR).is_none().then(|| tempfile::tempdir().unwrap());
    let dir =
        temp.as_ref().map_or_else(|| variable(DIR).unwrap().into(), |temp| temp.path().join("x"));
    let number = |name| variable(name).map_or(1, |number| number.parse().unwrap());
    let message = noise(number(BYTES));
    for _ in 0..number(COUNT) {
        let mut saved = capsule(&message);
        let path = Repository::new(&dir).save(&mut saved).unwrap();
        let name = format!("{}.vittecrash", saved.report.id);
        assert!(path.ends_with(name), "{}", path.display());
    }
}

/// Starts a process that saves reports, from a shell that runs `setup` first.
fn child(setup: &str, dir: &Path, count: usize, bytes: usize) -> Child {
    let arguments = ["--exact", "saves::saves", "--test-threads=1", "--nocapture"];
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{setup}\nexec \"$0\" \"$@\"")]);
    shell.arg(std::env::current_exe().unwrap()).args(arguments);
    shell.env(DIR, dir).env(COUNT, count.to_string()).env(BYTES, bytes.to_string());
    shell.env("RUST_BACKTRACE", "0");
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for a child. Returns whether it succeeded, and its output.
fn wait(child: Child) -> (bool, String) {
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn names(dir: &Path) -> Vec<String> {
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(dir).unwrap().map(name).collect();
    names.sort();
    names
}

fn skipped(reason: &str) {
    io::stderr().write_all(format!("skipped: {reason}\n").as_bytes()).unwrap();
}

#[test]
fn concurrent_threads_and_processes_get_unique_ids() {
    let (threads, processes, each) = (200, 20, 5);
    let root = tempfile::tempdir().unwrap();
    // They also create the directory concurrently.
    let dir = root.path().join("a/reports");
    let children: Vec<Child> = (0..processes).map(|_| child("", &dir, each, 4096)).collect();
    let barrier = Barrier::new(threads);
    let ids: Vec<String> = std::thread::scope(|scope| {
        let save = || {
            let (repository, mut saved) = (Repository::new(&dir), capsule(&noise(4096)));
            barrier.wait();
            repository.save(&mut saved).unwrap();
            saved.report.id
        };
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(save)).collect();
        started.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for child in children {
        let (is_success, output) = wait(child);
        assert!(is_success, "{output}");
    }
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), threads);
    let repository = Repository::new(&dir);
    let index = repository.index().unwrap();
    assert!(index.unreadable.is_empty(), "{:?}", index.unreadable);
    let listed: BTreeSet<&str> = index.ids().collect();
    assert_eq!(listed.len(), threads + processes * each, "all crashes are listed");
    assert!(ids.iter().all(|id| listed.contains(&**id)));
    let has_all = |id: &&str| repository.load(id).unwrap().report.message == noise(4096);
    assert!(listed.iter().all(has_all));
    let names = files(&dir);
    assert_eq!(capsules(&dir).len(), listed.len());
    assert!(
        names.iter().all(|name| !name.ends_with(".tmp")),
        "no temporary files remain: {names:?}"
    );
}

#[test]
fn a_reader_never_sees_an_incomplete_report() {
    let root = tempfile::tempdir().unwrap();
    let (dir, bytes) = (root.path().to_owned(), 300_000);
    let children: Vec<Child> = (0..3).map(|_| child("", &dir, 20, bytes)).collect();
    let is_done = AtomicBool::new(false);
    let repository = Repository::new(&dir);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0;
            loop {
                let is_last = is_done.load(Ordering::Relaxed);
                let index = repository.index().unwrap();
                assert!(index.unreadable.is_empty(), "{:?}", index.unreadable);
                let is_whole =
                    |id: &str| repository.load(id).unwrap().report.message.len() == bytes;
                assert!(index.ids().rev().take(if is_last { 60 } else { 3 }).all(is_whole));
                assert!(index.len() >= seen, "no crash disappears");
                seen = index.len();
                if is_last {
                    return seen;
                }
            }
        });
        let results: Vec<_> = children.into_iter().map(wait).collect();
        is_done.store(true, Ordering::Relaxed);
        assert!(results.iter().all(|(is_success, _)| *is_success), "{results:?}");
        assert_eq!(reader.join().unwrap(), 60);
    });
}

#[test]
fn one_free_file_descriptor_is_enough() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("reports");
    let (is_success, output) = wait(child("ulimit -n 4", &dir, 3, 100));
    assert!(is_success, "{output}");
    assert_eq!(Repository::new(&dir).index().unwrap().len(), 3);
    // With few more, crashes are stored in their directories, and the index is not lost.
    for limit in 5..10 {
        let (is_success, output) = wait(child(&format!("ulimit -n {limit}"), &dir, 1, 100));
        assert!(is_success, "{limit}: {output}");
        let lines = fs::read_to_string(dir.join("index.jsonl")).unwrap().lines().count();
        assert!(lines >= 3, "{limit}: {lines} lines");
    }
    assert_eq!(Repository::new(&dir).index().unwrap().len(), 8);
    assert!(capsules(&dir).iter().any(|path| path.starts_with("panic/")));
    // Checks the limit itself: without any free descriptor, saving fails.
    let (is_success, output) = wait(child("ulimit -n 4; exec 3</dev/null", &dir, 1, 100));
    assert!(!is_success, "{output}");
    assert_eq!(capsules(&dir).len(), 8, "no partial file remains");
    assert!(files(&dir).iter().all(|name| !name.ends_with(".tmp")), "{:?}", files(&dir));
}

#[test]
fn the_umask_does_not_affect_file_modes() {
    for umask in ["000", "022", "077", "777"] {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("reports");
        let (is_success, output) = wait(child(&format!("umask {umask}"), &dir, 1, 100));
        assert!(is_success, "umask {umask}: {output}");
        assert_eq!(capsules(&dir).len(), 1, "{:?}", files(&dir));
        for entry in walkdir::WalkDir::new(&dir) {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            // The flag has no content. The index is created by `open`, which the umask applies to.
            let expected = if entry.file_type().is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode, expected, "umask {umask}: {}", entry.path().display());
        }
    }
}

/// A file size limit is like a full disk: only the first bytes are written.
#[test]
fn a_report_beyond_the_file_size_limit_leaves_no_files() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("reports");
    let (is_success, output) = wait(child("trap '' XFSZ; ulimit -f 8", &dir, 1, 100_000));
    assert!(!is_success && output.contains("Write("), "{output}");
    assert_eq!(capsules(&dir), [""; 0]);
    assert!(files(&dir).iter().all(|name| !name.ends_with(".tmp")), "{:?}", files(&dir));
    assert!(Repository::new(&dir).index().unwrap().is_empty());
}

#[test]
fn a_full_file_system_leaves_no_files() {
    let root = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=64k none \"$1\" || exit 77; shift; \"$0\" \"$@\"; code=$?
        echo \"left: $(find \"$VITTE_TEST_SAVES_INTO\" -name '*.vittecrash' -o -name '*.tmp')\"; exit $code";
    // In a new mount namespace, so that nothing has to be unmounted.
    let mut shell = Command::new("unshare");
    shell.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
    shell.arg(std::env::current_exe().unwrap()).arg(root.path());
    shell.args(["--exact", "saves::saves", "--test-threads=1", "--nocapture"]);
    shell.env(DIR, root.path().join("x")).env(BYTES, "200000").env("RUST_BACKTRACE", "0");
    match shell.stdin(Stdio::null()).output() {
        Ok(output) if matches!(output.status.code(), Some(0 | 101)) => {
            let stdout = String::from_utf8(output.stdout).unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert!(stderr.contains("StorageFull"), "{stderr}");
            assert!(stdout.ends_with("\nleft: \n"), "{stdout}");
        }
        _ => skipped("this user may not mount a file system"),
    }
}

#[test]
fn an_unwritable_directory_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let repository = Repository::new(root.path());
    let is_privileged = fs::write(root.path().join("probe"), "").is_ok();
    if is_privileged {
        fs::remove_file(root.path().join("probe")).unwrap();
        // In a new user namespace without a mapping, the child has no such privilege.
        let (is_success, output) =
            wait(child("exec unshare --user \"$0\" \"$@\"", root.path(), 1, 1));
        assert!(!is_success, "{output}");
        if output.contains("PermissionDenied") {
            assert!(output.contains("kind: CreateDir("), "{output}");
        } else {
            skipped("this user may write to any directory");
        }
    } else {
        let mut saved = capsule("m");
        let error = repository.save(&mut saved).unwrap_err();
        assert!(matches!(error.kind, RepositoryErrorKind::CreateDir(_)), "{error}");
        assert_eq!(saved.report.id, "");
    }
    assert_eq!(names(root.path()), [""; 0]);
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
    if cfg!(target_os = "linux") && Path::new("/proc/self/fdinfo").is_dir() {
        // No user can create files here.
        for dir in ["/proc/self/fdinfo", "/proc/self/none"] {
            let error = Repository::new(dir).save(&mut capsule("m")).unwrap_err();
            assert!(matches!(error.kind, RepositoryErrorKind::CreateDir(_)), "{error}");
        }
    }
}

#[test]
fn hostile_text_is_stored_unchanged_and_printed_safely() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path());
    let hostile_text = "\u{0}\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\u{2028}\r\n::error::\"\\\u{10ffff}";
    for message in [hostile_text.to_owned(), "x".repeat(10 << 20), "\u{202e}é".repeat(1 << 20)] {
        let mut hostile = report(&message);
        (hostile.program, hostile.thread) = (hostile_text.to_owned(), hostile_text.to_owned());
        let mut saved = Capsule::new(hostile);
        repository.save(&mut saved).unwrap();
        assert_eq!(repository.load(&saved.report.id).unwrap().report, saved.report);
        let shown = saved.report.to_text(true);
        assert!(!shown.contains(|c| c != '\n' && vitte_diag::text::is_unsafe(c)));
        assert!(shown.len() < 4 << 20, "{} bytes", shown.len());
    }
    // A message beyond the limit of a report is truncated, and says so.
    let mut saved = capsule(&"\u{1}".repeat(10 << 20));
    repository.save(&mut saved).unwrap();
    let loaded = repository.load(&saved.report.id).unwrap().report;
    assert!(loaded.message.ends_with(" more bytes") && loaded.notes.len() == 1);
    assert_eq!(repository.index().unwrap().len(), 4);
}

#[test]
fn a_file_in_place_of_the_directory_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    for wrong in [file.clone(), file.join("below")] {
        let mut saved = capsule("m");
        let error = Repository::new(&wrong).save(&mut saved).unwrap_err();
        assert!(matches!(error.kind, RepositoryErrorKind::CreateDir(_)), "{error}");
        assert_eq!(saved.report.id, "", "a report that was not stored has no id");
        assert!(error.to_string().starts_with("cannot create the directory `"), "{error}");
    }
    assert!(matches!(
        Repository::new(&file).index().unwrap_err().kind,
        RepositoryErrorKind::Read(_)
    ));
    assert_eq!(fs::read(&file).unwrap(), b"");
}

#[test]
fn only_the_owner_can_read_a_report() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("reports");
    let path = Repository::new(&dir).save(&mut capsule("m")).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode(&path), mode(&dir)), (0o600, 0o700));
    // The mode of an existing directory is not changed.
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
    Repository::new(root.path()).save(&mut capsule("m")).unwrap();
    assert_eq!(mode(root.path()), 0o755);
}
