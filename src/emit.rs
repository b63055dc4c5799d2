//! From diagnostics to bytes: one format, one file, all behind one trait.
//!
//! ```text
//! human, html:  Diagnostic ─▶ excerpt ─▶ layout ─▶ pen ─▶ canvas ─▶ bytes
//!                         suggestions ─▶ patch ─▶
//!                           plain ones ─▶ direct ─▶
//! all others:   Diagnostic ─▶ Checked ─▶ the format's own structs ────────▶ bytes
//! ```
//!
//! Formats share what stands left of them and nothing else: none imports another. A new one is a file
//! and an entry in the list of [`Format`].

mod calls;
mod canvas;
mod direct;
mod document;
mod escape;
mod excerpt;
mod fingerprint;
mod format;
mod glyphs;
mod layout;
mod margin;
mod markup;
mod options;
mod output;
mod patch;
mod pen;
mod prose;
mod renderer;
mod style;

mod github;
mod gitlab;
pub mod html;
mod human;
pub mod json;
mod junit;
pub mod lsp;
mod narrated;
mod rdjson;
mod sarif;
mod short;

use std::io;

pub use format::*;
pub use options::EmitterOptions;

use crate::bag::{DiagnosticBag, Entry, Summary};
use crate::model::Diagnostic;
use crate::source::SourceMap;

/// A format: it writes diagnostics, one after the other.
pub trait Emitter {
    /// Writes one diagnostic. Its spans are read against `sources`; a broken one is shown at what
    /// exists, with a note.
    ///
    /// # Errors
    ///
    /// What the writer says. Whatever the diagnostic holds is no error.
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()>;

    /// Writes several, in the order of `entries`, whatever their `seq`: the bytes that
    /// [`emit`](Self::emit) writes for one after the other, which is what this does where a format has no
    /// faster way. It does not [`finish`](Self::finish) the output.
    ///
    /// # Errors
    ///
    /// What the writer says, at the first diagnostic that it does not take.
    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        entries.iter().try_for_each(|entry| self.emit(sources, entry.diagnostic))
    }

    /// Ends the output of one bag: closes what the format has open, and flushes. What is emitted
    /// after it is a document of its own where the format is a document, and goes on where it is not.
    /// [`DiagnosticBag::emit`] calls it; only who emits without a bag has to.
    ///
    /// # Errors
    ///
    /// What the writer says.
    fn finish(&mut self) -> io::Result<()>;
}

impl<E: Emitter + ?Sized> Emitter for &mut E {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        (**self).emit(sources, diagnostic)
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        (**self).emit_all(sources, entries)
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

    fn finish(&mut self) -> io::Result<()> {
        (**self).finish()
    }
}

impl DiagnosticBag {
    /// Writes every diagnostic in the [order of output](Self::ordered), finishes the emitter, and
    /// says how many there were. With the feature `parallel` a large bag is drawn on several threads
    /// where the format allows it; the bytes are the same. The threads are those of rayon's global pool,
    /// so that none of them may wait for a lock that the caller holds; a thread of a pool draws all by
    /// itself.
    ///
    /// # Errors
    ///
    /// What the writer says, at the first diagnostic that it does not take.
    pub fn emit(
        &self,
        sources: &SourceMap,
        emitter: &mut (impl Emitter + ?Sized),
    ) -> io::Result<Summary> {
        emitter.emit_all(sources, &self.ordered())?;
        emitter.finish()?;
        Ok(self.summary())
    }
}
