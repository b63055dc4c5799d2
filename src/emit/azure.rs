//! Logging commands of Azure Pipelines, which turn into issues of a build.
//!
//! ```text
//! ##vso[task.logissue type=error;sourcepath=src/main.vitte;linenumber=12;columnnumber=7;code=E0001;]expected expression%0Ahelp: …
//! ```
//!
//! The syntax is documented at <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>; the escapes
//! are those of `CommandStringConvertor` in <https://github.com/microsoft/azure-pipelines-agent>. There are only errors and
//! warnings, so a note is a warning whose text begins with `note: `. The location in a virtual file such as `<stdin>` is
//! part of the message.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};

use super::Emitter;
use super::escape::{self, Escaped};
use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use super::plain_text::{PlainText, TextParts};
use crate::bag::Entry;
use crate::check::CheckedDiagnostic;
use crate::model::{Diagnostic, Severity};
use crate::source::{ColumnUnit, SourceMap};
use crate::text;

/// Writes one logging command per line. Lines and columns are 1-based, columns count characters. A diagnostic about a
/// whole file, or at an unknown location, has no line.
#[derive(Clone, Debug)]
pub struct AzureEmitter<W> {
    output: Output<W>,
}

impl<W: Write> AzureEmitter<W> {
    /// Creates an emitter that writes to `writer`.
    #[must_use]
    pub const fn new(writer: W) -> Self {
        Self { output: Output::new(writer) }
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.writer
    }
}

impl<W: Write> Emitter for AzureEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.output.write(diagnostic, draw(sources))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.output.write_all(entries, draw(sources))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

fn draw(sources: &SourceMap) -> impl Draw {
    |_, diagnostic, out| {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let (kind, prefix) = match diagnostic.severity() {
            Severity::Fatal | Severity::Error => ("error", ""),
            Severity::Warning => ("warning", ""),
            Severity::Note => ("warning", "note: "),
        };
        write!(out, "##vso[task.logissue type={kind};")?;
        let file = checked.file();
        let primary = checked.primary();
        if let Some(file) = file.filter(|file| !file.is_virtual()) {
            write!(out, "sourcepath={};", escaped(file.path()))?;
            if let Some(primary) = primary.filter(|primary| primary.is_known()) {
                let at = primary.location(ColumnUnit::Char);
                write!(out, "linenumber={};columnnumber={};", at.line, at.col)?;
            }
        }
        if let Some(code) = diagnostic.code() {
            write!(out, "code={};", escaped(code.as_str()))?;
        }
        write!(out, "]{prefix}")?;
        if let Some(file) = file.filter(|file| file.is_virtual()) {
            match primary.map(|primary| primary.partial_location(ColumnUnit::Char)) {
                Some(at) => write!(out, "{}: ", escaped(at)),
                None => write!(out, "{}: ", escaped(text::one_line(file.path()))),
            }?;
        }
        let suggestions = checked.all_suggestions();
        let text = PlainText::new(&checked, TextParts::all(&suggestions));
        writeln!(out, "{}", escaped(text))
    }
}

/// Escapes the value of a property, or a message: the agent decodes both in the same way. Other characters that a
/// terminal would interpret are replaced, because logs are also read in one.
fn escaped(text: impl Display) -> impl Display {
    Escaped::new(text, |c| {
        Some(Cow::Borrowed(match c {
            '%' => "%AZP25",
            ';' => "%3B",
            ']' => "%5D",
            '\n' => "%0A",
            '\r' => "%0D",
            _ => return escape::replacement(c),
        }))
    })
}

impl<W: Write> FromOptions<W> for AzureEmitter<W> {
    fn from_options(writer: W, _options: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}
