//! Capsules: all that is known of a crash in one file.

mod error;
mod manifest;
pub(crate) mod names;
mod read;
mod write;

use std::collections::BTreeMap;

pub use error::{CapsuleError, CapsuleErrorKind};
pub use manifest::{Manifest, ManifestSource};
use vitte_diag::{Emitter as _, JsonEmitter};

use crate::fingerprint::Fingerprint;
use crate::report::CrashReport;

/// All that is known of a crash, in one file, which another developer can look into:
///
/// ```text
/// 2025-10-22T13-05-42-123-9f8e7d6c.vittecrash, a ZIP archive
/// ├── manifest.json      what it is, in short
/// ├── report.json        the whole report
/// ├── diagnostic.json    the same crash as the compiler's JSON output has it
/// ├── context.json       what the compiler was doing, with its variables
/// ├── environment.json   the variables of the environment
/// ├── sources/…          the source files that the crash was about
/// └── minidump.dmp       where there is one
/// ```
///
/// A capsule is written as a whole or not at all, and its file is its owner's alone. Reading one is strict,
/// and takes no more memory than [`Capsule::MAX_BYTES`], whatever the file says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Capsule {
    /// The report.
    pub report: CrashReport,
    /// What is the same for crashes of the same defect.
    pub fingerprint: Fingerprint,
    /// The crash as one line of the JSON output, without a line feed.
    pub diagnostic: String,
    /// The variables of the environment, as far as they are kept.
    pub environment: BTreeMap<String, String>,
    /// The source files that the crash was about; none where they are not kept.
    pub sources: Vec<CapsuleSource>,
    /// A minidump, where there is one.
    pub minidump: Option<Vec<u8>>,
}

/// A source file of a [`Capsule`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct CapsuleSource {
    /// Its path, as the source map has it: normalised, and relative to the workspace where possible.
    pub file: String,
    /// All of its bytes.
    pub text: Vec<u8>,
}

impl CapsuleSource {
    /// A source file.
    pub fn new(file: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Self { file: file.into(), text: text.into() }
    }
}

impl Capsule {
    /// How the names of capsules end.
    pub const EXTENSION: &'static str = "vittecrash";

    /// The version of the format that is written; what a later one wrote is not read.
    pub const FORMAT_VERSION: u32 = 1;

    /// The most bytes that the parts of a capsule have together, and about the most memory that reading one
    /// takes.
    pub const MAX_BYTES: u64 = 256 << 20;

    /// A capsule of a report alone.
    #[must_use]
    pub fn new(report: CrashReport) -> Self {
        let report = report.bounded();
        let diagnostic = diagnostic(&report);
        Self::of(report, diagnostic)
    }

    /// Gives the report other notes, and the diagnostic with it.
    pub fn set_notes(&mut self, notes: Vec<String>) {
        self.report.notes = notes;
        self.diagnostic = diagnostic(&self.report);
    }

    /// One of a report alone; `diagnostic` is that report as JSON.
    pub(crate) fn of(report: CrashReport, diagnostic: String) -> Self {
        Self {
            fingerprint: Fingerprint::of(&report),
            report,
            diagnostic,
            environment: BTreeMap::new(),
            sources: Vec::new(),
            minidump: None,
        }
    }

    /// What it is, in short: the first part of its file.
    #[must_use]
    pub fn manifest(&self) -> Manifest {
        Manifest::of(self)
    }
}

/// The crash as the line of JSON that a compiler writes, without a line feed.
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
