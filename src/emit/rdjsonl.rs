//! The Reviewdog Diagnostic Format in lines: one object for each diagnostic.
//!
//! What reviewdog calls `rdjsonl`: <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>.

use std::io::{self, Write};

use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use super::rdf::RdfDiagnostic;
use super::{Emitter, escape};
use crate::bag::Entry;
use crate::check::CheckedDiagnostic;
use crate::model::Diagnostic;
use crate::registry::Tool;
use crate::source::SourceMap;

/// Writes one object per line, with the fields of [`RdjsonEmitter`](super::RdjsonEmitter) and the name of the compiler.
#[derive(Clone, Debug)]
pub struct RdjsonlEmitter<W> {
    output: Output<W>,
    tool: Tool,
}

impl<W: Write> RdjsonlEmitter<W> {
    /// Creates an emitter that writes to `writer`; `tool` is the compiler that reports the diagnostics.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        Self { output: Output::new(writer), tool: tool.clone() }
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.writer
    }
}

impl<W: Write> Emitter for RdjsonlEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.output.write(diagnostic, draw(sources, &self.tool))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.output.write_all(entries, draw(sources, &self.tool))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

fn draw(sources: &SourceMap, tool: &Tool) -> impl Draw {
    move |_, diagnostic, out| {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        escape::push_json(out, &RdfDiagnostic { checked: &checked, tool, has_source: true })?;
        out.push(b'\n');
        Ok(())
    }
}

impl<W: Write> FromOptions<W> for RdjsonlEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self::new(writer, &options.tool)
    }
}
