//! The Reviewdog Diagnostic Format: one object for all diagnostics.
//!
//! The fields are those of reviewdog's `proto/rdf/reviewdog.proto`. A suggestion of this format is one
//! edit of the diagnostic's own file. The edits of a suggestion are therefore joined into one; if one of
//! them is in another file, the message describes the suggestion instead.

use std::io::{self, Write};

use serde::Serialize;

use super::document::Document;
use super::options::{EmitterOptions, FromOptions};
use super::plain_text::{PlainText, TextParts};
use super::{Emitter, escape};
use crate::check::{CheckedDiagnostic, Fix, ResolvedLabel};
use crate::model::{Diagnostic, Severity, Suggestion};
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceFile, SourceMap};

/// Writes one object with all diagnostics. Lines and columns are 1-based. Columns are counted in bytes. The end
/// of a range is exclusive.
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
    range: RdjsonRange,
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
    message: &'a str,
    location: RdjsonLocation<'a>,
}

fn position(file: &SourceFile, offset: u32) -> RdjsonPosition {
    let at = file.location(offset, ColumnUnit::Byte);
    RdjsonPosition { line: at.line, column: at.col }
}

fn location<'a>(label: &ResolvedLabel<'a>) -> RdjsonLocation<'a> {
    let (file, span) = (label.file, label.span);
    let end =
        label.end(ColumnUnit::Byte).map(|at| RdjsonPosition { line: at.line, column: at.col });
    RdjsonLocation {
        path: file.path(),
        range: RdjsonRange { start: position(file, span.lo()), end },
    }
}

/// Returns the suggestions that the format can express, and those that the message has to describe.
fn suggestions<'a>(
    sources: &SourceMap,
    checked: &'a CheckedDiagnostic<'_>,
) -> (Vec<RdjsonSuggestion>, Vec<&'a Suggestion>) {
    let (fixes, mut in_text) = checked.fixes(sources);
    let mut joined = Vec::new();
    for fix in fixes {
        match checked.primary().and_then(|primary| join_edits(primary.file, fix)) {
            Some(suggestion) => joined.push(suggestion),
            None => in_text.push(fix.suggestion),
        }
    }
    (joined, in_text)
}

/// Joins all edits of a suggestion into one, because reviewdog applies each edit independently of the others.
/// Returns `None` if an edit is not in `file`, or if the text between two edits is not UTF-8.
fn join_edits(file: &SourceFile, fix: Fix<'_>) -> Option<RdjsonSuggestion> {
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
        let (suggestions, in_text) = suggestions(sources, &checked);
        let code = diagnostic.code();
        let item = RdjsonDiagnostic {
            message: PlainText::new(
                &checked,
                TextParts { related: false, suggestions: &in_text, backtrace: false },
            ),
            location: checked.primary().map(location),
            severity: match diagnostic.severity() {
                Severity::Fatal | Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Note => "INFO",
            },
            code: code
                .map(|code| RdjsonCode { value: code.as_str(), url: self.tool.code_url(code) }),
            suggestions,
            related_locations: checked
                .related()
                .map(|label| RelatedLocation {
                    message: label.label.message().unwrap_or("here"),
                    location: location(label),
                })
                .collect(),
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
