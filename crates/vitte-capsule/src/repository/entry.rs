//! The index entry of a crash.

use serde::{Deserialize, Serialize};
use vitte_diag::Code;

use crate::capsule::Capsule;
use crate::fingerprint::Fingerprint;
use crate::report::{CrashKind, CrashReport};

/// A summary of a crash: one line of `index.jsonl`, with the fields in this order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IndexEntry {
    /// The id of the crash. It is the first field, so that it can be read without parsing the line.
    pub id: String,
    /// The time of the crash (RFC 3339, UTC).
    pub timestamp: String,
    /// The kind of crash, such as `panic`.
    pub kind: CrashKind,
    /// The diagnostic code, F0001 to F0006, or N0900.
    pub code: Code,
    /// The signal, such as `SIGSEGV`, or `None` if no signal caused the crash.
    pub signal: Option<String>,
    /// The fingerprint, which is the same for all crashes of one defect.
    pub fingerprint: Fingerprint,
    /// The name of the program.
    #[serde(rename = "module")]
    pub program: String,
    /// The version of the program.
    pub version: String,
    /// The thread that crashed.
    pub thread: String,
    /// The id of the program run.
    pub session: String,
    /// The crash message, cut to 200 bytes.
    pub message: String,
    /// The functions on the stack, innermost first, at most 8: only functions of the program if any are known.
    pub functions: Vec<String>,
    /// The files of those functions and of the contexts, without duplicates, at most 8.
    pub files: Vec<String>,
    /// The location that the innermost located context was processing, such as `src/shapes.vitte:13:1`; if it is
    /// longer than 200 bytes, its end after `...`. `None` if no context has a file, and in lines of older versions.
    #[serde(default, rename = "place", skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The name of the test that failed. `None` if the crash is not that of a test, and in lines of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// The size of the crash's file in bytes.
    pub bytes: u64,
    /// The path of the crash's file, relative to the repository, with `/` as separator.
    pub path: String,
}

/// Maximum length of each string, in bytes. Small entries let a reader load a hundred thousand crashes at once.
const MAX_TEXT_BYTES: usize = 200;
/// Maximum number of functions, and of files.
const MAX_LIST_LEN: usize = 8;

impl IndexEntry {
    /// Creates the entry of a capsule whose file has `bytes` bytes.
    pub(super) fn from_capsule(capsule: &Capsule, path: String, bytes: u64) -> Self {
        Self::new(&capsule.report, capsule.fingerprint, path, bytes)
    }

    pub(super) fn new(
        report: &CrashReport,
        fingerprint: Fingerprint,
        path: String,
        bytes: u64,
    ) -> Self {
        let project_frames = || report.frames.iter().filter(|frame| frame.in_project);
        let functions: Vec<&str> = match project_frames().next() {
            Some(_) => project_frames().filter_map(|frame| frame.function.as_deref()).collect(),
            None => report.backtrace.frames().iter().map(vitte_diag::Frame::function).collect(),
        };
        let context_files =
            report.contexts.iter().filter_map(|entry| entry.location.as_ref()?.file.as_deref());
        let files = project_frames().filter_map(|frame| frame.file.as_deref()).chain(context_files);
        Self {
            id: report.id.clone(),
            timestamp: truncated(&report.timestamp),
            kind: report.kind(),
            code: report.code,
            signal: report.signal.as_deref().map(truncated),
            fingerprint,
            program: truncated(&report.program),
            version: truncated(&report.version),
            thread: truncated(&report.thread),
            session: truncated(&report.session),
            message: truncated(&report.message),
            functions: first_unique(functions.into_iter()),
            files: first_unique(files),
            location: innermost_location(report),
            test: report.test.as_deref().map(truncated),
            bytes,
            path,
        }
    }
}

/// Returns the location of the innermost context that has a file.
fn innermost_location(report: &CrashReport) -> Option<String> {
    const DOTS: &str = "...";
    let mut locations = report.contexts.iter().filter_map(|entry| entry.location.as_ref());
    let location = locations.find(|location| location.file.is_some())?.to_string();
    if location.len() <= MAX_TEXT_BYTES {
        return Some(location);
    }
    let start = location.len() - (MAX_TEXT_BYTES - DOTS.len());
    let end = location.get(vitte_diag::text::ceil_char_boundary(&location, start)..);
    Some(DOTS.to_owned() + end.unwrap_or_default())
}

fn truncated(text: &str) -> String {
    vitte_diag::text::truncate(text, MAX_TEXT_BYTES).to_owned()
}

/// Returns the first [`MAX_LIST_LEN`] strings, truncated and without duplicates.
fn first_unique<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut unique = Vec::new();
    for text in texts.map(truncated) {
        if unique.len() < MAX_LIST_LEN && !unique.contains(&text) {
            unique.push(text);
        }
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_location_is_that_of_the_innermost_context_with_a_file() {
        let location = |files: &[Option<&str>]| {
            let mut report =
                CrashReport::new(vitte_diag::codes::F0001, String::new(), String::new());
            for file in files {
                let location = file.map(|file| {
                    serde_json::json!({"id": 0, "file": Some(file).filter(|file| !file.is_empty()),
                        "lo": 0, "hi": 1, "line": 13, "col": 1})
                });
                let entry = serde_json::json!({"name": "c", "values": [], "place": location});
                report.contexts.push(serde_json::from_value(entry).unwrap());
            }
            innermost_location(&report)
        };
        assert_eq!(location(&[]), None);
        assert_eq!(location(&[None, Some("")]), None);
        let found = location(&[None, Some(""), Some("src/a.vitte"), Some("b.vitte")]);
        assert_eq!(found.as_deref(), Some("src/a.vitte:13:1"));
        let long = location(&[Some(&"é/".repeat(200))]).unwrap();
        assert!(
            long.len() <= MAX_TEXT_BYTES && long.starts_with("...") && long.ends_with("/:13:1")
        );
    }

    #[test]
    fn a_line_of_an_older_version_has_no_location() {
        let report = CrashReport::new(vitte_diag::codes::F0001, String::new(), String::new());
        let entry = IndexEntry::new(&report, Fingerprint::of(&report), String::new(), 0);
        let line = serde_json::to_string(&entry).unwrap();
        assert!(!line.contains("place"), "{line}");
        assert_eq!(serde_json::from_str::<IndexEntry>(&line).unwrap(), entry);
    }
}
