//! The libraries, one per file, behind one trait.
//!
//! Only rendering is timed. [`Library::prepare`] builds each library's diagnostics and sources, with an index of
//! lines if the library has one, outside of the timed part.

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

/// The settings of a case.
#[derive(Clone, Copy, Default)]
pub struct Settings {
    /// ANSI colours.
    pub color: bool,
    /// Draw all labels and complete lines, even if the library limits them by default.
    pub uncut: bool,
}

/// A library that draws diagnostics.
pub trait Library: Sync {
    /// Returns the name in tables.
    fn name(&self) -> &'static str;

    /// Converts `work` to the library's own types.
    fn prepare<'w>(&self, work: &'w Work, settings: Settings) -> Box<dyn Prepared + 'w>;

    /// Reads the file and draws the diagnostic.
    fn load_and_render(&self, path: &Path, diagnostic: &Diagnostic, out: &mut Vec<u8>) {
        let text = Arc::new(fs::read_to_string(path).unwrap());
        let work = Work { text, diagnostics: vec![diagnostic.clone()] };
        self.prepare(&work, Settings::default()).render(out);
    }
}

/// Diagnostics that are ready to be drawn, any number of times.
pub trait Prepared {
    /// Appends all diagnostics to `out`.
    fn render(&mut self, out: &mut Vec<u8>);
}

/// All libraries. The first one, vitte-diag, is the base of the ratios.
pub const ALL: [&dyn Library; 5] = [&Vitte, &Codespan, &AnnotateSnippets, &Ariadne, &Miette];
