//! Diagnostics for the Language Server Protocol, version 3.17:
//! <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>.
//!
//! A server publishes the diagnostics of each file. [`publish`] returns the parameters for all files of a
//! source map. Files without diagnostics are included, so that the editor clears the ones it shows. With the
//! feature `lsp` the parameters convert into the types of `lsp-types`.
//!
//! Lines and characters are 0-based, characters count UTF-16 code units, and a lone `\r` ends a line, too. The URI of a file that is not on
//! disk is `untitled:` and its name. The `data` of a diagnostic is the list of its code actions: a server
//! can return them when the client sends the diagnostic back in a `textDocument/codeAction` request.
//!
//! The protocol requires a range. That of a diagnostic about a whole file is the empty range at the start of the file.
//! That of an unknown location in an unavailable file is empty, at the [nearest known location](crate::SourceFile::location).
//! The labels of children and the steps of the trace that have a location are related information.
//!
//! A language server, which knows more of its client, uses a [`Converter`]. The crate `vitte-lsp` is one.
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

mod convert;
mod direct;
mod model;

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use convert::{Converter, PositionEncoding};
use indexmap::IndexMap;
use indexmap::map::Entry;
pub use model::{
    CodeAction, CodeDescription, Location, LspDiagnostic, Position, Range, RelatedInformation,
    TextEdit, WorkspaceEdit,
};
use serde::Serialize;

use super::options::{EmitterOptions, FromOptions};
use super::{Emitter, json_writer};
use crate::bag::DiagnosticBag;
use crate::model::Diagnostic;
use crate::read;
use crate::registry::Tool;
use crate::source::{SourceMap, file_url, url};

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

/// Returns the path of a `file:` URI, or `None` for another URI. Bytes that are not UTF-8 become U+FFFD.
#[must_use]
pub fn path_of_uri(uri: &str) -> Option<PathBuf> {
    read::path_of_uri(uri).map(PathBuf::from)
}

/// Returns the `file:` URI of an absolute path, or `None` for a relative path. Bytes that are not UTF-8 become U+FFFD.
///
/// ```
/// use std::path::Path;
///
/// use vitte_diag::lsp;
///
/// let path = Path::new("/home/ana/größe 1.vitte");
/// let uri = lsp::uri_of_path(path);
/// assert_eq!(uri.as_deref(), Some("file:///home/ana/gr%C3%B6%C3%9Fe%201.vitte"));
/// assert_eq!(uri.and_then(|uri| lsp::path_of_uri(&uri)).as_deref(), Some(path));
/// ```
#[must_use]
pub fn uri_of_path(path: &Path) -> Option<String> {
    file_url(&path.to_string_lossy(), None)
}

/// Returns the URI of the file that a diagnostic is published for, and the diagnostic.
fn converted<'a>(
    sources: &'a SourceMap,
    diagnostic: &Diagnostic,
    tool: &'a Tool,
) -> (Cow<'a, str>, LspDiagnostic) {
    let (uri, diagnostic) = Converter::new(sources, tool).convert(diagnostic, true);
    (uri.unwrap_or_else(|| uri_of_tool(tool).into()), diagnostic)
}

/// Returns the URI for diagnostics without a location.
fn uri_of_tool(tool: &Tool) -> String {
    format!("untitled:{}", url::path(tool.name()))
}

/// Returns the parameters for each file of `sources`, in the order of the map. Diagnostics without a location
/// are last, under the URI `untitled:` and the name of `tool`. A file that is in the map twice has one URI
/// and is published once.
#[must_use]
pub fn publish(sources: &SourceMap, bag: &DiagnosticBag, tool: &Tool) -> Vec<PublishDiagnostics> {
    let converter = Converter::new(sources, tool);
    let mut files: IndexMap<String, Vec<LspDiagnostic>> = sources
        .files()
        .filter(|file| !file.is_embedded())
        .map(|file| (converter.uri(file).into_owned(), Vec::new()))
        .collect();
    for entry in bag.ordered_in(sources) {
        let (uri, diagnostic) = converted(sources, entry.diagnostic, tool);
        match files.get_mut(&*uri) {
            Some(diagnostics) => diagnostics.push(diagnostic),
            None => _ = files.insert(uri.into_owned(), vec![diagnostic]),
        }
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
    /// The line of each file without its end, by the URI of the file. It ends with the last diagnostic.
    files: IndexMap<String, Vec<u8>>,
    /// The JSON of one diagnostic. The buffer is a field so that its memory is reused.
    buffer: Vec<u8>,
}

impl<W: Write> LspEmitter<W> {
    /// Creates an emitter that writes to `writer`; `tool` is the compiler that reports the diagnostics.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        Self { writer, tool: tool.clone(), files: IndexMap::new(), buffer: Vec::new() }
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer
    }
}

impl<W: Write> Emitter for LspEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.buffer.clear();
        let uri = Converter::new(sources, &self.tool).push(&mut self.buffer, diagnostic)?;
        let uri = uri.unwrap_or_else(|| uri_of_tool(&self.tool).into());
        // The diagnostics of one file mostly follow one another, which saves the lookup.
        let is_last = self.files.last().is_some_and(|(last, _)| *last == uri);
        let index = if is_last {
            self.files.len() - 1
        } else {
            let entry = self.files.entry(uri.into_owned());
            let index = entry.index();
            if let Entry::Vacant(entry) = entry {
                let line = line_start(entry.key());
                entry.insert(line);
            }
            index
        };
        let Some((_, line)) = self.files.get_index_mut(index) else { return Ok(()) };
        if line.last() != Some(&b'[') {
            line.push(b',');
        }
        line.extend_from_slice(&self.buffer);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        for (_, mut line) in std::mem::take(&mut self.files) {
            line.extend_from_slice(b"]}\n");
            self.writer.write_all(&line)?;
        }
        self.writer.flush()
    }
}

/// Returns the start of the same object that `PublishDiagnostics` serialises to.
fn line_start(uri: &str) -> Vec<u8> {
    let mut line = b"{\"uri\":".to_vec();
    json_writer::push_string(&mut line, uri);
    line.extend_from_slice(b",\"diagnostics\":[");
    line
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
    use crate::emit::escape;
    use crate::model::Span;

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
