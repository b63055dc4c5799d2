//! Old crashes are removed after a new one is stored.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use vitte_capsule::{Capsule, CrashReport, Repository};
use vitte_crash::CrashHandler;
use vitte_diag::codes;

fn save(repository: &Repository, timestamp: &str) {
    let report = CrashReport::new(codes::F0001, timestamp.into(), "old".into());
    repository.save(&mut Capsule::new(report)).unwrap();
}

/// The environment variable with the directory of the repository, set only in the child.
const DIR_VAR: &str = "VITTE_TEST_RETENTION_DIR";

/// The child of the test below: crashes twice, and catches the first panic.
#[test]
fn crashes() {
    let Ok(dir) = std::env::var(DIR_VAR) else { return };
    let builder = CrashHandler::builder().program("retention").quiet(true);
    let _guard = builder.dir(dir).install().unwrap();
    let report = vitte_crash::catch_panic(|| panic!("caught")).unwrap_err();
    std::io::stdout().write_all(format!("\nnotes: {:?}\n", report.notes).as_bytes()).unwrap();
    _ = std::thread::spawn(|| panic!("not caught")).join();
}

#[test]
fn old_crashes_are_removed_at_most_once_an_hour() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path());
    let run = || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "retention::crashes", "--test-threads=1", "--nocapture"]);
        let output = child.env(DIR_VAR, root.path()).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr))
    };
    save(&repository, "2001-01-01T00:00:00Z");
    save(&repository, "2001-01-02T00:00:00Z");
    let note = format!("removed 2 old crash reports from {}", root.path().display());
    let (out, _) = run();
    assert!(out.contains(&format!("notes: [{note:?}]")), "{out}");
    assert_eq!(repository.index().unwrap().len(), 2, "not only the new crashes are stored");
    // Within the same hour nothing is removed.
    save(&repository, "2001-01-03T00:00:00Z");
    let (out, err) = run();
    assert!(out.contains("notes: []") && !err.contains("removed"), "{out}{err}");
    assert_eq!(repository.index().unwrap().len(), 5);
    let hour_ago = std::time::SystemTime::now() - Duration::from_secs(3700);
    fs::File::options()
        .write(true)
        .open(root.path().join(".last-clean"))
        .unwrap()
        .set_modified(hour_ago)
        .unwrap();
    let (out, _) = run();
    assert!(out.contains("removed 1 old crash report"), "{out}");
}
