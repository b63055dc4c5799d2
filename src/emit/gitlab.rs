//! GitLab's code quality report: an array of issues in the format of Code Climate.
//!
//! GitLab reads `description`, `check_name`, `fingerprint`, `severity` and `location`, see
//! <https://docs.gitlab.com/ci/testing/code_quality/>. The other fields are those of Code Climate.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::Emitter;
use super::document::Document;
use super::fingerprint::{Fingerprint, Fingerprints};
use super::options::{EmitterOptions, FromOptions};
use super::plain_text::{PlainText, StepsInText, TextParts};
use crate::check::CheckedDiagnostic;
use crate::model::{Diagnostic, Severity, Suggestion};
use crate::source::{ColumnUnit, SourceFile, SourceMap};

/// The path of a diagnostic without a location.
const NO_PATH: &str = ".";

/// Writes a code quality report. Lines are 1-based.
///
/// GitLab requires a path and a line. A diagnostic about a whole file gets line 1 of the file, one at an unknown location
/// of an unavailable file gets the [nearest known line](SourceFile::location), and one without a location gets line 1 of
/// another file, see [`with_fallback_path`](Self::with_fallback_path). The texts of the last two say so.
#[derive(Clone, Debug)]
pub struct GitlabEmitter<W> {
    document: Document<W>,
    fallback_path: Option<String>,
    fingerprints: Fingerprints,
}

impl<W: Write> GitlabEmitter<W> {
    /// Creates an emitter that writes to `writer`.
    #[must_use]
    pub fn new(writer: W) -> Self {
        let (document, fingerprints) = (Document::new(writer), Fingerprints::default());
        Self { document, fallback_path: None, fingerprints }
    }

    /// Sets the file that is shown for a diagnostic without a location. `path` should name a file of the repository,
    /// relative to its root and with `/` as separator. The default is the first file of the source map that another program
    /// can open, or `.` if there is none.
    #[must_use]
    pub fn with_fallback_path(mut self, path: impl Into<String>) -> Self {
        self.fallback_path = Some(path.into());
        self
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
    body: IssueBody<'a>,
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

impl<'a> IssueLocation<'a> {
    fn new(checked: &CheckedDiagnostic<'a>, fallback: Option<&'a str>) -> Self {
        let Some(primary) = checked.primary() else {
            let in_sources = || checked.first_openable_file().map(SourceFile::path);
            let other = || fallback.or_else(in_sources).unwrap_or(NO_PATH);
            let path = checked.whole_file.map_or_else(other, SourceFile::path);
            // The field is not optional in GitLab's interface (`CodeQualityDegradation.line`).
            return Self { path, lines: IssueLines { begin: 1, end: 1 } };
        };
        let at = primary.location(ColumnUnit::Char);
        Self { path: at.path, lines: IssueLines { begin: at.line, end: primary.last_line() } }
    }
}

impl<'a> Issue<'a> {
    fn new(
        checked: &'a CheckedDiagnostic<'a>,
        suggestions: &'a [&'a Suggestion],
        fingerprint: Fingerprint,
        fallback: Option<&'a str>,
    ) -> Self {
        let diagnostic = checked.diagnostic;
        let parts =
            TextParts { related: true, steps: StepsInText::All, suggestions, backtrace: false };
        Self {
            r#type: "issue",
            check_name: diagnostic
                .code()
                .map_or(diagnostic.severity().as_str(), |code| code.as_str()),
            description: diagnostic.message(),
            content: IssueContent { body: IssueBody(PlainText::new(checked, parts)) },
            categories: ["Bug Risk"],
            severity: match diagnostic.severity() {
                Severity::Fatal => "blocker",
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Note => "info",
            },
            fingerprint,
            location: IssueLocation::new(checked, fallback),
        }
    }
}

/// The text of a diagnostic, and a note if its location is only the one that GitLab requires.
struct IssueBody<'a>(PlainText<'a>);

impl Serialize for IssueBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let checked = self.0.checked();
        let note = match checked.primary() {
            Some(primary) if !primary.is_known() => "the line of the diagnostic is unknown",
            None if checked.file().is_none() => "the diagnostic has no location",
            _ => return self.0.serialize(serializer),
        };
        serializer.collect_str(&format_args!("{}\nnote: {note}", self.0))
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
        let issue = Issue::new(&checked, &suggestions, fingerprint, self.fallback_path.as_deref());
        self.document.json_item(head, &issue)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.fingerprints = Fingerprints::default();
        self.document.finish(head, b"]\n")
    }
}

impl<W: Write> FromOptions<W> for GitlabEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        let emitter = Self::new(writer);
        match &options.fallback_path {
            Some(path) => emitter.with_fallback_path(path),
            None => emitter,
        }
    }
}
