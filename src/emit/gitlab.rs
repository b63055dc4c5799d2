//! GitLab's code quality report: an array of issues in the format of Code Climate.
//!
//! GitLab reads `description`, `check_name`, `fingerprint`, `severity` and `location`, see
//! <https://docs.gitlab.com/ci/testing/code_quality/>. The other fields are those of Code Climate.

use std::io::{self, Write};

use super::Emitter;
use super::document::Document;
use super::fingerprint::{Fingerprint, Fingerprints};
use super::json_writer::push_string;
use super::options::{EmitterOptions, FromOptions};
use super::plain_text::{JsonString, PlainText, StepsInText, TextParts};
use crate::check::CheckedDiagnostic;
use crate::model::{Diagnostic, Severity};
use crate::source::{SourceFile, SourceMap};
use crate::text;

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

/// A path, and the first and the last line, 1-based, both inclusive.
struct IssueLocation<'a> {
    path: &'a str,
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
            return Self { path, begin: 1, end: 1 };
        };
        let (begin, end) = primary.lines_from(checked.primary_line());
        Self { path: primary.file.path(), begin, end }
    }
}

/// Appends the issue of a diagnostic.
fn push_issue(
    out: &mut Vec<u8>,
    checked: &CheckedDiagnostic<'_>,
    fingerprint: Fingerprint,
    fallback: Option<&str>,
) {
    let diagnostic = checked.diagnostic;
    let name = diagnostic.code().map_or(diagnostic.severity().as_str(), |code| code.as_str());
    out.extend_from_slice(b"{\"type\":\"issue\",\"check_name\":");
    push_string(out, name);
    out.extend_from_slice(b",\"description\":");
    push_string(out, diagnostic.message());
    out.extend_from_slice(b",\"content\":{\"body\":\"");
    push_body(out, checked);
    out.extend_from_slice(b"\"},\"categories\":[\"Bug Risk\"],\"severity\":\"");
    out.extend_from_slice(match diagnostic.severity() {
        Severity::Fatal => b"blocker".as_slice(),
        Severity::Error => b"major",
        Severity::Warning => b"minor",
        Severity::Note => b"info",
    });
    out.extend_from_slice(b"\",\"fingerprint\":\"");
    out.extend_from_slice(&fingerprint.digits());
    let location = IssueLocation::new(checked, fallback);
    out.extend_from_slice(b"\",\"location\":{\"path\":");
    push_string(out, location.path);
    text::push_number(out, b",\"lines\":{\"begin\":", location.begin);
    text::push_number(out, b",\"end\":", location.end);
    out.extend_from_slice(b"}}}");
}

/// Appends the text of a diagnostic, and a note if its location is only the one that GitLab requires.
fn push_body(out: &mut Vec<u8>, checked: &CheckedDiagnostic<'_>) {
    let suggestions = checked.all_suggestions();
    let parts = TextParts {
        related: true,
        steps: StepsInText::All,
        suggestions: &suggestions,
        backtrace: false,
    };
    PlainText::new(checked, parts).write(&mut JsonString(out));
    out.extend_from_slice(match checked.primary() {
        Some(primary) if !primary.is_known() => {
            b"\\nnote: the line of the diagnostic is unknown".as_slice()
        }
        None if checked.file().is_none() => b"\\nnote: the diagnostic has no location",
        _ => b"",
    });
}

fn head() -> io::Result<Vec<u8>> {
    Ok(b"[".to_vec())
}

impl<W: Write> Emitter for GitlabEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let fingerprint = self.fingerprints.of(&checked);
        let fallback = self.fallback_path.as_deref();
        self.document.push_item(head, |out| {
            push_issue(out, &checked, fingerprint, fallback);
            Ok(())
        })
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
