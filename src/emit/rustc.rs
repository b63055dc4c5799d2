//! The JSON of rustc, one object per line, for the programs that read it: rust-analyzer, bacon, cargo and others.
//!
//! The fields are documented at <https://doc.rust-lang.org/rustc/json.html>. `rendered` is the human output in the style of
//! rustc. [`InputFormat::Rustc`](crate::read::InputFormat::Rustc) reads it back.

mod expansion;
mod message;
mod span;

use std::io::{self, Write};

use self::message::Message;
use super::canvas::PlainCanvas;
use super::options::{DiagnosticStyle, EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use super::renderer::HumanRenderer;
use super::{Emitter, escape};
use crate::bag::Entry;
use crate::check::CheckedDiagnostic;
use crate::model::Diagnostic;
use crate::source::SourceMap;

/// Writes one object per line. Lines and columns are 1-based, columns count characters; byte offsets are 0-based and
/// relative to the file.
///
/// - A fatal error with a backtrace is an internal compiler error, one without is an error: rustc has no other level.
/// - The help, the notes, the backtrace, and the steps of a trace that are no macro expansions are children.
/// - Each suggestion is a child, whose spans have the texts to insert.
/// - A diagnostic about a whole file has an empty span at its start.
/// - Of a span with more than 1000 lines only the first ones are in `text`.
#[derive(Clone, Debug)]
pub struct RustcEmitter<W> {
    output: Output<W>,
    renderer: HumanRenderer,
}

impl<W: Write> RustcEmitter<W> {
    /// Creates an emitter that writes to `writer`.
    #[must_use]
    pub fn new(writer: W) -> Self {
        let mut renderer = HumanRenderer::default();
        renderer.set_style(DiagnosticStyle::Rustc);
        Self { output: Output::new(writer), renderer }
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.writer
    }
}

impl<W: Write> Emitter for RustcEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.output.write(diagnostic, draw(sources, &self.renderer))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.output.write_all(entries, draw(sources, &self.renderer))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

fn draw(sources: &SourceMap, renderer: &HumanRenderer) -> impl Draw {
    move |_, diagnostic, out| {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let mut rendered = renderer.draw(sources, diagnostic, None, PlainCanvas(Vec::new())).0;
        // rustc separates diagnostics by an empty line.
        rendered.push(b'\n');
        let rendered = String::from_utf8(rendered).map_err(io::Error::other)?;
        escape::push_json(out, &Message::of_diagnostic(&checked, rendered))?;
        out.push(b'\n');
        Ok(())
    }
}

impl<W: Write> FromOptions<W> for RustcEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        let mut emitter = Self::new(writer);
        emitter.renderer.set_options(options);
        emitter.renderer.set_style(DiagnosticStyle::Rustc);
        emitter.renderer.options.width = options.terminal.width.into();
        emitter
    }
}
