//! One line per diagnostic, in the classic form of compilers, for people and for editors that jump to
//! locations.
//!
//! ```text
//! src/main.vitte:12:7: error[E0001]: expected expression
//! src/empty.vitte: warning: the file is empty
//! error[E0601]: the program has no `main`
//! ```

use std::io::{self, Write};

use super::Emitter;
use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use crate::bag::Entry;
use crate::check::CheckedDiagnostic;
use crate::model::Diagnostic;
use crate::source::{ColumnUnit, SourceFile, SourceMap};
use crate::terminal::log_commands;
use crate::text;

/// Writes one line `path:line:col: error[E0001]: message` per diagnostic. Line and column are 1-based,
/// columns count characters. A line feed in the message is written as `\n`. A diagnostic about a whole file, or at an
/// unknown location of an unavailable one, has no line and column, and one without a location begins with the severity.
/// Labels, notes, children, traces and suggestions are not written.
#[derive(Clone, Debug)]
pub struct ShortEmitter<W> {
    output: Output<W>,
    is_ci_log: bool,
}

impl<W: Write> ShortEmitter<W> {
    /// Creates an emitter that writes to `writer`.
    #[must_use]
    pub const fn new(writer: W) -> Self {
        Self { output: Output::new(writer), is_ci_log: false }
    }

    /// Sets whether the output is the log of a CI server, see [`Terminal::is_ci_log`](crate::Terminal::is_ci_log).
    /// Default: false.
    #[must_use]
    pub const fn with_ci_log(mut self, is_ci_log: bool) -> Self {
        self.is_ci_log = is_ci_log;
        self
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.writer
    }
}

impl<W: Write> Emitter for ShortEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.output.write(diagnostic, draw(sources, self.is_ci_log))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.output.write_all(entries, draw(sources, self.is_ci_log))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

fn draw(sources: &SourceMap, is_ci_log: bool) -> impl Draw {
    move |_, diagnostic, out| {
        let start = out.len();
        let (primary, whole_file) = CheckedDiagnostic::place(sources, diagnostic);
        if let Some(primary) = primary {
            let at = primary.partial_location(ColumnUnit::Char);
            push_path(out, primary.file);
            if let Some((line, col)) = at.position {
                text::push_number(out, b":", line);
                text::push_number(out, b":", col);
            }
            out.extend_from_slice(b": ");
        } else if let Some(file) = whole_file {
            push_path(out, file);
            out.extend_from_slice(b": ");
        }
        out.extend_from_slice(diagnostic.severity().as_str().as_bytes());
        if let Some(code) = diagnostic.code() {
            out.push(b'[');
            out.extend_from_slice(code.as_str().as_bytes());
            out.push(b']');
        }
        out.extend_from_slice(b": ");
        out.extend_from_slice(text::one_line(diagnostic.message()).as_bytes());
        out.push(b'\n');
        if is_ci_log {
            log_commands::disarm(out, start);
        }
        Ok(())
    }
}

/// Appends the path of a file on one line.
fn push_path(out: &mut Vec<u8>, file: &SourceFile) {
    let path = file.path();
    if file.has_plain_path() {
        return out.extend_from_slice(path.as_bytes());
    }
    out.extend_from_slice(path_prefix(path).as_bytes());
    out.extend_from_slice(text::one_line(path).as_bytes());
}

/// Returns `./` if the path begins with `::`, after optional blanks: GitHub Actions would interpret such a
/// line in a log as a workflow command. Returns an empty string otherwise.
fn path_prefix(path: &str) -> &'static str {
    if path.trim_start().starts_with("::") { "./" } else { "" }
}

impl<W: Write> FromOptions<W> for ShortEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self::new(writer).with_ci_log(options.terminal.is_ci_log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DiagnosticBag, Severity, Span, code};

    #[test]
    fn a_path_is_never_a_workflow_command() {
        for (path, expected) in [
            ("::error::a", "./::error::a:1:1: "),
            (" ::error::a", "./ ::error::a:1:1: "),
            ("src/::error::a", "src/::error::a:1:1: "),
        ] {
            let mut sources = SourceMap::new();
            let file = sources.add(path, "x").unwrap();
            let mut bag = DiagnosticBag::new();
            bag.push_error(code!("E1"), Span::empty(file, 0), "m");
            let mut short = ShortEmitter::new(Vec::new());
            bag.emit(&sources, &mut short).unwrap();
            assert_eq!(
                String::from_utf8(short.into_inner()).unwrap(),
                format!("{expected}error[E1]: m\n")
            );
        }
    }

    #[test]
    fn a_line_contains_only_what_is_known_of_the_location() {
        let mut sources = SourceMap::new();
        let file = sources.add("::a\n", "x").unwrap();
        let mut bag = DiagnosticBag::new();
        bag.push(Diagnostic::for_file(Severity::Warning, None, file, "the file\nis empty"));
        bag.push(Diagnostic::without_location(Severity::Error, code!("E0601"), "no `main`"));
        let mut short = ShortEmitter::new(Vec::new());
        bag.emit(&sources, &mut short).unwrap();
        let expected = "./::a\\n: warning: the file\\nis empty\nerror[E0601]: no `main`\n";
        assert_eq!(String::from_utf8(short.into_inner()).unwrap(), expected);
    }
}
