//! The files of a repository: where they are, how a damaged index is repaired, and how crashes are removed.
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use vitte_capsule::{IndexRepair, Repository, Retention};

use crate::common::{SECOND, capsule, files, ids, index_lines, report, save};

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

#[test]
fn fingerprints_are_those_of_the_entries() {
    let dir = tempfile::tempdir().unwrap();
    let repository = Repository::new(dir.path());
    for message in ["a", "\"fingerprint\":\"0123\"", "\\\"fingerprint\":\"", "b"] {
        repository.save(&mut capsule(SECOND, message, "vittec::check")).unwrap();
    }
    // As another program may write it.
    let path = dir.path().join("index.jsonl");
    let index =
        fs::read_to_string(&path).unwrap().replacen("\"fingerprint\":\"", "\"fingerprint\": \"", 2);
    fs::write(&path, index).unwrap();
    let index = repository.index().unwrap();
    let expected: Vec<_> = index.entries().map(|entry| entry.fingerprint).collect();
    assert_eq!(index.fingerprints().collect::<Vec<_>>(), expected);
    assert_eq!(expected.len(), 4);
}
