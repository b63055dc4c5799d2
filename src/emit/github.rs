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

use std::borrow::Cow;
use std::io::{self, Write};

use super::Emitter;
use super::escape::{self, Escape};
use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use super::plain_text::{PlainText, StepsInText, TextParts, TextSink};
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
        out.extend_from_slice(b"::");
        out.extend_from_slice(command.as_bytes());
        out.push(b' ');
        if let Some(file) = file.filter(|file| !file.is_virtual()) {
            out.extend_from_slice(b"file=");
            if file.has_plain_path() {
                out.extend_from_slice(file.path().as_bytes());
            } else {
                Property.push(out, file.path());
            }
            out.push(b',');
            let primary = checked.primary().filter(|primary| primary.is_known());
            if let Some(primary) = primary {
                push_lines(out, primary);
            }
        }
        let severity = diagnostic.severity().as_str();
        out.extend_from_slice(b"title=");
        Property.push(out, diagnostic.code().map_or(severity, |code| code.as_str()));
        out.extend_from_slice(b"::");
        if let Some(file) = file.filter(|file| file.is_virtual()) {
            match checked.primary() {
                Some(primary) => {
                    Data.push(out, &primary.partial_location(ColumnUnit::Char).to_string());
                }
                None => Data.push(out, &text::one_line(file.path())),
            }
            out.extend_from_slice(b": ");
        }
        let suggestions = checked.all_suggestions();
        let parts = TextParts {
            related: true,
            steps: StepsInText::All,
            suggestions: &suggestions,
            backtrace: false,
        };
        PlainText::new(&checked, parts).write(&mut DataSink(out));
        out.push(b'\n');
        Ok(())
    }
}

fn push_lines(out: &mut Vec<u8>, primary: &ResolvedLabel<'_>) {
    let (start, end) = primary.ends(ColumnUnit::Char);
    push_number(out, b"line=", start.line);
    match end {
        None => push_number(out, b"col=", start.col),
        Some(end) if end.line == start.line => {
            push_number(out, b"col=", start.col);
            // GitHub does not accept an empty range.
            push_number(out, b"endColumn=", end.col.max(start.col.saturating_add(1)));
        }
        Some(_) => push_number(out, b"endLine=", primary.last_line()),
    }
}

/// Appends a property that is a number, and a comma.
#[inline]
fn push_number<const N: usize>(out: &mut Vec<u8>, name: &[u8; N], number: u32) {
    text::push_number(out, name, number);
    out.push(b',');
}

/// Percent-encodes `%` and line ends, and replaces the other characters that a terminal would interpret.
struct Data;

impl Escape for Data {
    #[inline]
    fn is_plain(text: &str) -> bool {
        text::is_plain_without(text, b'%', [])
    }

    #[inline]
    fn is_special(byte: u8) -> bool {
        byte == b'%'
    }

    fn replacement(&self, c: char) -> Option<Cow<'static, str>> {
        match c {
            '%' => Some("%25".into()),
            '\n' => Some("%0A".into()),
            '\r' => Some("%0D".into()),
            _ => escape::replacement(c),
        }
    }
}

/// Escapes like [`Data`], and also the characters that end a property.
struct Property;

impl Escape for Property {
    #[inline]
    fn is_plain(text: &str) -> bool {
        text::is_plain_without(text, b'%', [b':', b','])
    }

    #[inline]
    fn is_special(byte: u8) -> bool {
        matches!(byte, b'%' | b':' | b',')
    }

    fn replacement(&self, c: char) -> Option<Cow<'static, str>> {
        match c {
            ':' => Some("%3A".into()),
            ',' => Some("%2C".into()),
            _ => Data.replacement(c),
        }
    }
}

/// The data of a command.
struct DataSink<'o>(&'o mut Vec<u8>);

impl TextSink for DataSink<'_> {
    fn text(&mut self, text: &str) {
        Data.push(self.0, text);
    }

    #[inline]
    fn plain(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    #[inline]
    fn line_feed(&mut self) {
        self.0.extend_from_slice(b"%0A");
    }

    #[inline]
    fn number(&mut self, number: u32) {
        text::digits(number).push_to(self.0);
    }
}

impl<W: Write> FromOptions<W> for GithubEmitter<W> {
    fn from_options(writer: W, _options: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}
