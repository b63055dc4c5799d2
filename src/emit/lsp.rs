//! Diagnostics for the Language Server Protocol, version 3.17:
//! <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>.
//!
//! A server publishes the diagnostics of each file. [`publish`] returns the parameters for all files of a
//! source map. Files without diagnostics are included, so that the editor clears the ones it shows. With the
//! feature `lsp` the parameters convert into the types of `lsp-types`.
//!
//! Lines and characters are 0-based, characters count UTF-16 code units. The URI of a file that is not on
//! disk is `untitled:` and its name. The `data` of a diagnostic is the list of its code actions: a server
//! can return them when the client sends the diagnostic back in a `textDocument/codeAction` request.
//!
//! The protocol requires a range. That of a diagnostic about a whole file is the empty range at the start of the file.
//! That of an unknown location in an unavailable file is empty, at the [nearest known location](SourceFile::location).
//! The labels of children and the steps of the trace that have a location are related information.
//!
//! ```
//! use vitte_diag::{DiagnosticBag, SourceMap, Tool, codes, lsp};
//!
//! let mut sources = SourceMap::new();
//! let file = sources.add("a.vitte", "let x = @\n")?;
//! let mut bag = DiagnosticBag::new();
//! bag.push_error(codes::E0001, sources.span(file, 8..9)?, "unexpected character `@`");
//!
//! let published = lsp::publish(&sources, &bag, &Tool::default());
//! assert!(published[0].uri().ends_with("a.vitte"));
//! assert_eq!(published[0].len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::io::{self, Write};

use indexmap::IndexMap;
use serde::Serialize;

use super::options::{EmitterOptions, FromOptions};
use super::plain_text::{PlainText, Related, StepsInText, TextParts};
use super::{Emitter, escape};
use crate::bag::DiagnosticBag;
use crate::check::{CheckedDiagnostic, Fix};
use crate::model::{Code, Diagnostic, Severity, Span, Tag};
use crate::registry::Tool;
use crate::source::{ColumnUnit, Location, SourceFile, SourceMap, url};

/// The parameters of `textDocument/publishDiagnostics`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PublishDiagnostics {
    uri: String,
    diagnostics: Vec<LspDiagnostic>,
}

impl PublishDiagnostics {
    /// Returns the URI of the file.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Returns the number of diagnostics of the file.
    #[must_use]
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Returns true if the file has no diagnostics; publishing it then clears the ones that the editor shows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }
}

#[cfg(feature = "lsp")]
impl TryFrom<PublishDiagnostics> for lsp_types::PublishDiagnosticsParams {
    type Error = serde_json::Error;

