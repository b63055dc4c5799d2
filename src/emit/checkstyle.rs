//! The XML of Checkstyle, which many CI servers and review tools read.
//!
//! ```xml
//! <?xml version="1.0" encoding="UTF-8"?>
//! <checkstyle version="4.3">
//! <file name="src/main.vitte">
//! <error line="12" column="7" severity="error" message="expected expression" source="E0001"/>
//! </file>
//! </checkstyle>
//! ```
//!
//! The format is that of `XMLLogger` in <https://github.com/checkstyle/checkstyle>. The source is the code.

use std::io::{self, Write};

use super::Emitter;
use super::document::Document;
use super::markup::{self, XmlContext};
use super::options::{EmitterOptions, FromOptions};
use super::place::Place;
use super::plain_text::{PlainText, TextParts};
use crate::check::CheckedDiagnostic;
use crate::model::{Diagnostic, Severity};
use crate::source::{ColumnUnit, SourceMap};

/// Writes one document with an element for each file and each diagnostic. Lines and columns are 1-based, columns count
/// characters. The message contains all texts of the diagnostic.
///
/// A diagnostic about a whole file has no line. One without a location has the path of a file that it is not about, see
/// [`with_fallback_path`](Self::with_fallback_path).
#[derive(Clone, Debug)]
pub struct CheckstyleEmitter<W> {
    document: Document<W>,
    fallback_path: Option<String>,
    /// The file whose element is open.
    file: Option<String>,
}

impl<W: Write> CheckstyleEmitter<W> {
    /// Creates an emitter that writes to `writer`.
    #[must_use]
    pub const fn new(writer: W) -> Self {
        Self { document: Document::new(writer), fallback_path: None, file: None }
    }

    /// Sets the file that is shown for a diagnostic without a location. The default is the first file of the source map
    /// that another program can open, or `.` if there is none. A message says that the diagnostic has no location.
    #[must_use]
    pub fn with_fallback_path(mut self, path: impl Into<String>) -> Self {
        self.fallback_path = Some(path.into());
        self
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.document.writer
    }
}

fn head() -> io::Result<Vec<u8>> {
    // The version of Checkstyle itself. Some readers need one.
    Ok(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">".to_vec())
}

fn attribute(text: impl std::fmt::Display) -> impl std::fmt::Display {
    markup::escape_xml(text, XmlContext::Attribute)
}

impl<W: Write> Emitter for CheckstyleEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let place = Place::new(&checked, self.fallback_path.as_deref());
        let mut item = Vec::new();
        if self.file.as_deref() != Some(place.path) {
            if self.file.is_some() {
                item.extend_from_slice(b"</file>\n");
            }
            writeln!(item, "<file name=\"{}\">", attribute(place.path))?;
        }
        item.extend_from_slice(b"<error");
        if let Some(at) = place.at.map(|at| at.location(ColumnUnit::Char)) {
            write!(item, " line=\"{}\" column=\"{}\"", at.line, at.col)?;
        }
        let severity = match diagnostic.severity() {
            Severity::Fatal | Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "info",
        };
        let suggestions = checked.all_suggestions();
        let text = PlainText::new(&checked, TextParts::all(&suggestions));
        let message = attribute(place.text(text));
        write!(item, " severity=\"{severity}\" message=\"{message}\"")?;
        if let Some(code) = diagnostic.code() {
            write!(item, " source=\"{}\"", attribute(code.as_str()))?;
        }
        item.extend_from_slice(b"/>");
        let path = place.path.to_owned();
        self.document.item(head, b"", &item)?;
        self.file = Some(path);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let tail: &[u8] = match self.file.take() {
            Some(_) => b"</file>\n</checkstyle>\n",
            None => b"</checkstyle>\n",
        };
        self.document.finish(head, tail)
    }
}

impl<W: Write> FromOptions<W> for CheckstyleEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self { fallback_path: options.fallback_path.clone(), ..Self::new(writer) }
    }
}
