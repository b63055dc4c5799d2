//! Repositories with concurrent processes, killed processes and damaged indexes.
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use vitte_capsule::{Capsule, CapsuleSource, CrashReport, IndexRepair, Repository, Retention};

const SECOND: &str = "2025-10-22T13:05:42.123Z";

fn report(timestamp: &str, message: &str, function: &str) -> CrashReport {
    let report = json!({
        "timestamp": timestamp,
        "version": "0.1.0",
        "module": "vittec",
        "thread": "main",
        "signal": null,
        "message": message,
        "backtrace": [format!("{function} at src/main.rs:1:1")],
        "system": {"os": "linux", "arch": "x86_64"},
        "frames": [{"function": function, "file": "src/main.rs", "line": 1, "column": 1, "in_project": true}],
        "code": "F0001",
    });
    serde_json::from_value(report).unwrap()
}

fn capsule(timestamp: &str, message: &str, function: &str) -> Capsule {
    let mut capsule = Capsule::new(report(timestamp, message, function));
    capsule
        .sources
        .push(CapsuleSource::new("src/main.vitte", "fn main() -> void\n.end\n".repeat(20)));
    capsule.environment.insert("TERM".into(), "xterm".into());
    capsule
}

fn save(repository: &Repository, timestamp: &str, message: &str) -> (String, PathBuf) {
    let mut capsule = capsule(timestamp, message, "vittec::check");
    let path = repository.save(&mut capsule).unwrap();
    (capsule.report.id, path)
}

fn index_lines(dir: &Path) -> Vec<String> {
    let text = fs::read_to_string(dir.join("index.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Returns the paths of all files below a directory, relative to it.
pub(crate) fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            found.push(entry.path().strip_prefix(dir).unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

fn ids(repository: &Repository) -> Vec<String> {
    let index = repository.index().unwrap();
    assert!(index.unreadable.is_empty(), "{:?}", index.unreadable);
    index.entries().map(|entry| entry.id).collect()
}

/// The environment variables for a child process: the directory, and the number of crashes, where 0 is unlimited.
const DIR: &str = "VITTE_TEST_SAVES_INTO";
const COUNT: &str = "VITTE_TEST_SAVES_COUNT";

/// The child process of the other tests, which saves crashes. Without the variables it does nothing.
#[test]
fn saves() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let count: usize = std::env::var(COUNT).unwrap().parse().unwrap();
    let repository = Repository::new(dir);
    let capsule = capsule(SECOND, "many at once", "vittec::check");
    // Tells the parent process that saving begins.
    std::io::stdout().write_all(b"\nready\n").unwrap();
    for _ in 0..if count == 0 { usize::MAX } else { count } {
        repository.save(&mut capsule.clone()).unwrap();
    }
}

fn child(dir: &Path, count: usize) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "repository::saves", "--test-threads=1", "--nocapture"]);
    child.env(DIR, dir).env(COUNT, count.to_string()).stdin(Stdio::null());
    child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

fn wait_until_ready(child: &mut Child) {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(
        lines.map_while(Result::ok).any(|line| line == "ready"),
        "the child did not start to save"
    );
}

/// Lets 64 processes save a crash at the same time, `rounds` times.
fn many_at_once(rounds: usize) {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("a/b");
    let repository = Repository::new(&dir);
    for round in 1..=rounds {
        let children: Vec<Child> = (0..64).map(|_| child(&dir, 1)).collect();
        for child in children {
            assert!(child.wait_with_output().unwrap().status.success());
        }
        assert_eq!(index_lines(&dir).len(), 64 * round, "one line per crash");
        let files = files(&dir);
        let capsules =
            files.iter().filter(|name| name.starts_with("panic/") && name.ends_with(".vittecrash"));
        assert_eq!(capsules.count(), 64 * round, "one file per crash");
        assert!(!files.iter().any(|name| name.ends_with(".tmp")), "{files:?}");
    }
    let index = repository.index().unwrap();
    assert_eq!(
        (index.len(), index.repair),
        (64 * rounds, IndexRepair::default()),
        "nothing was repaired"
    );
    let all = ids(&repository);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 64 * rounds, "ids are unique");
    let latest = fs::read_dir(dir.join("latest")).unwrap().count();
    assert_eq!(latest, 1);
    assert_eq!(repository.find("latest").unwrap(), all[all.len() - 1]);
}

#[test]
fn processes_that_crash_at_once_lose_nothing() {
    many_at_once(1);
}

