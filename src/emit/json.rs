//! JSON Lines for programs: one object per diagnostic.
//!
//! ```json
//! {"severity":"error","code":"E0001","message":"unexpected character `@`",
//!  "primary":{"file":"a.vitte","lo":8,"hi":9,"line":1,"col":9},
//!  "labels":[{"style":"primary","file":"a.vitte","lo":8,"hi":9,"line":1,"col":9,"message":null}],
//!  "help":null,"notes":[]}
//! ```
//!
//! The object is on one line. These seven fields are always present, in this order; `code`, `primary` and `help` are
//! null if there is none. `children`, `trace`, `tags`, `suggestions`, `backtrace` and `file` follow if they are not
//! empty:
//!
//! ```json
//! "children":[{"level":"note","message":"the macro is defined here",
//!   "labels":[{"style":"primary","file":"a.vitte","lo":0,"hi":3,"line":1,"col":1,"message":null}]}],
//! "trace":[{"kind":"macro","message":"in this expansion of `sum!`",
//!   "location":{"file":"a.vitte","lo":8,"hi":9,"line":1,"col":9}}],
//! "tags":["unnecessary"],
//! "suggestions":[{"message":"remove it","applicability":"machine-applicable",
//!   "edits":[{"file":"a.vitte","lo":8,"hi":9,"line":1,"col":9,"text":""}]}],
//! "backtrace":["vittec::check at src/main.rs:63:1"],
//! "file":"a.vitte"
//! ```
//!
//! A child has `suggestions` only if it has some. A suggestion has `alternatives` only if there is a choice: an array
//! of edits for each alternative to `edits`. `backtrace` has one string per [`Frame`](crate::Frame), the innermost frame
//! first. `file` is the path of the file that the diagnostic is about as a whole; then `primary` is null.
//!
//! `lo` and `hi` are byte offsets, `hi` is exclusive. `line` and `col` are the 1-based location of `lo`.
//! Strings contain the exact text; [`JsonEmitter`] escapes every character that a terminal would interpret.
//!
//! ```
//! use vitte_diag::{DiagnosticBag, JsonEmitter, SourceMap, codes, json::JsonDiagnostic};
//!
//! let mut sources = SourceMap::new();
//! let file = sources.add("a.vitte", "let x = @\n")?;
//! let mut bag = DiagnosticBag::new();
//! bag.push_error(codes::E0001, sources.span(file, 8..9)?, "unexpected character `@`");
//! let mut json = JsonEmitter::new(Vec::new());
//! bag.emit(&sources, &mut json)?;
//!
//! let read: JsonDiagnostic<'_> = serde_json::from_slice(&json.into_inner())?;
//! assert_eq!(read.to_diagnostic(|_| file)?, bag.ordered()[0].diagnostic.clone());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod convert;
mod direct;
mod fields;
mod locations;
mod model;
mod read;
mod schema;
mod write;

use std::io::{self, Write};

pub use model::{
    JsonChild, JsonDiagnostic, JsonEdit, JsonLabel, JsonLocation, JsonStep, JsonSuggestion,
};
pub use read::JsonError;
pub use schema::SCHEMA;
#[cfg(feature = "schema")]
pub use schema::schema;
use write::WriteJson as _;

use super::Emitter;
use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use crate::bag::Entry;
use crate::model::Diagnostic;
use crate::source::{ColumnUnit, SourceMap};

impl JsonDiagnostic<'_> {
    /// Returns the line that [`JsonEmitter`] writes, with its line feed.
    ///
    /// # Errors
    ///
    /// Returns an error if serialisation fails, which does not happen for strings and numbers.
    pub fn to_line(&self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.push_line(&mut line)?;
        Ok(line)
    }

    fn push_line(&self, out: &mut Vec<u8>) -> io::Result<()> {
        self.write(out)?;
        out.push(b'\n');
        Ok(())
    }
}

/// Writes diagnostics as JSON Lines, see the [module](self). Each diagnostic is one write to the writer.
///
/// ```
/// use vitte_diag::{Diagnostic, DiagnosticBag, JsonEmitter, SourceMap, codes};
///
/// let mut sources = SourceMap::new();
/// let file = sources.add("a.vitte", "let x = @\n")?;
/// let mut bag = DiagnosticBag::new();
/// bag.push_error(codes::E0001, sources.span(file, 8..9)?, "unexpected character `@`");
///
/// let mut json = JsonEmitter::new(Vec::new());
/// bag.emit(&sources, &mut json)?;
/// let line = String::from_utf8(json.into_inner())?;
/// assert!(line.starts_with(r#"{"severity":"error","code":"E0001","message":"unexpected"#));
/// assert!(line.ends_with("}\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct JsonEmitter<W> {
    output: Output<W>,
    column_unit: ColumnUnit,
}

impl<W: Write> JsonEmitter<W> {
    /// Creates an emitter that writes to `writer`.
    #[must_use]
    pub const fn new(writer: W) -> Self {
        Self { output: Output::new(writer), column_unit: ColumnUnit::Char }
    }

    /// Sets what `col` counts. Default: characters.
    #[must_use]
    pub const fn with_column_unit(mut self, unit: ColumnUnit) -> Self {
        self.column_unit = unit;
        self
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.writer
    }
}

impl<W: Write> Emitter for JsonEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.output.write(diagnostic, draw(sources, self.column_unit))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.output.write_all(entries, draw(sources, self.column_unit))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

fn draw(sources: &SourceMap, unit: ColumnUnit) -> impl Draw {
    move |_, diagnostic, out| direct::push_line(out, sources, diagnostic, unit)
}

impl<W: Write> FromOptions<W> for JsonEmitter<W> {
    fn from_options(writer: W, _options: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}
