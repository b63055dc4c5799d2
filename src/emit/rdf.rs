//! Diagnostics in the Reviewdog Diagnostic Format, of which there are two outputs: one object for all, and one per line.
//!
//! The fields are those of reviewdog's `proto/rdf/reviewdog.proto`. A suggestion of this format is one
//! edit of the diagnostic's own file, without a message. The edits of a suggestion are therefore joined into one; if
//! one of them is in another file, there is none. The messages of all suggestions are in the message of the
//! diagnostic. Each alternative is one suggestion.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::plain_text::{PlainText, Related, StepsInText, TextParts};
use crate::check::{CheckedDiagnostic, Fix, ResolvedSpan};
use crate::model::Severity;
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceFile, SourceMap};

/// The tool that reports the diagnostics.
#[derive(Serialize)]
pub(super) struct RdfSource<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

impl<'a> RdfSource<'a> {
    pub(super) fn new(tool: &'a Tool) -> Self {
        Self { name: tool.name(), url: tool.information_url() }
    }
}

/// One diagnostic. It serialises itself, because its text borrows from it.
pub(super) struct RdfDiagnostic<'a> {
    pub(super) checked: &'a CheckedDiagnostic<'a>,
    pub(super) tool: &'a Tool,
    /// Whether the diagnostic has the tool, because it is not part of an object that has it.
    pub(super) has_source: bool,
}

impl Serialize for RdfDiagnostic<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { checked, tool, has_source } = self;
        let diagnostic = checked.diagnostic;
        let in_text = checked.all_suggestions();
        let parts = TextParts {
            related: false,
            steps: StepsInText::WithoutLocation,
            ..TextParts::all(&in_text)
        };
        let code = diagnostic.code();
        let steps = Related::steps(checked, |_| true);
        let related_locations = Related::labels(checked).chain(steps).map(related).collect();
        let fields = Fields {
            message: PlainText::new(checked, parts),
            location: primary_location(checked),
            severity: match diagnostic.severity() {
                Severity::Fatal | Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Note => "INFO",
            },
            source: has_source.then(|| RdfSource::new(tool)),
            code: code.map(|code| RdfCode { value: code.as_str(), url: tool.code_url(code) }),
            suggestions: suggestions(checked.sources, checked),
            related_locations,
        };
        fields.serialize(serializer)
    }
}

#[derive(Serialize)]
struct Fields<'a> {
    message: PlainText<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<RdfLocation<'a>>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<RdfSource<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<RdfCode<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<RdfSuggestion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<RelatedLocation<'a>>,
}

#[derive(Serialize)]
struct RdfCode<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct RdfLocation<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<RdfRange>,
}

#[derive(Serialize)]
struct RdfRange {
    start: RdfPosition,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<RdfPosition>,
}

#[derive(Serialize)]
struct RdfPosition {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct RdfSuggestion {
    range: RdfRange,
    text: String,
}

#[derive(Serialize)]
struct RelatedLocation<'a> {
    message: Cow<'a, str>,
    location: RdfLocation<'a>,
}

fn position(file: &SourceFile, offset: u32) -> RdfPosition {
    let at = file.location(offset, ColumnUnit::Byte);
    RdfPosition { line: at.line, column: at.col }
}

fn location(at: ResolvedSpan<'_>) -> RdfLocation<'_> {
    let end = at.end(ColumnUnit::Byte).map(|at| RdfPosition { line: at.line, column: at.col });
    let range = || RdfRange { start: position(at.file, at.span.lo()), end };
    RdfLocation { path: at.file.path(), range: at.is_known().then(range) }
}

/// Returns the location of the primary label, or the whole file that the diagnostic is about.
fn primary_location<'a>(checked: &CheckedDiagnostic<'a>) -> Option<RdfLocation<'a>> {
    match checked.primary() {
        Some(primary) => Some(location(primary.at)),
        None => checked.whole_file.map(|file| RdfLocation { path: file.path(), range: None }),
    }
}

fn related(related: Related<'_>) -> RelatedLocation<'_> {
    let message = related.message().unwrap_or("here".into());
    RelatedLocation { message, location: location(related.at) }
}

/// Returns the alternatives of the suggestions that the format can express.
fn suggestions(sources: &SourceMap, checked: &CheckedDiagnostic<'_>) -> Vec<RdfSuggestion> {
    let Some(file) = checked.file() else { return Vec::new() };
    let (fixes, _) = checked.fixes(sources, |_| true);
    fixes.iter().filter_map(|fix| join_edits(file, fix)).collect()
}

/// Joins all edits of a suggestion into one, because reviewdog applies each edit independently of the others.
/// Returns `None` if an edit is not in `file`, or if the text between two edits is not UTF-8.
fn join_edits(file: &SourceFile, fix: &Fix<'_>) -> Option<RdfSuggestion> {
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
    Some(RdfSuggestion { range: RdfRange { start: position(file, first.lo()), end }, text })
}