#[test]
#[ignore = "takes half a minute; .ci/run runs it"]
fn processes_that_crash_at_once_lose_nothing_ten_times() {
    many_at_once(10);
}

/// Kills processes while they save crashes. All capsules must be complete, and all must be in the index.
fn killed_while_saving(times: u64) {
    let mut seen = 0;
    let mut repaired = (0, 0);
    for round in 0..times.div_ceil(20) {
        let root = tempfile::tempdir().unwrap();
        let repository = Repository::new(root.path());
        for kill in 0..20 {
            let mut child = child(root.path(), 0);
            wait_until_ready(&mut child);
            // At various times within the first 20 ms.
            let micros = (round * 20 + kill) * 7919 % 20_000;
            std::thread::sleep(Duration::from_micros(micros));
            if kill == 0 {
                // On a busy machine nothing may be stored in 20 ms.
                wait_for_a_crash(root.path());
            }
            child.kill().unwrap();
            child.wait().unwrap();
            let before = count_index_lines(root.path());
            let index = repository.index().unwrap();
            assert!(index.unreadable.is_empty(), "{:?}", index.unreadable);
            repaired = (repaired.0 + index.repair.added, repaired.1 + index.repair.removed);
            for entry in index.entries() {
                let capsule = repository.load(&entry.id).unwrap();
                assert_eq!(capsule.report.message, "many at once");
                assert_eq!(capsule.sources.len(), 1);
            }
            let capsules = files(root.path()).into_iter().filter(|name| name.starts_with("panic/"));
            let capsules = capsules.filter(|name| name.ends_with(".vittecrash")).count();
            assert_eq!(
                capsules,
                index.len(),
                "each file has a line; lines before the repair: {before:?}"
            );
            seen += index.len();
        }
    }
    assert!(seen > 0, "no crash was stored");
    let summary = format!(
        "{times} kills: repaired {} lines without a file, {} files without a line\n",
        repaired.1, repaired.0
    );
    std::io::stderr().write_all(summary.as_bytes()).unwrap();
}

