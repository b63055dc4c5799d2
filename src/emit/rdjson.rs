//! The Reviewdog Diagnostic Format: one object for all diagnostics.
//!
//! The fields are those of reviewdog's `proto/rdf/reviewdog.proto`. A suggestion there is one edit of
//! the file that the diagnostic is about: one with edits of other files stands in the message instead.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::Emitter;
use super::document::Document;
use super::escape;
use super::format::{FromSetup, Setup};
use super::prose::{Lacks, prose};
use crate::contract::{Checked, Resolved};
use crate::diagnostic::Diagnostic;
use crate::severity::Severity;
use crate::source::{ColumnUnit, SourceFile, SourceMap};
use crate::span::Span;
use crate::tool::Tool;

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

    fn head(tool: &Tool) -> io::Result<Vec<u8>> {
        let mut head = b"{\"source\":".to_vec();
        head.extend(escape::json(&Source { name: tool.name() })?);
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
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location<'a>>,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
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
struct Suggestion<'a> {
    range: Range,
    text: Cow<'a, str>,
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

/// The edits of suggestions that are in the file of the primary label alone, and whether there are
/// others.
fn suggestions<'a>(checked: &Checked<'a>) -> (Vec<Suggestion<'a>>, bool) {
    let Some(file) = checked.primary().map(|primary| primary.file) else {
        return (Vec::new(), true);
    };
    let range = |span: Span| {
        let end = file.is_open().then(|| position(file, span.hi()));
        Range { start: position(file, span.lo()), end }
    };
    let (mut own, mut others) = (Vec::new(), false);
    for suggestion in &checked.suggestions {
        if suggestion.edits().iter().all(|edit| edit.span().file() == file.id()) {
            own.extend(
                suggestion
                    .edits()
                    .iter()
                    .map(|edit| Suggestion { range: range(edit.span()), text: edit.text().into() }),
            );
        } else {
            others = true;
        }
    }
    (own, others)
}

impl<W: Write> Emitter for RdjsonEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = Checked::new(sources, diagnostic);
        let (suggestions, fixes) = suggestions(&checked);
        let related = checked.labels.iter().skip(usize::from(checked.primary().is_some()));
        let code = diagnostic.code();
        let item = Item {
            message: prose(&checked, Lacks { related_places: false, fixes }),
            location: checked.primary().map(location),
            severity: match diagnostic.severity() {
                Severity::Fatal | Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Note => "INFO",
            },
            code: Code { value: code.as_str(), url: self.tool.code_url(code) },
            suggestions,
            related_locations: related
                .map(|label| Related {
                    message: label.label.message().unwrap_or_default(),
                    location: location(label),
                })
                .collect(),
        };
        self.document.item(|| Self::head(&self.tool), b",", &escape::json(&item)?)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.document.finish(|| Self::head(&self.tool), b"]}\n")
    }
}

impl<W: Write> FromSetup<W> for RdjsonEmitter<W> {
    fn from_setup(writer: W, setup: &Setup) -> Self {
        Self::new(writer, &setup.tool)
    }
}
