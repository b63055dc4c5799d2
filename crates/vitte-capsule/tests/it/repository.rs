//! The repository of crashes: many processes at once, processes that are killed, an index that is damaged.
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

fn index_lines(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("index.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The files below a folder, as paths in it.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            found.push(entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
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

/// What a child of these tests is told: the folder, and how many crashes, or 0 for as many as there is time.
const FOLDER: &str = "VITTE_TEST_SAVES_INTO";
const COUNT: &str = "VITTE_TEST_SAVES_COUNT";

/// Saves as its environment says: the children of the other tests are this test.
#[test]
fn saves() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let count: usize = std::env::var(COUNT).unwrap().parse().unwrap();
    let repository = Repository::new(folder);
    let capsule = capsule(SECOND, "many at once", "vittec::check");
    // So that who started it knows that it begins.
    std::io::stdout().write_all(b"\nready\n").unwrap();
    for _ in 0..if count == 0 { usize::MAX } else { count } {
        repository.save(&mut capsule.clone()).unwrap();
    }
}

fn child(folder: &Path, count: usize) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "repository::saves", "--test-threads=1", "--nocapture"]);
    child.env(FOLDER, folder).env(COUNT, count.to_string()).stdin(Stdio::null());
    child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

fn wait_until_ready(child: &mut Child) {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "ready"), "it begins");
}

/// 64 processes that crash at once, so many times.
fn many_at_once(rounds: usize) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a/b");
    let repository = Repository::new(&folder);
    for round in 1..=rounds {
        let children: Vec<Child> = (0..64).map(|_| child(&folder, 1)).collect();
        for child in children {
            assert!(child.wait_with_output().unwrap().status.success());
        }
        assert_eq!(index_lines(&folder).len(), 64 * round, "a line each");
        let files = files(&folder);
        let capsules =
            files.iter().filter(|name| name.starts_with("panic/") && name.ends_with(".vittecrash"));
        assert_eq!(capsules.count(), 64 * round, "a file each");
        assert!(!files.iter().any(|name| name.ends_with(".tmp")), "{files:?}");
    }
    let index = repository.index().unwrap();
    assert_eq!(
        (index.len(), index.repair),
        (64 * rounds, IndexRepair::default()),
        "nothing was to be mended"
    );
    let all = ids(&repository);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 64 * rounds, "no id twice");
    let latest = fs::read_dir(folder.join("latest")).unwrap().count();
    assert_eq!(latest, 1);
    assert_eq!(repository.find("latest").unwrap(), all[all.len() - 1]);
}

#[test]
fn processes_that_crash_at_once_lose_nothing() {
    many_at_once(1);
}

#[test]
#[ignore = "it takes half a minute: .ci/run runs it"]
fn processes_that_crash_at_once_lose_nothing_ten_times() {
    many_at_once(10);
}

/// Processes that are killed while they store, so many times: what is there is whole, and what is whole is
/// there.
fn killed_while_storing(times: u64) {
    let mut seen = 0;
    let mut mended = (0, 0);
    for round in 0..times.div_ceil(20) {
        let root = tempfile::tempdir().unwrap();
        let repository = Repository::new(root.path());
        for kill in 0..20 {
            let mut child = child(root.path(), 0);
            wait_until_ready(&mut child);
            // Anywhere in the few milliseconds that one takes, and in the few after it.
            let micros = (round * 20 + kill) * 7919 % 20_000;
            std::thread::sleep(Duration::from_micros(micros));
            child.kill().unwrap();
            child.wait().unwrap();
            let before = index_lines_or_none(root.path());
            let index = repository.index().unwrap();
            assert!(index.unreadable.is_empty(), "{:?}", index.unreadable);
            mended = (mended.0 + index.repair.added, mended.1 + index.repair.removed);
            for entry in index.entries() {
                let capsule = repository.load(&entry.id).unwrap();
                assert_eq!(capsule.report.message, "many at once");
                assert_eq!(capsule.sources.len(), 1);
            }
            let capsules = files(root.path()).into_iter().filter(|name| name.starts_with("panic/"));
            let capsules = capsules.filter(|name| name.ends_with(".vittecrash")).count();
            assert_eq!(capsules, index.len(), "each file has a line; before it was {before:?}");
            seen += index.len();
        }
    }
    assert!(seen > 0, "some were stored");
    let said = format!(
        "{times} kills: mended {} lines without a file, {} files without a line\n",
        mended.1, mended.0
    );
    std::io::stderr().write_all(said.as_bytes()).unwrap();
}

fn index_lines_or_none(folder: &Path) -> Option<usize> {
    fs::read_to_string(folder.join("index.jsonl")).ok().map(|text| text.lines().count())
}

