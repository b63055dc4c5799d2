//! Capsules that are saved: many threads and processes at once, and what can be in their way.
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

use crate::repository::files;

/// A text of this many bytes that cannot be made much shorter.
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

/// The capsules in a folder.
fn capsules(folder: &Path) -> Vec<String> {
    let is_own = |path: &String| path.ends_with(".vittecrash") && !path.starts_with("latest/");
    files(folder).into_iter().filter(is_own).collect()
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

/// What a child of these tests is told: the folder, how many reports, and how many bytes each has.
const FOLDER: &str = "VITTE_TEST_SAVES_INTO";
const COUNT: &str = "VITTE_TEST_SAVES_COUNT";
const BYTES: &str = "VITTE_TEST_SAVES_BYTES";

/// Saves as its environment says: the children of the other tests are this test.
#[test]
fn saves() {
    let told = |name| std::env::var(name).ok();
    let own = told(FOLDER).is_none().then(|| tempfile::tempdir().unwrap());
    let folder =
        own.as_ref().map_or_else(|| told(FOLDER).unwrap().into(), |own| own.path().join("x"));
    let number = |name| told(name).map_or(1, |number| number.parse().unwrap());
    let message = noise(number(BYTES));
    for _ in 0..number(COUNT) {
        let mut saved = capsule(&message);
        let path = Repository::new(&folder).save(&mut saved).unwrap();
        let name = format!("{}.vittecrash", saved.report.id);
        assert!(path.ends_with(name), "{}", path.display());
    }
}

/// A process that saves, started by a shell after `setup`.
fn child(setup: &str, folder: &Path, count: usize, bytes: usize) -> Child {
    let arguments = ["--exact", "saves::saves", "--test-threads=1", "--nocapture"];
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{setup}\nexec \"$0\" \"$@\"")]);
    shell.arg(std::env::current_exe().unwrap()).args(arguments);
    shell.env(FOLDER, folder).env(COUNT, count.to_string()).env(BYTES, bytes.to_string());
    shell.env("RUST_BACKTRACE", "0");
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Whether a child saved, and what it said.
fn ended(child: Child) -> (bool, String) {
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

fn skipped(what: &str) {
    io::stderr().write_all(format!("skipped: {what}\n").as_bytes()).unwrap();
}

#[test]
fn threads_and_processes_of_one_second_never_share_an_id() {
    let (threads, processes, each) = (200, 20, 5);
    let root = tempfile::tempdir().unwrap();
    // They make the folder at once, too.
    let folder = root.path().join("a/reports");
    let children: Vec<Child> = (0..processes).map(|_| child("", &folder, each, 4096)).collect();
    let barrier = Barrier::new(threads);
    let ids: Vec<String> = std::thread::scope(|scope| {
        let save = || {
            let (repository, mut saved) = (Repository::new(&folder), capsule(&noise(4096)));
            barrier.wait();
            repository.save(&mut saved).unwrap();
            saved.report.id
        };
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(save)).collect();
        started.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for child in children {
        let (is_good, said) = ended(child);
        assert!(is_good, "{said}");
    }
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), threads);
    let repository = Repository::new(&folder);
    let index = repository.index().unwrap();
    assert!(index.unreadable.is_empty(), "{:?}", index.unreadable);
    let listed: BTreeSet<&str> = index.ids().collect();
    assert_eq!(listed.len(), threads + processes * each, "none is left out");
    assert!(ids.iter().all(|id| listed.contains(&**id)));
    let has_all = |id: &&str| repository.load(id).unwrap().report.message == noise(4096);
    assert!(listed.iter().all(has_all));
    let names = files(&folder);
    assert_eq!(capsules(&folder).len(), listed.len());
    assert!(names.iter().all(|name| !name.ends_with(".tmp")), "nothing is left: {names:?}");
}

#[test]
fn a_reader_never_sees_half_a_report() {
    let root = tempfile::tempdir().unwrap();
    let (folder, bytes) = (root.path().to_owned(), 300_000);
    let children: Vec<Child> = (0..3).map(|_| child("", &folder, 20, bytes)).collect();
    let is_done = AtomicBool::new(false);
    let repository = Repository::new(&folder);
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
                assert!(index.len() >= seen, "none goes");
                seen = index.len();
                if is_last {
                    return seen;
                }
            }
        });
        let ends: Vec<_> = children.into_iter().map(ended).collect();
        is_done.store(true, Ordering::Relaxed);
        assert!(ends.iter().all(|(is_good, _)| *is_good), "{ends:?}");
        assert_eq!(reader.join().unwrap(), 60);
    });
}

#[test]
fn one_descriptor_is_enough() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("reports");
    let (is_good, said) = ended(child("ulimit -n 4", &folder, 3, 100));
    assert!(is_good, "{said}");
    assert_eq!(Repository::new(&folder).index().unwrap().len(), 3);
    // The measure is right: with none it cannot be.
    let (is_good, said) = ended(child("ulimit -n 4; exec 3</dev/null", &folder, 1, 100));
    assert!(!is_good, "{said}");
    assert_eq!(capsules(&folder).len(), 3, "nothing is left of it");
    assert!(files(&folder).iter().all(|name| !name.ends_with(".tmp")), "{:?}", files(&folder));
}

