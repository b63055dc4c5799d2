//! Reads bytes as the files of a repository that others wrote: `.ci/fuzz 60 repository`.
//!
//! The parts of the input, separated by NUL bytes, are `index.jsonl`, `metadata.json`, a report without a capsule, and
//! `index.checkpoint`. Without the last one, the index is large and has the right checkpoint, so that it is not compared
//! with the files. Listing, loading and removing all crashes must not panic, and must not remove files outside of
//! the repository.
#![no_main]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use vitte_capsule::{Repository, Retention};

/// Files outside of the repository that look like crashes.
const VICTIMS: [&str; 3] = [
    "victim/a/b/2025-10-22T13-05-42-123-9f8e7d6c.vittecrash",
    "victim/a/b/2025-10-22T13-05-42-123-9f8e7d6c.html",
    "victim/a/b/metadata.json",
];

fuzz_target!(|input: &[u8]| {
    let dir = tempfile::tempdir_in(memory()).expect("a temporary directory can be created");
    for victim in VICTIMS.map(|victim| dir.path().join(victim)) {
        fs::create_dir_all(victim.parent().expect("a victim is in a directory")).unwrap();
        fs::write(victim, "victim").unwrap();
    }
    let root = dir.path().join("repository");
    let mut parts = vitte_diag_fuzz::parts(input);
    for name in [
        "index.jsonl",
        "panic/2025-10-22/1a2b3c4d/metadata.json",
        "2025-10-22T13-05-42.json",
        "index.checkpoint",
    ] {
        let Some(part) = parts.next() else { break };
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("the file is in a directory")).unwrap();
        fs::write(path, part).unwrap();
    }
    if input.iter().filter(|byte| **byte == 0).count() < 3 {
        let mut index = many_lines().to_owned().into_bytes();
        index.extend(vitte_diag_fuzz::parts(input).next().unwrap_or_default());
        fs::write(root.join("index.checkpoint"), format!("{}\n", index.len())).unwrap();
        fs::write(root.join("index.jsonl"), index).unwrap();
    }
    let repository = Repository::new(&root);
    use_all(&repository);
    _ = repository.clean(&Retention::default().with_max_days_to_keep(1), false);
    _ = repository.clean_if_due(&Retention::default().with_max_bytes(0));
    for victim in VICTIMS.map(|victim| dir.path().join(victim)) {
        assert_eq!(fs::read(&victim).expect("the victim exists"), b"victim", "{victim:?}");
    }
});

/// The start of the ids of [`many_lines`], and their number.
const MANY_IDS: &str = "2025-10-22T13-05-41-000-";
const MANY: u32 = 2001;

/// Lines of crashes whose files do not exist: more than are compared with the files whenever the index is read.
fn many_lines() -> &'static str {
    static LINES: OnceLock<String> = OnceLock::new();
    let line = |number: u32| {
        let id = format!("{MANY_IDS}{number:08x}");
        format!(
            "{{\"id\":\"{id}\",\"timestamp\":\"2025-10-22T13:05:41Z\",\"kind\":\"panic\",\"code\":\"F0001\",\
             \"signal\":null,\"fingerprint\":\"{:064x}\",\"module\":\"\",\"version\":\"\",\"thread\":\"\",\
             \"session\":\"\",\"message\":\"\",\"functions\":[],\"files\":[],\"bytes\":1,\
             \"path\":\"panic/2025-10-22/00000000/{id}.vittecrash\"}}\n",
            0
        )
    };
    LINES.get_or_init(|| (0..MANY).map(line).collect())
}

/// Finds, loads and removes every crash.
fn use_all(repository: &Repository) {
    let Ok(index) = repository.index() else { return };
    assert_eq!(index.ids().count(), index.len());
    let ids = index.ids().filter(|id| !id.starts_with(MANY_IDS)).take(100);
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    for id in &ids {
        _ = index.entry(id).map(|entry| index.file_exists(&entry));
        assert!(index.shortest_prefix_len(id) <= id.len());
        _ = repository.load(id);
        _ = repository.path(id);
    }
    _ = index.find("latest");
    _ = index.find("2025");
    _ = index.candidates("victim").count();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    _ = repository.remove(&ids);
    _ = repository.remove_stale();
}

/// Returns a directory in memory, where thousands of files a second can be written.
fn memory() -> &'static Path {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory } else { Path::new(".") }
}