#[test]
fn who_is_killed_leaves_a_repository_that_can_be_read() {
    killed_while_storing(20);
}

#[test]
#[ignore = "it takes half a minute: .ci/run runs it"]
fn who_is_killed_leaves_a_repository_that_can_be_read_200_times() {
    killed_while_storing(200);
}

#[test]
fn a_crash_has_its_place_and_its_own_files() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("target/crash-reports");
    let repository = Repository::new(&folder);
    let (id, path) = save(&repository, SECOND, "first");
    let fingerprint = repository.load(&id).unwrap().fingerprint;
    let short = fingerprint.short();
    let own = format!("panic/2025-10-22/{short}");
    assert_eq!(path, folder.join(format!("{own}/{id}.vittecrash")));
    let expected = [
        ".cleaned",
        "index.jsonl",
        "index.seal",
        &format!("latest/{id}.vittecrash"),
        &format!("{own}/{id}.vittecrash"),
        &format!("{own}/metadata.json"),
    ];
    let found = files(&folder);
    assert_eq!(found, expected[1..], "nobody has cleaned yet");
    for file in &found {
        let mode = folder.join(file).metadata().unwrap().permissions().mode() & 0o777;
        assert!(mode == 0o600 || !file.ends_with("vittecrash"), "{file}: {mode:o}");
    }
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let (second, _) = save(&repository, "2025-10-23T00:00:00Z", "second");
    assert_eq!(ids(&repository), [id.clone(), second.clone()]);
    assert_eq!(repository.find("latest").unwrap(), second);
    assert_eq!(repository.find("2025-10-22").unwrap(), id);
    // A crash with an earlier time that is stored later is not the newest one.
    save(&repository, "2025-10-21T00:00:00Z", "third");
    assert_eq!(repository.find("latest").unwrap(), second);
    assert!(folder.join(format!("latest/{second}.vittecrash")).exists());
    assert_eq!(fs::read_dir(folder.join("latest")).unwrap().count(), 1);
}

#[test]
fn an_index_is_mended_whatever_happened_to_it() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path());
    let saved: Vec<_> =
        (0..5).map(|index| save(&repository, SECOND, &format!("m{index}"))).collect();
    let all = ids(&repository);
    let path = root.path().join("index.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let without_last = lines[..4].join("\n") + "\n";
    let torn = &text[..text.len() - 30];
    let other_path = text.replace("panic/2025", "panic/1999");
    let damages: [(&str, Option<&[u8]>); 9] = [
        ("gone", None),
        ("empty", Some(b"")),
        ("the last line is gone", Some(without_last.as_bytes())),
        ("the last line is torn", Some(torn.as_bytes())),
        ("no JSON", Some(b"{\"id\":\"2025\nnothing\n\n\n")),
        ("no text", Some(b"\xff\xfe\x00\x00{}\n")),
        ("twice", Some(&[text.as_bytes(), text.as_bytes()].concat())),
        ("paths that are no more", Some(other_path.as_bytes())),
        (
            "a line of something else",
            Some(&[text.as_bytes(), b"{\"id\":\"2025-10-22T13-05-42-123-00000000\"}\n"].concat()),
        ),
    ];
    for (what, damaged) in damages {
        match damaged {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        assert_eq!(ids(&repository), all, "{what}");
        let mended = fs::read_to_string(&path).unwrap();
        assert_eq!(mended.lines().count(), 5, "{what}: it is written down");
        assert_eq!(repository.index().unwrap().repair, IndexRepair::default(), "{what}: once");
        // What is stored next finds a whole index.
        let (id, file) = save(&repository, SECOND, "next");
        assert_eq!(ids(&repository).len(), 6, "{what}");
        fs::remove_file(file).unwrap();
        assert!(!ids(&repository).contains(&id), "{what}: a line without a file goes");
    }
    // What is stored behind a torn line is not lost with it.
    fs::write(&path, torn).unwrap();
    save(&repository, SECOND, "behind");
    assert_eq!(ids(&repository).len(), 6);
    // A file that somebody put there, and one that is no capsule.
    let elsewhere = Repository::new(root.path().join("elsewhere"));
    let (id, file) = save(&elsewhere, SECOND, "from elsewhere");
    let place = saved[0].1.with_file_name(file.file_name().unwrap());
    fs::copy(file, &place).unwrap();
    fs::remove_dir_all(root.path().join("elsewhere")).unwrap();
    assert!(ids(&repository).contains(&id));
    fs::write(&place, "PK\x03\x04 and no more").unwrap();
    fs::remove_file(&path).unwrap();
    let index = repository.index().unwrap();
    assert_eq!((index.len(), index.unreadable.len()), (6, 1));
    assert!(index.unreadable[0].to_string().contains(&id), "{}", index.unreadable[0]);
}

#[test]
fn a_folder_that_cannot_be_written_can_be_read() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path());
    save(&repository, SECOND, "m");
    fs::remove_file(root.path().join("index.jsonl")).unwrap();
    fs::create_dir(root.path().join("index.jsonl.d")).unwrap();
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o500)).unwrap();
    assert_eq!(ids(&repository).len(), 1);
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o700)).unwrap();
    // An index that is a folder: nothing can be written down, and nothing is lost.
    _ = fs::remove_file(root.path().join("index.jsonl"));
    fs::create_dir(root.path().join("index.jsonl")).unwrap();
    let mut another = capsule(SECOND, "another", "vittec::check");
    repository.save(&mut another).unwrap();
    fs::remove_dir(root.path().join("index.jsonl")).unwrap();
    assert_eq!(ids(&repository).len(), 2);
    // A folder that is not there has no crashes, and is not made by looking.
    let none = Repository::new(root.path().join("none"));
    assert!(none.index().unwrap().is_empty() && !none.dir().exists());
    assert!(none.find("latest").unwrap_err().to_string().contains("no crash reports"));
}

