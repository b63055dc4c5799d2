//! Capsules: a crash report with its environment, sources and minidump in one file.

mod error;
mod manifest;
pub(crate) mod names;
mod read;
mod write;

use std::collections::BTreeMap;

pub use error::{CapsuleError, CapsuleErrorKind};
pub use manifest::{Manifest, ManifestSource};
pub(crate) use read::{MAX_FILE_BYTES, read_error, read_report};
use vitte_diag::{Emitter as _, JsonEmitter};

use crate::fingerprint::Fingerprint;
use crate::report::CrashReport;

/// A crash report with its environment, sources and minidump, which is stored as one file:
///
/// ```text
/// 2025-10-22T13-05-42-123-9f8e7d6c.vittecrash, a ZIP archive
/// ├── manifest.json      a summary, and the list of source files
/// ├── report.json        the report
/// ├── diagnostic.json    the crash as a diagnostic, in the format of `JsonEmitter`
/// ├── context.json       the active contexts with their variables
/// ├── environment.json   the environment variables
/// ├── sources/…          the source files that the contexts refer to
/// └── minidump.dmp       optional
/// ```
///
/// Capsules are written atomically, and only the owner can read the file. The reader is strict, and unpacks at
/// most [`Capsule::MAX_BYTES`] from any file.
///
/// ```
/// use vitte_capsule::{Capsule, CapsuleSource, CrashReport};
///
/// let message = "index out of bounds".to_owned();
/// let report = CrashReport::new(vitte_diag::codes::F0001, "2025-10-22T13:05:42Z".to_owned(), message);
/// let mut capsule = Capsule::new(report);
/// capsule.sources.push(CapsuleSource::new("src/main.vitte", "fn main() {}\n"));
/// let bytes = capsule.to_bytes()?;
/// assert_eq!(Capsule::from_bytes(&bytes, "crash.vittecrash")?, capsule);
/// # Ok::<(), vitte_capsule::CapsuleError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Capsule {
    /// The report.
    pub report: CrashReport,
    /// The same for crashes of the same defect.
    pub fingerprint: Fingerprint,
    /// The crash as one line of the JSON output, without a line feed.
    pub diagnostic: String,
    /// The environment variables that were captured.
    pub environment: BTreeMap<String, String>,
    /// The source files that the contexts refer to; empty if none were captured.
    pub sources: Vec<CapsuleSource>,
    /// The minidump; `None` if none was written.
    pub minidump: Option<Vec<u8>>,
}

/// A source file of a [`Capsule`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct CapsuleSource {
    /// The path in the source map: normalised, and relative to the workspace if possible.
    pub file: String,
    /// The content of the file.
    pub text: Vec<u8>,
}

impl CapsuleSource {
    /// Creates a source file from its path and its content.
    pub fn new(file: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Self { file: file.into(), text: text.into() }
    }
}

impl Capsule {
    /// The extension of capsule files, without a dot.
    pub const EXTENSION: &'static str = "vittecrash";

    /// The version of the format that is written. Capsules of a later version are not read.
    pub const FORMAT_VERSION: u32 = 1;

    /// The limit of all parts together, in bytes. Reading a capsule takes about this much memory at most.
    pub const MAX_BYTES: u64 = 256 << 20;

    /// Creates a capsule that contains only a report. A report of more than 16 MiB is truncated.
    #[must_use]
    pub fn new(report: CrashReport) -> Self {
        let report = report.bounded();
        let diagnostic = diagnostic(&report);
        Self::with_diagnostic(report, diagnostic)
    }

    /// Replaces the notes of the report, and updates the diagnostic.
    pub fn set_notes(&mut self, notes: Vec<String>) {
        self.report.notes = notes;
        self.diagnostic = diagnostic(&self.report);
    }

    /// Creates a capsule of a report and the same report as a JSON diagnostic.
    pub(crate) fn with_diagnostic(report: CrashReport, diagnostic: String) -> Self {
        Self {
            fingerprint: Fingerprint::of(&report),
            report,
            diagnostic,
            environment: BTreeMap::new(),
            sources: Vec::new(),
            minidump: None,
        }
    }

    /// Returns the manifest, which is the first part of the file.
    #[must_use]
    pub fn manifest(&self) -> Manifest {
        Manifest::from_capsule(self)
    }
}

/// Returns the report as one line of the JSON output, without a line feed.
fn diagnostic(report: &CrashReport) -> String {
    let mut emitter = JsonEmitter::new(Vec::new());
    // Writing to memory cannot fail.
    _ = emitter.emit(&report.sources(), &report.to_diagnostic());
    let mut line = String::from_utf8_lossy(&emitter.into_inner()).into_owned();
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests;
