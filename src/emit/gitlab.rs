//! GitLab's code quality report: an array of issues in the format of Code Climate.
//!
//! GitLab reads `description`, `check_name`, `fingerprint`, `severity` and `location`, see
//! <https://docs.gitlab.com/ci/testing/code_quality/>. The other fields are those of Code Climate.

use std::io::{self, Write};

use serde::Serialize;

use super::Emitter;
use super::document::Document;
use super::fingerprint::{Fingerprint, Fingerprints};
use super::options::{EmitterOptions, FromOptions};
use super::plain_text::{PlainText, TextParts};
use crate::check::CheckedDiagnostic;
use crate::model::{Diagnostic, Severity, Suggestion};
use crate::source::{ColumnUnit, SourceMap};

/// Writes a code quality report. A diagnostic without a location gets line 1 of `.`, because the format
/// requires a location.
#[derive(Clone, Debug)]
pub struct GitlabEmitter<W> {
    document: Document<W>,
    fingerprints: Fingerprints,
}

impl<W: Write> GitlabEmitter<W> {
    /// Creates an emitter that writes to `writer`.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self { document: Document::new(writer), fingerprints: Fingerprints::default() }
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.document.writer
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    r#type: &'static str,
    check_name: &'static str,
    description: &'a str,
    content: IssueContent<'a>,
    categories: [&'static str; 1],
    severity: &'static str,
    fingerprint: Fingerprint,
    location: IssueLocation<'a>,
}

#[derive(Serialize)]
struct IssueContent<'a> {
    body: PlainText<'a>,
}

#[derive(Serialize)]
struct IssueLocation<'a> {
    path: &'a str,
    lines: IssueLines,
}

/// The first and the last line, 1-based, both inclusive.
#[derive(Serialize)]
struct IssueLines {
    begin: u32,
    end: u32,
}

impl<'a> Issue<'a> {
    fn new(
        checked: &'a CheckedDiagnostic<'a>,
        suggestions: &'a [&'a Suggestion],
        fingerprint: Fingerprint,
    ) -> Self {
        let diagnostic = checked.diagnostic;
        let location = checked.primary().map_or(
            IssueLocation { path: ".", lines: IssueLines { begin: 1, end: 1 } },
            |primary| {
                let at = primary.location(ColumnUnit::Char);
                let lines = IssueLines { begin: at.line, end: primary.last_line() };
                IssueLocation { path: at.path, lines }
            },
        );
        Self {
            r#type: "issue",
            check_name: diagnostic
                .code()
                .map_or(diagnostic.severity().as_str(), |code| code.as_str()),
            description: diagnostic.message(),
            content: IssueContent {
                body: PlainText::new(
                    checked,
                    TextParts { related: true, suggestions, backtrace: false },
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
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let fingerprint = self.fingerprints.of(&checked);
        let suggestions: Vec<_> = checked.all_suggestions().collect();
        self.document.json_item(head, &Issue::new(&checked, &suggestions, fingerprint))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.fingerprints = Fingerprints::default();
        self.document.finish(head, b"]\n")
    }
}

impl<W: Write> FromOptions<W> for GitlabEmitter<W> {
    fn from_options(writer: W, _options: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}