#[test]
fn the_umask_changes_no_mode() {
    for umask in ["000", "022", "077", "777"] {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("reports");
        let (is_good, said) = ended(child(&format!("umask {umask}"), &folder, 1, 100));
        assert!(is_good, "umask {umask}: {said}");
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o7777;
        let [capsule] = &*capsules(&folder) else { panic!("{:?}", files(&folder)) };
        assert_eq!((mode(&folder), mode(&folder.join(capsule))), (0o700, 0o600), "umask {umask}");
    }
}

/// A file that may not grow is like a full disk: the first bytes are written, the others are not.
#[test]
fn a_report_that_has_no_room_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("reports");
    let (is_good, said) = ended(child("trap '' XFSZ; ulimit -f 8", &folder, 1, 100_000));
    assert!(!is_good && said.contains("Write("), "{said}");
    assert_eq!(capsules(&folder), [""; 0]);
    assert!(files(&folder).iter().all(|name| !name.ends_with(".tmp")), "{:?}", files(&folder));
    assert!(Repository::new(&folder).index().unwrap().is_empty());
}

#[test]
fn a_full_file_system_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=64k none \"$1\" || exit 77; shift; \"$0\" \"$@\"; code=$?
        echo \"left: $(find \"$VITTE_TEST_SAVES_INTO\" -name '*.vittecrash' -o -name '*.tmp')\"; exit $code";
    // In a namespace of its own, so that nothing has to be unmounted.
    let mut shell = Command::new("unshare");
    shell.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
    shell.arg(std::env::current_exe().unwrap()).arg(root.path());
    shell.args(["--exact", "saves::saves", "--test-threads=1", "--nocapture"]);
    shell.env(FOLDER, root.path().join("x")).env(BYTES, "200000").env("RUST_BACKTRACE", "0");
    match shell.stdin(Stdio::null()).output() {
        Ok(output) if matches!(output.status.code(), Some(0 | 101)) => {
            let (said, why) = (output.stdout, output.stderr);
            let said = String::from_utf8(said).unwrap();
            let why = String::from_utf8(why).unwrap();
            assert!(why.contains("StorageFull"), "{why}");
            assert!(said.ends_with("\nleft: \n"), "{said}");
        }
        _ => skipped("a file system of one's own may not be mounted here"),
    }
}

#[test]
fn a_folder_that_lets_nobody_write_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let repository = Repository::new(root.path());
    let is_mighty = fs::write(root.path().join("probe"), "").is_ok();
    if is_mighty {
        fs::remove_file(root.path().join("probe")).unwrap();
        // A namespace without a user of its own takes that from the child.
        let (is_good, said) = ended(child("exec unshare --user \"$0\" \"$@\"", root.path(), 1, 1));
        assert!(!is_good, "{said}");
        if said.contains("PermissionDenied") {
            assert!(said.contains("kind: Folder("), "{said}");
        } else {
            skipped("this user may write into any folder");
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
        // Here nobody may, whoever it is.
        for folder in ["/proc/self/fdinfo", "/proc/self/none"] {
            let error = Repository::new(folder).save(&mut capsule("m")).unwrap_err();
            assert!(matches!(error.kind, RepositoryErrorKind::CreateDir(_)), "{error}");
        }
    }
}

#[test]
fn hostile_content_is_kept_as_it_is_and_shown_safely() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path());
    let evil = "\u{0}\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\u{2028}\r\n::error::\"\\\u{10ffff}";
    for message in [evil.to_owned(), "x".repeat(10 << 20), "\u{202e}é".repeat(1 << 20)] {
        let mut hostile = report(&message);
        (hostile.program, hostile.thread) = (evil.to_owned(), evil.to_owned());
        let mut saved = Capsule::new(hostile);
        repository.save(&mut saved).unwrap();
        assert_eq!(repository.load(&saved.report.id).unwrap().report, saved.report);
        let shown = saved.report.to_text(true);
        assert!(!shown.contains(|c| c != '\n' && vitte_diag::text::is_unsafe(c)));
        assert!(shown.len() < 1 << 20, "{} bytes", shown.len());
    }
    // More than a report may have: it is cut, and says so.
    let mut saved = capsule(&"\u{1}".repeat(10 << 20));
    repository.save(&mut saved).unwrap();
    let loaded = repository.load(&saved.report.id).unwrap().report;
    assert!(loaded.message.ends_with(" more bytes") && loaded.notes.len() == 1);
    assert_eq!(repository.index().unwrap().len(), 4);
}

#[test]
fn what_is_in_the_way_is_said_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for wrong in [file.clone(), file.join("below")] {
        let mut saved = capsule("m");
        let error = Repository::new(&wrong).save(&mut saved).unwrap_err();
        assert!(matches!(error.kind, RepositoryErrorKind::CreateDir(_)), "{error}");
        assert_eq!(saved.report.id, "", "it has no id as long as it is not kept");
        assert!(error.to_string().starts_with("cannot use the folder `"), "{error}");
    }
    assert!(matches!(
        Repository::new(&file).index().unwrap_err().kind,
        RepositoryErrorKind::Read(_)
    ));
    assert_eq!(fs::read(&file).unwrap(), b"");
}

#[test]
fn only_the_owner_may_read_a_report() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("reports");
    let path = Repository::new(&folder).save(&mut capsule("m")).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode(&path), mode(&folder)), (0o600, 0o700));
    // A folder that was there stays as it was.
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
    Repository::new(root.path()).save(&mut capsule("m")).unwrap();
    assert_eq!(mode(root.path()), 0o755);
}
