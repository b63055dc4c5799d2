//! Repositories that many processes use at once, and that killed processes leave.
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use vitte_capsule::{IndexRepair, Repository};

use crate::common::{SECOND, capsule, files, ids, index_lines};

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
    child.args(["--exact", "processes::saves", "--test-threads=1", "--nocapture"]);
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
#[ignore = "starts many processes; .ci/run runs it"]
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
        let mut read = BTreeSet::new();
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
            for entry in index.entries().filter(|entry| read.insert(entry.id.clone())) {
                let capsule = index.load(&entry.id).unwrap();
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
#[ignore = "starts many processes; .ci/run runs it"]
fn a_killed_process_leaves_a_readable_repository_200_times() {
    killed_while_saving(200);
}
