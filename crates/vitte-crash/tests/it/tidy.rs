//! Old crashes go when a new one comes.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use vitte_capsule::{Capsule, CrashReport, Repository};
use vitte_crash::CrashHandler;
use vitte_diag::codes;

fn save(repository: &Repository, timestamp: &str) {
    let report = CrashReport::new(codes::F0001, timestamp.into(), "old".into());
    repository.save(&mut Capsule::new(report)).unwrap();
}

const TIDIES: &str = "VITTE_TEST_TIDIES";

/// Crashes twice, once where it is caught: a child of the test below.
#[test]
fn crashes() {
    let Ok(folder) = std::env::var(TIDIES) else { return };
    let builder = CrashHandler::builder().program("tidy").quiet(true);
    let _guard = builder.dir(folder).install().unwrap();
    let report = vitte_crash::catch_panic(|| panic!("caught")).unwrap_err();
    std::io::stdout().write_all(format!("\nnotes: {:?}\n", report.notes).as_bytes()).unwrap();
    _ = std::thread::spawn(|| panic!("not caught")).join();
}

#[test]
fn who_stores_a_crash_removes_old_ones_once_an_hour_and_says_so() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path());
    let run = || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "tidy::crashes", "--test-threads=1", "--nocapture"]);
        let output = child.env(TIDIES, root.path()).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr))
    };
    save(&repository, "2001-01-01T00:00:00Z");
    save(&repository, "2001-01-02T00:00:00Z");
    let said = format!("2 old crash reports removed from {}", root.path().display());
    let (out, _) = run();
    assert!(out.contains(&format!("notes: [{said:?}]")), "{out}");
    assert_eq!(repository.index().unwrap().len(), 2, "those that have just come");
    // Not again, until an hour is over.
    save(&repository, "2001-01-03T00:00:00Z");
    let (out, err) = run();
    assert!(out.contains("notes: []") && !err.contains("removed"), "{out}{err}");
    assert_eq!(repository.index().unwrap().len(), 5);
    let hour_ago = std::time::SystemTime::now() - Duration::from_secs(3700);
    fs::File::options()
        .write(true)
        .open(root.path().join(".cleaned"))
        .unwrap()
        .set_modified(hour_ago)
        .unwrap();
    let (out, _) = run();
    assert!(out.contains("1 old crash report removed"), "{out}");
}
