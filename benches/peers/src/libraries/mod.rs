//! The libraries, each in a file of its own, behind one trait.
//!
//! What is measured is rendering alone: each library's own diagnostics and its own source type, with its
//! index of lines if it has one, are built by [`Library::prepare`] outside the timed part.

mod annotate;
mod ariadne;
mod codespan;
mod miette;
mod vitte;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::work::{Diagnostic, Work};

pub use self::annotate::{AnnotateSnippets, WholeSource};
pub use self::ariadne::Ariadne;
pub use self::codespan::Codespan;
pub use self::miette::{Miette, prepare_json as prepare_miette_json};
pub use self::vitte::{Vitte, bag as vitte_bag, drawn_directly};

/// What a case asks of all.
#[derive(Clone, Copy, Default)]
pub struct Settings {
    /// ANSI colours.
    pub color: bool,
    /// All labels and whole lines, where a library would leave some out.
    pub uncut: bool,
}

/// A library that draws diagnostics.
pub trait Library: Sync {
    /// Its name in tables.
    fn name(&self) -> &'static str;

    /// Builds its own values of `work`.
    fn prepare<'w>(&self, work: &'w Work, settings: Settings) -> Box<dyn PreparedUpload + 'w>;

    /// Reads the file and draws the one diagnostic, as a compiler does that knows its file by path.
    fn load_and_render(&self, path: &Path, diagnostic: &Diagnostic, out: &mut Vec<u8>) {
        let text = Arc::new(fs::read_to_string(path).unwrap());
        let work = Work { text, diagnostics: vec![diagnostic.clone()] };
        self.prepare(&work, Settings::default()).render(out);
    }
}

/// Values that are ready to be drawn, again and again.
pub trait PreparedUpload {
    /// Appends all diagnostics to `out`.
    fn render(&mut self, out: &mut Vec<u8>);
}

/// All libraries; vitte-diag, that the others are compared to, is the first.
pub const ALL: [&dyn Library; 5] = [&Vitte, &Codespan, &AnnotateSnippets, &Ariadne, &Miette];
