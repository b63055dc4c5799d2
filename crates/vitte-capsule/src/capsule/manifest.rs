//! The manifest of a capsule.

use serde::{Deserialize, Serialize};

use super::{Capsule, names};
use crate::fingerprint::Fingerprint;
use crate::report::{CrashKind, SystemInfo};

/// A summary of a [`Capsule`], and the list of its source files: its part `manifest.json`, with the fields in this
/// order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// The [`Capsule::FORMAT_VERSION`] of the writer.
    pub format_version: u32,
    /// The id of the crash.
    pub id: String,
    /// The time of the crash: RFC 3339, UTC.
    pub time: String,
    /// The fingerprint of the crash.
    pub fingerprint: Fingerprint,
    /// The [`Fingerprint::VERSION`] of the writer.
    pub fingerprint_version: u32,
    /// The kind of the crash.
    pub kind: CrashKind,
    /// What went wrong, truncated to 4096 bytes.
    pub message: String,
    /// The version of the program, truncated to 4096 bytes.
    pub version: String,
    /// The name of the program, truncated to 4096 bytes.
    #[serde(rename = "module")]
    pub program: String,
    /// The system that the program ran on.
    pub system: SystemInfo,
    /// The source files, in the order of [`Capsule::sources`].
    #[serde(default)]
    pub sources: Vec<ManifestSource>,
}

/// A source file in a [`Manifest`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ManifestSource {
    /// The path of the file in the source map of the program.
    pub file: String,
    /// The name of its part, such as `sources/src/main.vitte`.
    pub part: String,
}

/// Maximum length of a string of the report, in bytes. A longer one is truncated, so that a manifest is quick to read.
const MAX_TEXT_BYTES: usize = 4096;

fn truncated(text: &str) -> String {
    vitte_diag::text::truncate(text, MAX_TEXT_BYTES).to_owned()
}

impl Manifest {
    pub(super) fn from_capsule(capsule: &Capsule) -> Self {
        let report = &capsule.report;
        let files = capsule.sources.iter().map(|source| source.file.as_str());
        let parts = names::source_parts(files.clone());
        let sources = files.zip(parts);
        Self {
            format_version: Capsule::FORMAT_VERSION,
            id: report.id.clone(),
            time: report.timestamp.clone(),
            fingerprint: capsule.fingerprint,
            fingerprint_version: Fingerprint::VERSION,
            kind: report.kind(),
            message: truncated(&report.message),
            version: truncated(&report.version),
            program: truncated(&report.program),
            system: report.system.clone(),
            sources: sources
                .map(|(file, part)| ManifestSource { file: file.to_owned(), part })
                .collect(),
        }
    }
}
