//! The Reviewdog Diagnostic Format: one object for all diagnostics.
//!
//! The fields are those of reviewdog's `proto/rdf/reviewdog.proto`. A suggestion of this format is one
//! edit of the diagnostic's own file, without a message. The edits of a suggestion are therefore joined into one; if
//! one of them is in another file, there is none. The messages of all suggestions are in the message of the
//! diagnostic. Each alternative is one suggestion.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::document::Document;
use super::options::{EmitterOptions, FromOptions};
use super::plain_text::{PlainText, Related, StepsInText, TextParts};
use super::{Emitter, escape};
use crate::check::{CheckedDiagnostic, Fix, ResolvedSpan};
use crate::model::{Diagnostic, Severity};
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceFile, SourceMap};

/// Writes one object with all diagnostics. Lines and columns are 1-based. Columns are counted in bytes. The end
/// of a range is exclusive. A diagnostic about a whole file has a location without a range, as has an unknown location
/// in an unavailable file.
#[derive(Clone, Debug)]
pub struct RdjsonEmitter<W> {
    document: Document<W>,
    tool: Tool,
}

impl<W: Write> RdjsonEmitter<W> {
    /// Creates an emitter that writes to `writer`; `tool` is the compiler that reports the diagnostics.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        Self { document: Document::new(writer), tool: tool.clone() }
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.document.writer
    }

    fn head(tool: &Tool) -> io::Result<Vec<u8>> {
        let mut head = b"{\"source\":".to_vec();
        escape::push_json(&mut head, &Source { name: tool.name() })?;
        head.extend_from_slice(b",\"diagnostics\":[");
        Ok(head)
    }
}

#[derive(Serialize)]
struct Source<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct RdjsonDiagnostic<'a> {
    message: PlainText<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<RdjsonLocation<'a>>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<RdjsonCode<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<RdjsonSuggestion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<RelatedLocation<'a>>,
}

#[derive(Serialize)]
struct RdjsonCode<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct RdjsonLocation<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<RdjsonRange>,
}

#[derive(Serialize)]
struct RdjsonRange {
    start: RdjsonPosition,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<RdjsonPosition>,
}

#[derive(Serialize)]
struct RdjsonPosition {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct RdjsonSuggestion {
    range: RdjsonRange,
    text: String,
}

#[derive(Serialize)]
struct RelatedLocation<'a> {
    message: Cow<'a, str>,
    location: RdjsonLocation<'a>,
}

fn position(file: &SourceFile, offset: u32) -> RdjsonPosition {
    let at = file.location(offset, ColumnUnit::Byte);
    RdjsonPosition { line: at.line, column: at.col }
}

fn location(at: ResolvedSpan<'_>) -> RdjsonLocation<'_> {
    let end = at.end(ColumnUnit::Byte).map(|at| RdjsonPosition { line: at.line, column: at.col });
    let range = || RdjsonRange { start: position(at.file, at.span.lo()), end };
    RdjsonLocation { path: at.file.path(), range: at.is_known().then(range) }
}

/// Returns the location of the primary label, or the whole file that the diagnostic is about.
fn primary_location<'a>(checked: &CheckedDiagnostic<'a>) -> Option<RdjsonLocation<'a>> {
    match checked.primary() {
        Some(primary) => Some(location(primary.at)),
        None => checked.whole_file.map(|file| RdjsonLocation { path: file.path(), range: None }),
    }
}

fn related(related: Related<'_>) -> RelatedLocation<'_> {
    let message = related.message().unwrap_or("here".into());
    RelatedLocation { message, location: location(related.at) }
}

/// Returns the alternatives of the suggestions that the format can express.
fn suggestions(sources: &SourceMap, checked: &CheckedDiagnostic<'_>) -> Vec<RdjsonSuggestion> {
    let Some(file) = checked.file() else { return Vec::new() };
    let (fixes, _) = checked.fixes(sources, |_| true);
    fixes.iter().filter_map(|fix| join_edits(file, fix)).collect()
}

/// Joins all edits of a suggestion into one, because reviewdog applies each edit independently of the others.
/// Returns `None` if an edit is not in `file`, or if the text between two edits is not UTF-8.
fn join_edits(file: &SourceFile, fix: &Fix<'_>) -> Option<RdjsonSuggestion> {
    let (first, last) = (fix.edits.first()?.span(), fix.edits.last()?.span());
    let mut text = String::new();
    let mut copied = first.lo() as usize;
    for edit in fix.edits {
        let range = edit.span().range();
        (edit.span().file() == file.id()).then_some(())?;
        // JSON cannot contain bytes that are not UTF-8.
        text.push_str(std::str::from_utf8(file.bytes().get(copied..range.start)?).ok()?);
        text.push_str(edit.text());
        copied = range.end;
    }
    let end = Some(position(file, last.hi()));
    Some(RdjsonSuggestion { range: RdjsonRange { start: position(file, first.lo()), end }, text })
}

impl<W: Write> Emitter for RdjsonEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let in_text: Vec<_> = checked.all_suggestions().collect();
        let parts = TextParts {
            related: false,
            steps: StepsInText::WithoutLocation,
            suggestions: &in_text,
            backtrace: false,
        };
        let code = diagnostic.code();
        let mut related_locations = Related::labels(&checked, related);
        related_locations.extend(Related::steps(&checked, |_| true).map(related));
        let item = RdjsonDiagnostic {
            message: PlainText::new(&checked, parts),
            location: primary_location(&checked),
            severity: match diagnostic.severity() {
                Severity::Fatal | Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Note => "INFO",
            },
            code: code
                .map(|code| RdjsonCode { value: code.as_str(), url: self.tool.code_url(code) }),
            suggestions: suggestions(sources, &checked),
            related_locations,
        };
        self.document.json_item(|| Self::head(&self.tool), &item)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.document.finish(|| Self::head(&self.tool), b"]}\n")
    }
}

impl<W: Write> FromOptions<W> for RdjsonEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self::new(writer, &options.tool)
    }
}