    fn try_from(params: PublishDiagnostics) -> Result<Self, Self::Error> {
        serde_json::from_value(serde_json::to_value(params)?)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LspDiagnostic {
    range: LspRange,
    severity: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_description: Option<CodeDescription>,
    source: String,
    message: String,
    #[serde(skip_serializing_if = "<[u8]>::is_empty")]
    tags: &'static [u8],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_information: Vec<RelatedInformation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data: Vec<CodeAction>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct CodeDescription {
    href: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct RelatedInformation {
    location: LspLocation,
    message: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct LspLocation {
    uri: String,
    range: LspRange,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
struct LspRange {
    start: LspPosition,
    end: LspPosition,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
struct LspPosition {
    line: u32,
    character: u32,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeAction {
    title: String,
    kind: &'static str,
    is_preferred: bool,
    edit: WorkspaceEdit,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct WorkspaceEdit {
    changes: BTreeMap<String, Vec<TextEdit>>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TextEdit {
    range: LspRange,
    new_text: String,
}

fn uri(sources: &SourceMap, file: &SourceFile) -> String {
    sources.url(file.id()).unwrap_or_else(|| format!("untitled:{}", url::path(file.path())))
}

impl LspPosition {
    fn new(at: Location<'_>) -> Self {
        Self { line: at.line - 1, character: at.col - 1 }
    }
}

fn range(file: &SourceFile, span: Span) -> LspRange {
    let start = file.location(span.lo(), ColumnUnit::Utf16);
    let end = file.end_of(span, ColumnUnit::Utf16).unwrap_or(start);
    LspRange { start: LspPosition::new(start), end: LspPosition::new(end) }
}

impl CodeAction {
    fn new(sources: &SourceMap, fix: &Fix<'_>) -> Self {
        let mut changes: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
        for edit in fix.edits {
            let Ok(file) = sources.file(edit.span().file()) else { continue };
            let (range, new_text) = (range(file, edit.span()), edit.text().to_owned());
            changes.entry(uri(sources, file)).or_default().push(TextEdit { range, new_text });
        }
        Self {
            title: fix.title().into_owned(),
            kind: "quickfix",
            is_preferred: fix.is_automatic(),
            edit: WorkspaceEdit { changes },
        }
    }
}

impl LspDiagnostic {
    /// Returns the URI of the file that the diagnostic is published for, and the diagnostic.
    fn new(sources: &SourceMap, diagnostic: &Diagnostic, tool: &Tool) -> (String, Self) {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let file = checked.file();
        let own_uri = file.map_or_else(
            || format!("untitled:{}", url::path(tool.name())),
            |file| uri(sources, file),
        );
        let is_own = |other: &SourceFile| file.is_some_and(|file| file.id() == other.id());
        let code = diagnostic.code();
        // An editor can only edit a file that it can open.
        let (fixes, in_text) = checked.fixes(sources, |file| sources.url(file.id()).is_some());
        let parts = TextParts {
            related: false,
            steps: StepsInText::WithoutLocation,
            suggestions: &in_text,
            backtrace: false,
        };
        let related = |related: Related<'_>| RelatedInformation {
            location: LspLocation {
                uri: match related.at.file {
                    file if is_own(file) => own_uri.clone(),
                    file => uri(sources, file),
                },
                range: range(related.at.file, related.at.span),
            },
            message: related.message().unwrap_or("here".into()).into_owned(),
        };
        let mut related_information = Related::labels(&checked, related);
        related_information.extend(Related::steps(&checked, |_| true).map(related));
        let published = Self {
            range: checked
                .primary()
                .map_or(LspRange::default(), |primary| range(primary.file, primary.span)),
            severity: match diagnostic.severity() {
                Severity::Fatal | Severity::Error => 1,
                Severity::Warning => 2,
                Severity::Note => 3,
            },
            code,
            code_description: code
                .and_then(|code| tool.code_url(code))
                .map(|href| CodeDescription { href }),
            source: tool.name().to_owned(),
            message: PlainText::new(&checked, parts).to_string(),
            tags: tags(diagnostic),
            related_information,
            data: fixes.iter().map(|fix| CodeAction::new(sources, fix)).collect(),
        };
        (own_uri, published)
    }
}

/// Returns the values of `DiagnosticTag`.
fn tags(diagnostic: &Diagnostic) -> &'static [u8] {
    let has = |tag| diagnostic.tags().any(|other| other == tag);
    match (has(Tag::Unnecessary), has(Tag::Deprecated)) {
        (false, false) => &[],
        (true, false) => &[1],
        (false, true) => &[2],
        (true, true) => &[1, 2],
    }
}

/// Returns the parameters for each file of `sources`, in the order of the map. Diagnostics without a location
/// are last, under the URI `untitled:` and the name of `tool`. A file that is in the map twice has one URI
/// and is published once.
#[must_use]
pub fn publish(sources: &SourceMap, bag: &DiagnosticBag, tool: &Tool) -> Vec<PublishDiagnostics> {
    let mut files: IndexMap<String, Vec<LspDiagnostic>> = sources
        .files()
        .filter(|file| !file.is_embedded())
        .map(|file| (uri(sources, file), Vec::new()))
        .collect();
    for entry in bag.ordered_in(sources) {
        let (uri, diagnostic) = LspDiagnostic::new(sources, entry.diagnostic, tool);
        files.entry(uri).or_default().push(diagnostic);
    }
    let files = files.into_iter();
    files.map(|(uri, diagnostics)| PublishDiagnostics { uri, diagnostics }).collect()
}

/// Writes the parameters of each file that has diagnostics, one JSON object per line. Nothing is written
/// before [`finish`](Emitter::finish).
#[derive(Clone, Debug)]
pub struct LspEmitter<W> {
    writer: W,
    tool: Tool,
    /// The JSON of each file's diagnostics, separated by commas, by the URI of the file.
    files: IndexMap<String, Vec<u8>>,
}

impl<W: Write> LspEmitter<W> {
    /// Creates an emitter that writes to `writer`; `tool` is the compiler that reports the diagnostics.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        Self { writer, tool: tool.clone(), files: IndexMap::new() }
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer
    }
}

impl<W: Write> Emitter for LspEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let (uri, diagnostic) = LspDiagnostic::new(sources, diagnostic, &self.tool);
        // The diagnostics of one file mostly follow one another, which saves the lookup.
        match self.files.last_mut().filter(|(last, _)| **last == uri) {
            Some((_, diagnostics)) => push_json(diagnostics, &diagnostic),
            None => push_json(self.files.entry(uri).or_default(), &diagnostic),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        for (uri, diagnostics) in std::mem::take(&mut self.files) {
            // The same object that `PublishDiagnostics` serialises to.
            let mut line = b"{\"uri\":".to_vec();
            escape::push_json(&mut line, &uri)?;
            line.extend_from_slice(b",\"diagnostics\":[");
            line.extend(diagnostics);
            line.extend_from_slice(b"]}\n");
            self.writer.write_all(&line)?;
        }
        self.writer.flush()
    }
}

/// Appends a diagnostic to the diagnostics of its file.
fn push_json(diagnostics: &mut Vec<u8>, diagnostic: &LspDiagnostic) -> io::Result<()> {
    if !diagnostics.is_empty() {
        diagnostics.push(b',');
    }
    escape::push_json(diagnostics, diagnostic)
}

impl<W: Write> FromOptions<W> for LspEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self::new(writer, &options.tool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;

    #[test]
    fn the_emitter_writes_what_publish_returns() {
        let mut sources = SourceMap::new();
        let mut bag = DiagnosticBag::new();
        for path in ["b.vitte", "/a \"b\".vitte", "empty.vitte"] {
            let file = sources.add(path, "let x = @\n").unwrap();
            let span = Span::new(file, 8, 9).unwrap();
            for message in ["a", "b"].iter().filter(|_| path != "empty.vitte") {
                bag.push_error(codes::E0001, span, *message).add_secondary(span, "here");
            }
        }
        bag.push_error(codes::E0001, Span::DUMMY, "no location");
        let mut emitter = LspEmitter::new(Vec::new(), &Tool::default());
        bag.emit(&sources, &mut emitter).unwrap();
        let mut published = Vec::new();
        for params in publish(&sources, &bag, &Tool::default()).iter().filter(|p| !p.is_empty()) {
            escape::push_json(&mut published, params).unwrap();
            published.push(b'\n');
        }
        let (written, published) =
            (String::from_utf8(emitter.writer), String::from_utf8(published));
        assert_eq!(written.unwrap(), published.unwrap());
    }
}