#[test]
fn retention_keeps_the_newest_and_says_what_went() {
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
    assert_eq!((cleaned.removed.len(), cleaned.kept), (1, 6));
    assert_eq!(ids(&repository).len(), 7, "a dry run removes nothing");
    assert_eq!(repository.clean(&retention, false).unwrap(), cleaned);
    assert_eq!(ids(&repository).len(), 6);
    assert!(!root.path().join("panic/2001-01-01").exists(), "nor are folders left of it");
    retention.max_reports_per_fingerprint = 3;
    let cleaned = repository.clean(&retention, false).unwrap();
    assert_eq!((cleaned.removed.len(), cleaned.kept), (2, 4));
    retention.max_bytes = cleaned.bytes();
    let cleaned = repository.clean(&retention, false).unwrap();
    assert!((1..=3).contains(&cleaned.kept), "{cleaned:?}");
    assert_eq!(ids(&repository).len(), cleaned.kept);
    assert_eq!(index_lines(root.path()).len(), cleaned.kept);
}

fn jiff_now() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let output =
        Command::new("date").args(["-u", "-d", &format!("@{now}"), "+%Y-%m-%dT%H:%M:%SZ"]).output();
    String::from_utf8(output.unwrap().stdout).unwrap().trim().to_owned()
}

#[test]
fn reports_without_a_capsule_are_there_too() {
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
    assert_eq!(repository.find(&plain.id).unwrap(), plain.id, "also where another begins so");
    assert_eq!(repository.index().unwrap().shortest_prefix_len(&late), plain.id.len() + 1);
    repository.remove(&[&plain.id, &early]).unwrap();
    assert_eq!(ids(&repository), [late]);
}

#[test]
fn the_newest_one_is_whole_whatever_else_is_removed() {
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

/// An index comes with a folder, which may come from anywhere.
#[test]
fn a_line_of_an_index_leads_nowhere_else() {
    let root = tempfile::tempdir().unwrap();
    let (folder, treasure) = (root.path().join("reports"), root.path().join("treasure.txt"));
    fs::write(&treasure, "gold").unwrap();
    let repository = Repository::new(&folder);
    let (id, path) = save(&repository, "2001-10-22T13:05:42Z", "m");
    let own = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
    let (index, seal) = (folder.join("index.jsonl"), folder.join("index.seal"));
    let whole = fs::read_to_string(&index).unwrap();
    for other in ["../treasure.txt", treasure.to_str().unwrap(), &format!("../../{id}.vittecrash")]
    {
        let changed = whole.replace(&own, other);
        fs::write(&index, &changed).unwrap();
        fs::write(&seal, changed.len().to_string()).unwrap();
        assert_eq!(repository.index().unwrap().entry(&id).unwrap().path, own, "{other}");
        assert_eq!(fs::read_to_string(&index).unwrap(), whole, "it is mended");
    }
    // Nor is anything written through a link.
    for name in ["index.seal", ".cleaned", "index.untold"] {
        _ = fs::remove_file(folder.join(name));
        std::os::unix::fs::symlink(&treasure, folder.join(name)).unwrap();
    }
    save(&repository, SECOND, "m");
    repository.clean(&Retention::default(), false).unwrap();
    assert_eq!(fs::read_to_string(&treasure).unwrap(), "gold");
}
