//! The Reviewdog Diagnostic Format: one object for all diagnostics.
//!
//! What reviewdog calls `rdjson`: <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>.

use std::io::{self, Write};

use super::document::Document;
use super::options::{EmitterOptions, FromOptions};
use super::rdf::{RdfDiagnostic, RdfSource};
use super::{Emitter, escape};
use crate::check::CheckedDiagnostic;
use crate::model::Diagnostic;
use crate::registry::Tool;
use crate::source::SourceMap;

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
        escape::push_json(&mut head, &RdfSource::new(tool))?;
        head.extend_from_slice(b",\"diagnostics\":[");
        Ok(head)
    }
}

impl<W: Write> Emitter for RdjsonEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let item = RdfDiagnostic { checked: &checked, tool: &self.tool, has_source: false };
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
