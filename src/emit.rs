//! Writes diagnostics in one of several formats: one file per format, all behind one trait.
//!
//! ```text
//! human, html:  Diagnostic ─▶ excerpt ─▶ layout ─▶ pen ─▶ canvas ─▶ bytes
//!                        suggestions ─▶ patch ─▶
//!                  plain diagnostics ─▶ direct ─▶
//! all others:   Diagnostic ─▶ CheckedDiagnostic ─▶ structs of the format ─▶ bytes
//! ```
//!
//! No format imports another one; they share only the other modules of this directory. A new format is a
//! file and an entry in the list of [`Format`].

mod canvas;
mod chunks;
mod direct;
mod document;
mod editor_url;
mod escape;
mod excerpt;
mod fingerprint;
mod format;
mod frames;
mod glyphs;
mod highlight;
mod json_writer;
mod layout;
mod margin;
mod markup;
mod options;
mod output;
mod patch;
mod pen;
mod place;
mod plain_text;
mod rdf;
mod render;
mod renderer;
mod role;
mod row_text;
mod sequences;
mod sgr;
mod step_message;
mod style;
mod tee;
mod text_style;
mod theme;

mod azure;
mod baseline;
mod bitbucket;
mod checkstyle;
mod csv;
mod gcc;
mod github;
mod gitlab;
pub mod html;
mod human;
pub mod json;
mod junit;
pub mod lsp;
mod narrated;
mod rdjson;
mod rdjsonl;
mod rustc;
mod sarif;
mod short;
mod sonarqube;
mod tap;
mod teamcity;

use std::io;

pub use editor_url::{EditorUrl, EditorUrlError};
pub use format::*;
pub use highlight::Highlighter;
pub use junit::{JunitResult, JunitTest};
pub use options::{DiagnosticStyle, EmitterOptions, FromOptions, JunitFamily};
pub use role::{Role, SyntaxRole};
pub use sarif::BaselineState;
pub use tee::Tee;
pub use text_style::{AnsiColor, Color, TextStyle};
pub use theme::{Theme, ThemeError};

use crate::bag::{DiagnosticBag, Entry, Summary};
use crate::model::Diagnostic;
use crate::source::SourceMap;

/// Writes diagnostics in one format.
pub trait Emitter {
    /// Writes one diagnostic. Its spans are resolved in `sources`; an invalid span is clamped to its file, and
    /// a note reports it.
    ///
    /// # Errors
    ///
    /// Returns the error of the writer. No content of a diagnostic is an error.
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()>;

    /// Writes several diagnostics in the order of `entries`; their `seq` is ignored. The bytes are the same as
    /// those of an [`emit`](Self::emit) for each entry, but a format may have a faster implementation. Does
    /// not [`finish`](Self::finish) the output.
    ///
    /// # Errors
    ///
    /// Returns the first error of the writer.
    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        entries.iter().try_for_each(|entry| self.emit(sources, entry.diagnostic))
    }

    /// Receives the numbers of the diagnostics of the bag that is written, also of those that it did not store.
    /// [`DiagnosticBag::emit`] calls this before [`finish`](Self::finish). A format with a place for it reports what
    /// is missing; the default ignores it.
    fn set_summary(&mut self, _summary: Summary) {}

    /// Ends the output: closes the document, if the format has one, and flushes the writer. Diagnostics that
    /// are emitted afterwards begin a new document, or continue the output if the format has no document.
    /// [`DiagnosticBag::emit`] calls this; call it yourself if you emit without a bag.
    ///
    /// # Errors
    ///
    /// Returns the error of the writer.
    fn finish(&mut self) -> io::Result<()>;
}

impl<E: Emitter + ?Sized> Emitter for &mut E {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        (**self).emit(sources, diagnostic)
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        (**self).emit_all(sources, entries)
    }

    fn set_summary(&mut self, summary: Summary) {
        (**self).set_summary(summary);
    }

    fn finish(&mut self) -> io::Result<()> {
        (**self).finish()
    }
}

impl<E: Emitter + ?Sized> Emitter for Box<E> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        (**self).emit(sources, diagnostic)
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        (**self).emit_all(sources, entries)
    }

    fn set_summary(&mut self, summary: Summary) {
        (**self).set_summary(summary);
    }

    fn finish(&mut self) -> io::Result<()> {
        (**self).finish()
    }
}

impl DiagnosticBag {
    /// Writes every diagnostic in the [order of output](Self::ordered), finishes the emitter, and returns the
    /// numbers of diagnostics.
    ///
    /// With the feature `parallel` and a large bag, some formats render on the threads of rayon's global pool;
    /// the bytes are the same. Do not call this while holding a lock that tasks of that pool wait for. A call
    /// from a thread of a rayon pool renders everything on that thread.
    ///
    /// # Errors
    ///
    /// Returns the first error of the writer.
    pub fn emit(
        &self,
        sources: &SourceMap,
        emitter: &mut (impl Emitter + ?Sized),
    ) -> io::Result<Summary> {
        emitter.emit_all(sources, &self.ordered_in(sources))?;
        let summary = self.summary();
        emitter.set_summary(summary);
        emitter.finish()?;
        Ok(summary)
    }
}