fn wait_for_a_crash(dir: &Path) {
    for _ in 0..30_000 {
        if count_index_lines(dir).is_some_and(|lines| lines > 0) {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("no crash was stored in half a minute");
}

fn count_index_lines(dir: &Path) -> Option<usize> {
    fs::read_to_string(dir.join("index.jsonl")).ok().map(|text| text.lines().count())
}

#[test]
fn a_killed_process_leaves_a_readable_repository() {
    killed_while_saving(20);
}

#[test]
#[ignore = "takes half a minute; .ci/run runs it"]
fn a_killed_process_leaves_a_readable_repository_200_times() {
    killed_while_saving(200);
}

#[test]
fn the_files_of_a_crash_are_in_the_documented_places() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("target/crash-reports");
    let repository = Repository::new(&dir);
    let (id, path) = save(&repository, SECOND, "first");
    let fingerprint = repository.load(&id).unwrap().fingerprint;
    let short = fingerprint.short();
    let own = format!("panic/2025-10-22/{short}");
    assert_eq!(path, dir.join(format!("{own}/{id}.vittecrash")));
    let expected = [
        ".last-clean",
        "index.checkpoint",
        "index.jsonl",
        &format!("latest/{id}.vittecrash"),
        &format!("{own}/{id}.vittecrash"),
        &format!("{own}/metadata.json"),
    ];
    let found = files(&dir);
    assert_eq!(found, expected[1..], "`.last-clean` is missing before the first cleanup");
    for file in &found {
        let mode = dir.join(file).metadata().unwrap().permissions().mode() & 0o777;
        assert!(mode == 0o600 || !file.ends_with("vittecrash"), "{file}: {mode:o}");
    }
    assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let (second, _) = save(&repository, "2025-10-23T00:00:00Z", "second");
    assert_eq!(ids(&repository), [id.clone(), second.clone()]);
    assert_eq!(repository.find("latest").unwrap(), second);
    assert_eq!(repository.find("2025-10-22").unwrap(), id);
    // A crash with an earlier timestamp that is stored later is not the newest one.
    save(&repository, "2025-10-21T00:00:00Z", "third");
    assert_eq!(repository.find("latest").unwrap(), second);
    assert!(dir.join(format!("latest/{second}.vittecrash")).exists());
    assert_eq!(fs::read_dir(dir.join("latest")).unwrap().count(), 1);
}

#[test]
fn a_damaged_index_is_repaired() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path());
    let saved: Vec<_> =
        (0..5).map(|index| save(&repository, SECOND, &format!("m{index}"))).collect();
    let all = ids(&repository);
    let path = root.path().join("index.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let without_last = lines[..4].join("\n") + "\n";
    let truncated = &text[..text.len() - 30];
    let other_path = text.replace("panic/2025", "panic/1999");
    let damages: [(&str, Option<&[u8]>); 9] = [
        ("missing", None),
        ("empty", Some(b"")),
        ("without the last line", Some(without_last.as_bytes())),
        ("the last line is truncated", Some(truncated.as_bytes())),
        ("invalid JSON", Some(b"{\"id\":\"2025\nnothing\n\n\n")),
        ("invalid UTF-8", Some(b"\xff\xfe\x00\x00{}\n")),
        ("each line twice", Some(&[text.as_bytes(), text.as_bytes()].concat())),
        ("paths that do not exist", Some(other_path.as_bytes())),
        (
            "a line with missing fields",
            Some(&[text.as_bytes(), b"{\"id\":\"2025-10-22T13-05-42-123-00000000\"}\n"].concat()),
        ),
    ];
    for (damage, damaged) in damages {
        match damaged {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        assert_eq!(ids(&repository), all, "{damage}");
        let repaired = fs::read_to_string(&path).unwrap();
        assert_eq!(repaired.lines().count(), 5, "{damage}: the repair is stored");
        let repair = repository.index().unwrap().repair;
        assert_eq!(repair, IndexRepair::default(), "{damage}: it is repaired only once");
        // The next crash is appended to the repaired index.
        let (id, file) = save(&repository, SECOND, "next");
        assert_eq!(ids(&repository).len(), 6, "{damage}");
        fs::remove_file(file).unwrap();
        assert!(!ids(&repository).contains(&id), "{damage}: a line without a file is removed");
    }
    // A line that is appended after a truncated line is not lost.
    fs::write(&path, truncated).unwrap();
    save(&repository, SECOND, "after the truncated line");
    assert_eq!(ids(&repository).len(), 6);
    // A capsule that was copied into the repository, and a file that is not a capsule.
    let elsewhere = Repository::new(root.path().join("elsewhere"));
    let (id, file) = save(&elsewhere, SECOND, "from elsewhere");
    let copy = saved[0].1.with_file_name(file.file_name().unwrap());
    fs::copy(file, &copy).unwrap();
    fs::remove_dir_all(root.path().join("elsewhere")).unwrap();
    assert!(ids(&repository).contains(&id));
    fs::write(&copy, "PK\x03\x04 and no more").unwrap();
    fs::remove_file(&path).unwrap();
    let index = repository.index().unwrap();
    assert_eq!((index.len(), index.unreadable.len()), (6, 1));
    assert!(index.unreadable[0].to_string().contains(&id), "{}", index.unreadable[0]);
}

#[test]
fn a_read_only_directory_can_be_read() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path());
    save(&repository, SECOND, "m");
    fs::remove_file(root.path().join("index.jsonl")).unwrap();
    fs::create_dir(root.path().join("index.jsonl.d")).unwrap();
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o500)).unwrap();
    assert_eq!(ids(&repository).len(), 1);
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o700)).unwrap();
    // If the index is a directory, it cannot be written, but no crash is lost.
    _ = fs::remove_file(root.path().join("index.jsonl"));
    fs::create_dir(root.path().join("index.jsonl")).unwrap();
    let mut another = capsule(SECOND, "another", "vittec::check");
    repository.save(&mut another).unwrap();
    fs::remove_dir(root.path().join("index.jsonl")).unwrap();
    assert_eq!(ids(&repository).len(), 2);
    // A missing directory is empty, and reading it does not create it.
    let none = Repository::new(root.path().join("none"));
    assert!(none.index().unwrap().is_empty() && !none.dir().exists());
    assert!(none.find("latest").unwrap_err().to_string().contains("no crash reports"));
}

