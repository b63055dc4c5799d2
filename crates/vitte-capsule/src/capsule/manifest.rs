//! What a capsule is, in short.

use serde::{Deserialize, Serialize};

use super::{Capsule, names};
use crate::fingerprint::Fingerprint;
use crate::report::{CrashKind, SystemInfo};

/// What a capsule is, in short: its part `manifest.json`, with the fields in this order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// [`Capsule::FORMAT_VERSION`] of who wrote it.
    pub format_version: u32,
    /// The name of the crash.
    pub id: String,
    /// When it was: RFC 3339, UTC.
    pub time: String,
    /// What is the same for crashes of the same defect.
    pub fingerprint: Fingerprint,
    /// [`Fingerprint::VERSION`] of who wrote it.
    pub fingerprint_version: u32,
    /// Such as `panic`, see [`CrashReport::kind`](crate::report::CrashReport::kind).
    pub kind: CrashKind,
    /// What went wrong: its beginning.
    pub message: String,
    /// The version of the program.
    pub version: String,
    /// The program.
    #[serde(rename = "module")]
    pub program: String,
    /// Where it ran.
    pub system: SystemInfo,
    /// The source files, and where they are in the capsule.
    #[serde(default)]
    pub sources: Vec<ManifestSource>,
}

/// A source file of a capsule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ManifestSource {
    /// Its path, as the program called it.
    pub file: String,
    /// The name of its part, such as `sources/src/main.vitte`.
    pub part: String,
}

/// Bytes of a text that the report may have very long: a manifest is small, so that reading one is quick.
const LONGEST: usize = 4096;

fn beginning(text: &str) -> String {
    text.get(..vitte_diag::text::floor_char_boundary(text, LONGEST)).unwrap_or_default().to_owned()
}

impl Manifest {
    pub(super) fn of(capsule: &Capsule) -> Self {
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
            message: beginning(&report.message),
            version: beginning(&report.version),
            program: beginning(&report.program),
            system: report.system.clone(),
            sources: sources
                .map(|(file, part)| ManifestSource { file: file.to_owned(), part })
                .collect(),
        }
    }
}
