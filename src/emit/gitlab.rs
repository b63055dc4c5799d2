//! The code quality report of GitLab: an array of issues in the form of Code Climate.
//!
//! The fields are those of <https://docs.gitlab.com/ci/testing/code_quality/>, which reads
//! `description`, `check_name`, `fingerprint`, `severity` and `location`; the others are Code
//! Climate's.

use std::io::{self, Write};

use serde::Serialize;

use super::Emitter;
use super::document::Document;
use super::fingerprint::{Fingerprint, Fingerprints};
use super::options::{EmitterOptions, FromOptions};
use super::prose::{Lacks, Prose, prose};
use crate::check::Checked;
use crate::model::{Code, Diagnostic, Severity};
use crate::source::{ColumnUnit, SourceMap};

/// Writes a code quality report. What has no place in a source is at line 1 of `.`, because the
/// report must have one.
#[derive(Clone, Debug)]
pub struct GitlabEmitter<W> {
    document: Document<W>,
    fingerprints: Fingerprints,
}

impl<W: Write> GitlabEmitter<W> {
    /// Writes to `writer`.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self { document: Document::new(writer), fingerprints: Fingerprints::default() }
    }

    /// The writer, with all that was written to it.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.document.writer
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    r#type: &'static str,
    check_name: Code,
    description: &'a str,
    content: Content<'a>,
    categories: [&'static str; 1],
    severity: &'static str,
    fingerprint: Fingerprint,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    body: Prose<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

/// 1-based, both inclusive.
#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl<'a> Issue<'a> {
    fn new(checked: &'a Checked<'a>, fingerprint: Fingerprint) -> Self {
        let diagnostic = checked.diagnostic;
        let location = checked.primary().map_or(
            Location { path: ".", lines: Lines { begin: 1, end: 1 } },
            |primary| {
                let at = primary.location(ColumnUnit::Char);
                let lines = Lines { begin: at.line, end: primary.last_line() };
                Location { path: at.path, lines }
            },
        );
        Self {
            r#type: "issue",
            check_name: diagnostic.code(),
            description: diagnostic.message(),
            content: Content {
                body: prose(
                    checked,
                    Lacks { related_places: true, fixes: &checked.suggestions, backtrace: false },
                ),
            },
            categories: ["Bug Risk"],
            severity: match diagnostic.severity() {
                Severity::Fatal => "blocker",
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Note => "info",
            },
            fingerprint,
            location,
        }
    }
}

fn head() -> io::Result<Vec<u8>> {
    Ok(b"[".to_vec())
}

impl<W: Write> Emitter for GitlabEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = Checked::new(sources, diagnostic);
        let fingerprint = self.fingerprints.of(&checked);
        self.document.json(head, &Issue::new(&checked, fingerprint))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.fingerprints = Fingerprints::default();
        self.document.finish(head, b"]\n")
    }
}

impl<W: Write> FromOptions<W> for GitlabEmitter<W> {
    fn from_options(writer: W, _setup: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}
