//! What the index says of a crash.

use serde::{Deserialize, Serialize};
use vitte_diag::Code;

use crate::capsule::Capsule;
use crate::fingerprint::Fingerprint;
use crate::report::CrashReport;

/// What the index says of a crash: a line of `index.jsonl`, with the fields in this order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// Its name. It stands first, so that it can be read without the rest.
    pub id: String,
    /// When it was: RFC 3339, UTC.
    pub timestamp: String,
    /// Such as `panic`, see [`CrashReport::kind`].
    pub kind: String,
    /// F0001 to F0006.
    pub code: Code,
    /// Such as `SIGSEGV`; null where no signal was the reason.
    pub signal: Option<String>,
    /// What is the same for crashes of the same defect.
    pub fingerprint: Fingerprint,
    /// The program.
    pub module: String,
    /// Its version.
    pub version: String,
    /// The thread that crashed.
    pub thread: String,
    /// The run of the program.
    pub session: String,
    /// What went wrong: its beginning.
    pub message: String,
    /// The functions that were being called, the innermost first: those of the program, where they are known.
    pub functions: Vec<String>,
    /// The files of these, and those of what the program was doing, each once.
    pub files: Vec<String>,
    /// Bytes of its file.
    pub bytes: u64,
    /// The path of its file in the repository, with `/`.
    pub path: String,
}

/// Bytes of a text that the index has of a crash: with few of them a hundred thousand crashes are read at
/// once.
const LONGEST: usize = 200;
/// Functions, and files.
const MOST: usize = 8;

impl Entry {
    /// What the index says of a capsule in a file of so many bytes.
    pub(super) fn of(capsule: &Capsule, path: String, bytes: u64) -> Self {
        Self::new(&capsule.report, capsule.fingerprint, path, bytes)
    }

    pub(super) fn new(
        report: &CrashReport,
        fingerprint: Fingerprint,
        path: String,
        bytes: u64,
    ) -> Self {
        let own = || report.frames.iter().filter(|frame| frame.in_project);
        let functions: Vec<&str> = match own().next() {
            Some(_) => own().filter_map(|frame| frame.function.as_deref()).collect(),
            None => report.backtrace.frames().iter().map(vitte_diag::Frame::function).collect(),
        };
        let places =
            report.context.iter().filter_map(|entry| entry.place.as_ref()?.file.as_deref());
        let files = own().filter_map(|frame| frame.file.as_deref()).chain(places);
        Self {
            id: report.id.clone(),
            timestamp: short(&report.timestamp),
            kind: report.kind().to_owned(),
            code: report.code,
            signal: report.signal.as_deref().map(short),
            fingerprint,
            module: short(&report.module),
            version: short(&report.version),
            thread: short(&report.thread),
            session: short(&report.session),
            message: short(&report.message),
            functions: few(functions.into_iter()),
            files: few(files),
            bytes,
            path,
        }
    }
}

fn short(text: &str) -> String {
    text.get(..vitte_diag::text::floor_char_boundary(text, LONGEST)).unwrap_or_default().to_owned()
}

/// The first of them, each once.
fn few<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut few = Vec::new();
    for text in texts.map(short) {
        if few.len() < MOST && !few.contains(&text) {
            few.push(text);
        }
    }
    few
}
