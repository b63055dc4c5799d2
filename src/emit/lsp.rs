//! Diagnostics as the Language Server Protocol has them: version 3.17,
//! <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>.
//!
//! A server publishes the diagnostics of each file: [`publish`] gives the parameters for all files of a
//! map, those without diagnostics too, which clears what an editor had shown. With the feature `lsp`
//! they convert into the types of `lsp-types`.
//!
//! Positions are 0-based, characters are UTF-16 code units. A file that has no address on disk is
//! `untitled:` and its name. The `data` of a diagnostic is the list of its code actions, ready to be sent
//! for a `textDocument/codeAction` request that comes back with it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use indexmap::IndexMap;
use serde::Serialize;

use super::options::{EmitterOptions, FromOptions};
use super::prose::{Lacks, prose};
use super::{Emitter, escape};
use crate::bag::DiagnosticBag;
use crate::check::{Checked, Resolved};
use crate::model::{Applicability, Code, Diagnostic as Reported, Edit, Severity, Span, Suggestion};
use crate::registry::Tool;
use crate::source::{ColumnUnit, Location as Place, SourceFile, SourceMap, url};

/// The parameters of `textDocument/publishDiagnostics`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PublishDiagnostics {
    uri: String,
    diagnostics: Vec<Diagnostic>,
}

