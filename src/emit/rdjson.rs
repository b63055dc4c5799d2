//! The Reviewdog Diagnostic Format: one object for all diagnostics.
//!
//! The fields are those of reviewdog's `proto/rdf/reviewdog.proto`. A suggestion there is one edit of
//! the file that the diagnostic is about: several are joined to one, and where they are in other files
//! the message says what they do.

use std::io::{self, Write};

use serde::Serialize;

use super::document::Document;
use super::options::{EmitterOptions, FromOptions};
use super::prose::{Lacks, Prose, prose};
use super::{Emitter, escape};
use crate::check::{Checked, Resolved};
use crate::model::{Diagnostic, Severity, Suggestion as Fix};
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceFile, SourceMap};

/// Writes one object with all diagnostics. Lines and columns are 1-based, columns are bytes, ends are
/// exclusive.
#[derive(Clone, Debug)]
pub struct RdjsonEmitter<W> {
    document: Document<W>,
    tool: Tool,
}

impl<W: Write> RdjsonEmitter<W> {
    /// Writes to `writer` what `tool` says.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        Self { document: Document::new(writer), tool: tool.clone() }
    }

    /// The writer, with all that was written to it.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.document.writer
    }

    fn head(tool: &Tool) -> io::Result<Vec<u8>> {
        let mut head = b"{\"source\":".to_vec();
        escape::json(&mut head, &Source { name: tool.name() })?;
        head.extend_from_slice(b",\"diagnostics\":[");
        Ok(head)
    }
}

#[derive(Serialize)]
struct Source<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    message: Prose<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location<'a>>,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Position>,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

fn position(file: &SourceFile, offset: u32) -> Position {
    let at = file.location(offset, ColumnUnit::Byte);
    Position { line: at.line, column: at.col }
}

fn location<'a>(label: &Resolved<'a>) -> Location<'a> {
    let (file, span) = (label.file, label.span);
    let end = label.end(ColumnUnit::Byte).map(|at| Position { line: at.line, column: at.col });
    Location { path: file.path(), range: Range { start: position(file, span.lo()), end } }
}

/// The suggestions that are about the file of the primary label alone, and the others.
fn suggestions<'a>(sources: &SourceMap, checked: &Checked<'a>) -> (Vec<Suggestion>, Vec<&'a Fix>) {
    let (fixes, mut told) = checked.fixes(sources);
    let mut own = Vec::new();
    for fix in fixes {
        let suggestion = checked.primary().and_then(|primary| as_one(primary.file, fix));
        match suggestion {
            Some(suggestion) => own.push(suggestion),
            None => told.push(fix),
        }
    }
    (own, told)
}

/// All edits of a suggestion as one, if they are in `file`: a suggestion is applied by itself, so half
/// of the edits could be applied otherwise.
fn as_one(file: &SourceFile, fix: &Fix) -> Option<Suggestion> {
    let (first, last) = (fix.edits().first()?.span(), fix.edits().last()?.span());
    let mut text = String::new();
    let mut copied = first.lo() as usize;
    for edit in fix.edits() {
        let range = edit.span().range();
        (edit.span().file() == file.id()).then_some(())?;
        // Bytes between two edits that are not UTF-8 cannot be told, so no such edit is made.
        text.push_str(std::str::from_utf8(file.bytes().get(copied..range.start)?).ok()?);
        text.push_str(edit.text());
        copied = range.end;
    }
    let end = Some(position(file, last.hi()));
    Some(Suggestion { range: Range { start: position(file, first.lo()), end }, text })
}

impl<W: Write> Emitter for RdjsonEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = Checked::new(sources, diagnostic);
        let (suggestions, told) = suggestions(sources, &checked);
        let code = diagnostic.code();
        let item = Item {
            message: prose(
                &checked,
                Lacks { related_places: false, fixes: &told, backtrace: false },
            ),
            location: checked.primary().map(location),
            severity: match diagnostic.severity() {
                Severity::Fatal | Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Note => "INFO",
            },
            code: Code { value: code.as_str(), url: self.tool.code_url(code) },
            suggestions,
            related_locations: checked
                .related()
                .map(|label| Related {
                    message: label.label.message().unwrap_or("here"),
                    location: location(label),
                })
                .collect(),
        };
        self.document.json(|| Self::head(&self.tool), &item)
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
