//! Crashes and repositories for the other tests.
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use vitte_capsule::{Capsule, CapsuleSource, CrashReport, Repository};

pub(crate) const SECOND: &str = "2025-10-22T13:05:42.123Z";

pub(crate) fn report(timestamp: &str, message: &str, function: &str) -> CrashReport {
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

pub(crate) fn capsule(timestamp: &str, message: &str, function: &str) -> Capsule {
    let mut capsule = Capsule::new(report(timestamp, message, function));
    capsule
        .sources
        .push(CapsuleSource::new("src/main.vitte", "fn main() -> void\n.end\n".repeat(20)));
    capsule.environment.insert("TERM".into(), "xterm".into());
    capsule
}

pub(crate) fn save(repository: &Repository, timestamp: &str, message: &str) -> (String, PathBuf) {
    let mut capsule = capsule(timestamp, message, "vittec::check");
    let path = repository.save(&mut capsule).unwrap();
    (capsule.report.id, path)
}

pub(crate) fn index_lines(dir: &Path) -> Vec<String> {
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

pub(crate) fn ids(repository: &Repository) -> Vec<String> {
    let index = repository.index().unwrap();
    assert!(index.unreadable.is_empty(), "{:?}", index.unreadable);
    index.entries().map(|entry| entry.id).collect()
}
