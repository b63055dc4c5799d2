//! The Test Anything Protocol, version 14: each diagnostic is a test point.
//!
//! ```text
//! TAP version 14
//! not ok 1 - src/main.vitte: E0001: expected expression
//!   ---
//!   severity: "error"
//!   code: "E0001"
//!   message: "expected expression"
//!   at: {"file":"src/main.vitte","line":12,"column":7}
//!   text: "expected expression\nhere"
//!   ...
//! 1..1
//! ```
//!
//! The specification is at <https://testanything.org/tap-version-14-specification.html>. An error fails, a warning and a
//! note pass, because the compilation succeeds. The plan comes last. Without diagnostics there is one test point, which
//! passes. The values of the YAML blocks are JSON, which is YAML, too: no text of a diagnostic is taken for syntax.

use std::io::{self, Write};

use serde::Serialize;

use super::Emitter;
use super::escape::{self, Escaped};
use super::options::{EmitterOptions, FromOptions};
use super::plain_text::{PlainText, TextParts};
use crate::check::CheckedDiagnostic;
use crate::model::{Diagnostic, Severity};
use crate::source::{ColumnUnit, SourceMap};
use crate::text;

/// Writes a test point for each diagnostic. Lines and columns are 1-based, columns count characters. A diagnostic about a
/// whole file, or at an unknown location, has no line.
#[derive(Clone, Debug)]
pub struct TapEmitter<W> {
    writer: W,
    /// The number of test points so far.
    points: u64,
}

impl<W: Write> TapEmitter<W> {
    /// Creates an emitter that writes to `writer`.
    #[must_use]
    pub const fn new(writer: W) -> Self {
        Self { writer, points: 0 }
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer
    }
}

const HEAD: &[u8] = b"TAP version 14\n";

#[derive(Serialize)]
struct At<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
}

/// Appends a line of a YAML block.
fn push_line(out: &mut Vec<u8>, name: &str, value: &impl Serialize) -> io::Result<()> {
    write!(out, "  {name}: ")?;
    let mut json = Vec::new();
    escape::push_json(&mut json, value)?;
    let json = String::from_utf8(json).map_err(io::Error::other)?;
    // YAML does not allow these characters, unlike JSON (section 5.1).
    let escaped = Escaped::new(json, |c| match c {
        '\u{feff}' | '\u{fffe}' | '\u{ffff}' => Some(format!("\\u{:04x}", u32::from(c)).into()),
        _ => None,
    });
    writeln!(out, "{escaped}")
}

/// Escapes a description: `#` would begin a directive. Many readers do not know the escape, and a directive makes a failure
/// pass. So what would be one has another text.
fn description(text: &str) -> String {
    let text = text::one_line(text);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '#' if is_directive(text.get(at + 1..).unwrap_or_default()) => out.push_str("<U+0023>"),
            '#' | '\\' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// Returns true if a text begins with the name of a directive.
fn is_directive(text: &str) -> bool {
    let start = text.trim_start().get(..4);
    start.is_some_and(|word| ["todo", "skip"].iter().any(|name| word.eq_ignore_ascii_case(name)))
}

impl<W: Write> Emitter for TapEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let mut out = if self.points == 0 { HEAD.to_vec() } else { Vec::new() };
        self.points += 1;
        let not = if diagnostic.severity() >= Severity::Error { "not " } else { "" };
        write!(out, "{not}ok {} - ", self.points)?;
        if let Some(file) = checked.file() {
            write!(out, "{}: ", description(file.path()))?;
        }
        if let Some(code) = diagnostic.code() {
            write!(out, "{}: ", description(code.as_str()))?;
        }
        writeln!(out, "{}\n  ---", description(diagnostic.message()))?;
        push_line(&mut out, "severity", &diagnostic.severity().as_str())?;
        if let Some(code) = diagnostic.code() {
            push_line(&mut out, "code", &code)?;
        }
        push_line(&mut out, "message", &diagnostic.message())?;
        if let Some(file) = checked.file() {
            let primary = checked.primary().filter(|primary| primary.is_known());
            let at = primary.map(|primary| primary.location(ColumnUnit::Char));
            let (line, column) = (at.map(|at| at.line), at.map(|at| at.col));
            push_line(&mut out, "at", &At { file: file.path(), line, column })?;
        }
        let suggestions = checked.all_suggestions();
        let parts = TextParts { backtrace: true, ..TextParts::all(&suggestions) };
        push_line(&mut out, "text", &PlainText::new(&checked, parts))?;
        out.extend_from_slice(b"  ...\n");
        self.writer.write_all(&out)
    }

    fn finish(&mut self) -> io::Result<()> {
        let points = std::mem::take(&mut self.points);
        match points {
            0 => self.writer.write_all(&[HEAD, b"ok 1 - check\n1..1\n"].concat()),
            _ => writeln!(self.writer, "1..{points}"),
        }?;
        self.writer.flush()
    }
}

impl<W: Write> FromOptions<W> for TapEmitter<W> {
    fn from_options(writer: W, _options: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::description;

    #[test]
    fn no_description_has_a_directive() {
        for (text, expected) in [
            ("a # b", r"a \# b"),
            (r"a \#", r"a \\\#"),
            ("a # TODO b #skip", "a <U+0023> TODO b <U+0023>skip"),
            ("##\u{3000}Skip", "\\#<U+0023>\u{3000}Skip"),
            ("# todo", "<U+0023> todo"),
            ("#todé", "\\#todé"),
        ] {
            assert_eq!(description(text), expected, "{text}");
        }
    }
}