#[test]
fn retention_keeps_the_newest_crashes_and_reports_the_removed_ones() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path());
    save(&repository, "2001-01-01T00:00:00Z", "old");
    let now = jiff_now();
    let mut of_one = Vec::new();
    for index in 0..5 {
        of_one.push(save(&repository, &now, &format!("message {index}")).0);
    }
    let mut other = capsule(&now, "another", "vittec::other");
    repository.save(&mut other).unwrap();
    let mut retention = Retention::default();
    let cleaned = repository.clean(&retention, true).unwrap();
    assert_eq!((cleaned.removed.len(), cleaned.retained), (1, 6));
    assert_eq!(ids(&repository).len(), 7, "a dry run removes nothing");
    assert_eq!(repository.clean(&retention, false).unwrap(), cleaned);
    assert_eq!(ids(&repository).len(), 6);
    assert!(!root.path().join("panic/2001-01-01").exists(), "empty directories are removed");
    retention.max_reports_per_fingerprint = 3;
    let cleaned = repository.clean(&retention, false).unwrap();
    assert_eq!((cleaned.removed.len(), cleaned.retained), (2, 4));
    retention.max_bytes = cleaned.bytes();
    let cleaned = repository.clean(&retention, false).unwrap();
    assert!((1..=3).contains(&cleaned.retained), "{cleaned:?}");
    assert_eq!(ids(&repository).len(), cleaned.retained);
    assert_eq!(index_lines(root.path()).len(), cleaned.retained);
}

fn jiff_now() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let output =
        Command::new("date").args(["-u", "-d", &format!("@{now}"), "+%Y-%m-%dT%H:%M:%SZ"]).output();
    String::from_utf8(output.unwrap().stdout).unwrap().trim().to_owned()
}

#[test]
fn reports_without_a_capsule_are_listed_too() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path());
    let mut plain = report("2025-10-22T13:05:42.5Z", "plain", "vittec::check");
    plain.id = "2025-10-22T13-05-42".to_owned();
    let json = serde_json::to_string(&plain).unwrap();
    fs::write(root.path().join("2025-10-22T13-05-42.json"), json).unwrap();
    let (early, _) = save(&repository, "2025-10-22T13:05:41Z", "early");
    let (late, _) = save(&repository, "2025-10-22T13:05:42.9Z", "late");
    assert_eq!(ids(&repository), [early.clone(), plain.id.clone(), late.clone()]);
    assert_eq!(repository.load(&plain.id).unwrap().report, plain);
    assert_eq!(repository.find(&plain.id).unwrap(), plain.id, "an exact id wins over a prefix");
    assert_eq!(repository.index().unwrap().shortest_prefix_len(&late), plain.id.len() + 1);
    repository.remove(&[&plain.id, &early]).unwrap();
    assert_eq!(ids(&repository), [late]);
}

#[test]
fn removing_a_crash_does_not_damage_the_newest_one() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path());
    let (old, _) = save(&repository, "2025-10-21T00:00:00Z", "old");
    let (newest, path) = save(&repository, SECOND, "newest");
    let before = fs::read(&path).unwrap();
    repository.remove(&[&old]).unwrap();
    assert_eq!(fs::read(&path).unwrap(), before);
    let latest = root.path().join(format!("latest/{newest}.vittecrash"));
    assert_eq!(fs::read(&latest).unwrap(), before);
    assert_eq!(repository.load(&newest).unwrap().report.message, "newest");
    repository.remove(&[&newest]).unwrap();
    assert!(!latest.exists());
}

/// An index is untrusted: the directory may have been copied from elsewhere.
#[test]
fn paths_of_the_index_cannot_lead_out_of_the_repository() {
    let root = tempfile::tempdir().unwrap();
    let (dir, treasure) = (root.path().join("reports"), root.path().join("treasure.txt"));
    fs::write(&treasure, "gold").unwrap();
    let repository = Repository::new(&dir);
    let (id, path) = save(&repository, "2001-10-22T13:05:42Z", "m");
    let own = path.strip_prefix(&dir).unwrap().to_str().unwrap().to_owned();
    let (index, checkpoint) = (dir.join("index.jsonl"), dir.join("index.checkpoint"));
    let whole = fs::read_to_string(&index).unwrap();
    for other in ["../treasure.txt", treasure.to_str().unwrap(), &format!("../../{id}.vittecrash")]
    {
        let changed = whole.replace(&own, other);
        fs::write(&index, &changed).unwrap();
        fs::write(&checkpoint, changed.len().to_string()).unwrap();
        assert_eq!(repository.index().unwrap().entry(&id).unwrap().path, own, "{other}");
        assert_eq!(fs::read_to_string(&index).unwrap(), whole, "it is repaired");
    }
    // Symbolic links are not followed when the small files are written.
    for name in ["index.checkpoint", ".last-clean", "index.dirty"] {
        _ = fs::remove_file(dir.join(name));
        std::os::unix::fs::symlink(&treasure, dir.join(name)).unwrap();
    }
    save(&repository, SECOND, "m");
    repository.clean(&Retention::default(), false).unwrap();
    assert_eq!(fs::read_to_string(&treasure).unwrap(), "gold");
}
