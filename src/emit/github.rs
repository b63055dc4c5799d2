//! Workflow commands of GitHub Actions, which turn into annotations of a pull request.
//!
//! ```text
//! ::error file=src/main.vitte,line=12,col=7,endColumn=8,title=E0001::expected expression%0Ahelp: …
//! ```
//!
//! The syntax is documented at
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>; the escapes are those of
//! `@actions/core`. The columns of a multi-line label are omitted, because GitHub ignores them. A diagnostic about a
//! whole file has no line. The location in a virtual file such as `<stdin>` is part of the message. Control characters are replaced, because logs
//! are also read in a terminal.

use std::fmt::Display;
use std::io::{self, Write};

use super::Emitter;
use super::escape::{self, Escaped};
use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use super::plain_text::{PlainText, StepsInText, TextParts};
use crate::bag::Entry;
use crate::check::{CheckedDiagnostic, ResolvedLabel};
use crate::model::{Diagnostic, Severity};
use crate::source::{ColumnUnit, SourceMap};
use crate::text;

/// Writes one workflow command per line. Lines and columns are 1-based, columns count characters,
/// `endColumn` is exclusive. An unknown location in an unavailable file has no line.
#[derive(Clone, Debug)]
pub struct GithubEmitter<W> {
    output: Output<W>,
}

impl<W: Write> GithubEmitter<W> {
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

impl<W: Write> Emitter for GithubEmitter<W> {
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
        let command = match diagnostic.severity() {
            Severity::Fatal | Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let file = checked.file();
        write!(out, "::{command} ")?;
        if let Some(file) = file.filter(|file| !file.is_virtual()) {
            out.extend_from_slice(b"file=");
            push_property(out, file.path())?;
            out.push(b',');
            let primary = checked.primary().filter(|primary| primary.is_known());
            primary.map_or(Ok(()), |primary| write_lines(out, primary))?;
        }
        let severity = diagnostic.severity().as_str();
        out.extend_from_slice(b"title=");
        push_property(out, diagnostic.code().map_or(severity, |code| code.as_str()))?;
        out.extend_from_slice(b"::");
        if let Some(file) = file.filter(|file| file.is_virtual()) {
            match checked.primary() {
                Some(primary) => {
                    write!(out, "{}: ", escape_data(primary.partial_location(ColumnUnit::Char)))
                }
                None => write!(out, "{}: ", escape_data(text::one_line(file.path()))),
            }?;
        }
        let suggestions: Vec<_> = checked.all_suggestions().collect();
        let parts = TextParts {
            related: true,
            steps: StepsInText::All,
            suggestions: &suggestions,
            backtrace: false,
        };
        writeln!(out, "{}", escape_data(PlainText::new(&checked, parts)))
    }
}

fn write_lines(out: &mut Vec<u8>, primary: &ResolvedLabel<'_>) -> io::Result<()> {
    let start = primary.location(ColumnUnit::Char);
    write!(out, "line={},", start.line)?;
    match primary.end(ColumnUnit::Char) {
        None => write!(out, "col={},", start.col),
        Some(end) if end.line == start.line => {
            // GitHub does not accept an empty range.
            let end_col = end.col.max(start.col.saturating_add(1));
            write!(out, "col={},endColumn={end_col},", start.col)
        }
        Some(_) => write!(out, "endLine={},", primary.last_line()),
    }
}

/// Percent-encodes `%` and line ends, and replaces the other characters that a terminal would interpret.
fn escape_data(text: impl Display) -> impl Display {
    Escaped::new(text, |c| match c {
        '%' => Some("%25".into()),
        '\n' => Some("%0A".into()),
        '\r' => Some("%0D".into()),
        _ => escape::replacement(c),
    })
}

/// Appends the value of a property. Most values need no escape.
fn push_property(out: &mut Vec<u8>, value: &str) -> io::Result<()> {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'-');
    if !value.bytes().all(is_plain) {
        return write!(out, "{}", escape_property(value));
    }
    out.extend_from_slice(value.as_bytes());
    Ok(())
}

/// Escapes `text` like [`escape_data`], and also the characters that end a property.
fn escape_property(text: &str) -> impl Display {
    Escaped::new(escape_data(text), |c| match c {
        ':' => Some("%3A".into()),
        ',' => Some("%2C".into()),
        _ => None,
    })
}

impl<W: Write> FromOptions<W> for GithubEmitter<W> {
    fn from_options(writer: W, _options: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}
