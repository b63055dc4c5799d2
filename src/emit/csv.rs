//! Comma-separated values by RFC 4180: a header, then one record per diagnostic.
//!
//! ```text
//! severity,code,message,file,line,column,end_line,end_column,label,text,fingerprint
//! error,E0001,expected expression,src/main.vitte,12,7,12,8,here,"expected expression
//! here
//! help: add a literal",5ecf…
//! ```
//!
//! The texts of diagnostics are not trusted, so a field that would be a formula begins with an apostrophe: see [`csv_field`].

use std::fmt::Display;
use std::io::{self, Write};

use super::Emitter;
use super::escape::{self, Escaped};
use super::fingerprint::Fingerprints;
use super::options::{EmitterOptions, FromOptions};
use super::plain_text::{PlainText, TextParts};
use crate::check::CheckedDiagnostic;
use crate::model::Diagnostic;
use crate::source::{ColumnUnit, SourceMap};
use crate::text::csv_field;

/// Writes a header, then one record per diagnostic. Lines end with `\r\n`, those inside of a field with `\n`. Lines and
/// columns are 1-based, columns count characters, the end is exclusive. What a diagnostic does not have is an empty
/// field. The field `text` contains all texts.
#[derive(Clone, Debug)]
pub struct CsvEmitter<W> {
    writer: W,
    has_header: bool,
    fingerprints: Fingerprints,
}

impl<W: Write> CsvEmitter<W> {
    /// Creates an emitter that writes to `writer`.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self { writer, has_header: false, fingerprints: Fingerprints::default() }
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer
    }

    /// Returns the header if it has not been written.
    fn header(&mut self) -> &'static [u8] {
        if std::mem::replace(&mut self.has_header, true) { b"" } else { HEADER }
    }
}

const HEADER: &[u8] =
    b"severity,code,message,file,line,column,end_line,end_column,label,text,fingerprint\r\n";

impl<W: Write> Emitter for CsvEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let mut out = self.header().to_vec();
        out.extend_from_slice(diagnostic.severity().as_str().as_bytes());
        out.push(b',');
        push_field(&mut out, diagnostic.code().as_ref().map_or("", |code| code.as_str()));
        out.push(b',');
        push_field(&mut out, diagnostic.message());
        out.push(b',');
        push_field(&mut out, checked.file().map_or("", |file| file.path()));
        let primary = checked.primary().filter(|primary| primary.is_known());
        let start = primary.map(|primary| primary.location(ColumnUnit::Char));
        let end = primary.and_then(|primary| primary.end(ColumnUnit::Char));
        for at in [start, end] {
            match at {
                Some(at) => write!(out, ",{},{}", at.line, at.col)?,
                None => out.extend_from_slice(b",,"),
            }
        }
        out.push(b',');
        let label = checked.primary().and_then(|primary| primary.label.message());
        push_field(&mut out, label.unwrap_or_default());
        out.push(b',');
        let suggestions = checked.all_suggestions();
        let parts = TextParts { backtrace: true, ..TextParts::all(&suggestions) };
        push_field(&mut out, &PlainText::new(&checked, parts).to_string());
        write!(out, ",{}\r\n", self.fingerprints.of(&checked))?;
        self.writer.write_all(&out)
    }

    fn finish(&mut self) -> io::Result<()> {
        let header = self.header();
        self.writer.write_all(header)?;
        (self.has_header, self.fingerprints) = (false, Fingerprints::default());
        self.writer.flush()
    }
}

/// Appends a field.
fn push_field(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(csv_field(&escaped(text).to_string()).as_bytes());
}

/// Replaces control characters except line feeds: the format has no escapes for them.
fn escaped(text: &str) -> impl Display {
    Escaped::new(text, |c| if c == '\n' { None } else { escape::replacement(c) })
}

impl<W: Write> FromOptions<W> for CsvEmitter<W> {
    fn from_options(writer: W, _options: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}