impl PublishDiagnostics {
    /// The address of the file.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// How many diagnostics the file has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Whether the file has no diagnostics, so that an editor forgets what it has shown.
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
struct Diagnostic {
    range: Range,
    severity: u8,
    code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_description: Option<CodeDescription>,
    source: String,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_information: Vec<Related>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data: Vec<CodeAction>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct CodeDescription {
    href: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Related {
    location: Location,
    message: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Location {
    uri: String,
    range: Range,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
struct Position {
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
    range: Range,
    new_text: String,
}

fn uri(sources: &SourceMap, file: &SourceFile) -> String {
    sources.url(file.id()).unwrap_or_else(|| format!("untitled:{}", url::path(file.path())))
}

impl Position {
    fn new(at: Place<'_>) -> Self {
        Self { line: at.line - 1, character: at.col - 1 }
    }
}

fn range(file: &SourceFile, span: Span) -> Range {
    let start = file.location(span.lo(), ColumnUnit::Utf16);
    let end = file.end_of(span, ColumnUnit::Utf16).unwrap_or(start);
    Range { start: Position::new(start), end: Position::new(end) }
}

impl CodeAction {
    fn new(sources: &SourceMap, suggestion: &Suggestion) -> Self {
        let mut changes: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
        for edit in suggestion.edits() {
            let Ok(file) = sources.file(edit.span().file()) else { continue };
            let (range, new_text) = (range(file, edit.span()), edit.text().to_owned());
            changes.entry(uri(sources, file)).or_default().push(TextEdit { range, new_text });
        }
        Self {
            title: suggestion.message().to_owned(),
            kind: "quickfix",
            is_preferred: suggestion.applicability() == Applicability::MachineApplicable,
            edit: WorkspaceEdit { changes },
        }
    }
}

impl Diagnostic {
    /// The address of the file that it is published for, and itself.
    fn new(sources: &SourceMap, reported: &Reported, tool: &Tool) -> (String, Self) {
        let checked = Checked::new(sources, reported);
        let file = checked.primary().map(|primary| primary.file);
        let address = file.map_or_else(
            || format!("untitled:{}", url::path(tool.name())),
            |file| uri(sources, file),
        );
        let is_own = |other: &SourceFile| file.is_some_and(|file| file.id() == other.id());
        let code = reported.code();
        let (mut fixes, mut told) = checked.fixes(sources);
        // An editor edits what it can open.
        let has_url = |edit: &Edit| sources.url(edit.span().file()).is_some();
        fixes.retain(|fix| {
            let is_kept = fix.edits().iter().all(has_url);
            if !is_kept {
                told.push(*fix);
            }
            is_kept
        });
        let related = |label: &Resolved<'_>| Related {
            location: Location {
                uri: if is_own(label.file) { address.clone() } else { uri(sources, label.file) },
                range: range(label.file, label.span),
            },
            message: label.label.message().unwrap_or("here").to_owned(),
        };
        let diagnostic = Self {
            range: checked
                .primary()
                .map_or(Range::default(), |primary| range(primary.file, primary.span)),
            severity: match reported.severity() {
                Severity::Fatal | Severity::Error => 1,
                Severity::Warning => 2,
                Severity::Note => 3,
            },
            code,
            code_description: tool.code_url(code).map(|href| CodeDescription { href }),
            source: tool.name().to_owned(),
            message: prose(
                &checked,
                Lacks { related_places: false, fixes: &told, backtrace: false },
            )
            .to_string(),
            related_information: checked.related().map(related).collect(),
            data: fixes.into_iter().map(|one| CodeAction::new(sources, one)).collect(),
        };
        (address, diagnostic)
    }
}

/// What is to be published for each file of `sources`, in their order, and last for what has no place
/// in any, if there is such. A file that is in the map twice has one address, and is published once.
#[must_use]
pub fn publish(sources: &SourceMap, bag: &DiagnosticBag, tool: &Tool) -> Vec<PublishDiagnostics> {
    let mut files: IndexMap<String, Vec<Diagnostic>> =
        sources.files().map(|file| (uri(sources, file), Vec::new())).collect();
    for entry in bag.ordered() {
        let (uri, diagnostic) = Diagnostic::new(sources, entry.diagnostic, tool);
        files.entry(uri).or_default().push(diagnostic);
    }
    let files = files.into_iter();
    files.map(|(uri, diagnostics)| PublishDiagnostics { uri, diagnostics }).collect()
}

/// Writes the parameters of each file that has diagnostics, one object a line, at
/// [`finish`](Emitter::finish).
#[derive(Clone, Debug)]
pub struct LspEmitter<W> {
    writer: W,
    tool: Tool,
    /// The JSON of each file's diagnostics, with commas between them, by the file's address.
    files: IndexMap<String, Vec<u8>>,
}

impl<W: Write> LspEmitter<W> {
    /// Writes to `writer` what `tool` says.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        Self { writer, tool: tool.clone(), files: IndexMap::new() }
    }

    /// The writer, with all that was written to it.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer
    }
}

impl<W: Write> Emitter for LspEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Reported) -> io::Result<()> {
        let (uri, diagnostic) = Diagnostic::new(sources, diagnostic, &self.tool);
        // Diagnostics of one file mostly come one after the other.
        match self.files.last_mut().filter(|(last, _)| **last == uri) {
            Some((_, diagnostics)) => add(diagnostics, &diagnostic),
            None => add(self.files.entry(uri).or_default(), &diagnostic),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        for (uri, diagnostics) in std::mem::take(&mut self.files) {
            // As the fields of `PublishDiagnostics` are.
            let mut line = b"{\"uri\":".to_vec();
            escape::json(&mut line, &uri)?;
            line.extend_from_slice(b",\"diagnostics\":[");
            line.extend(diagnostics);
            line.extend_from_slice(b"]}\n");
            self.writer.write_all(&line)?;
        }
        self.writer.flush()
    }
}

/// Adds a diagnostic to those of its file.
fn add(diagnostics: &mut Vec<u8>, diagnostic: &Diagnostic) -> io::Result<()> {
    if !diagnostics.is_empty() {
        diagnostics.push(b',');
    }
    escape::json(diagnostics, diagnostic)
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
    fn the_emitter_writes_what_is_published() {
        let mut sources = SourceMap::new();
        let mut bag = DiagnosticBag::new();
        for path in ["b.vitte", "/a \"b\".vitte", "empty.vitte"] {
            let file = sources.add(path, "let x = @\n").unwrap();
            let span = Span::new(file, 8, 9).unwrap();
            for message in ["a", "b"].iter().filter(|_| path != "empty.vitte") {
                bag.push_error(codes::E0001, span, *message).add_secondary(span, "here");
            }
        }
        bag.push_error(codes::E0001, Span::DUMMY, "nowhere");
        let mut emitter = LspEmitter::new(Vec::new(), &Tool::default());
        bag.emit(&sources, &mut emitter).unwrap();
        let mut published = Vec::new();
        for params in publish(&sources, &bag, &Tool::default()).iter().filter(|p| !p.is_empty()) {
            escape::json(&mut published, params).unwrap();
            published.push(b'\n');
        }
        let (written, published) =
            (String::from_utf8(emitter.writer), String::from_utf8(published));
        assert_eq!(written.unwrap(), published.unwrap());
    }
}
