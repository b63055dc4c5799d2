//! Workflow commands of GitHub Actions, which turn into annotations of a pull request.
//!
//! ```text
//! ::error file=src/main.vitte,line=12,col=7,endColumn=8,title=E0001::expected expression%0Ahelp: …
//! ```
//!
//! The form is that of <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>,
//! the escapes those of `@actions/core`. The columns are left out where a label goes over lines, where
//! they mean nothing; what is in no file, such as `<stdin>`, has its place in the message. A log is read
//! in a terminal too, so that controls are shown by stand-ins.

use std::fmt::Display;
use std::io::{self, Write};

use super::Emitter;
use super::escape::{self, Escaped};
use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use super::prose::{Lacks, prose};
use crate::bag::Entry;
use crate::check::{Checked, Resolved};
use crate::model::{Diagnostic, Severity};
use crate::source::{ColumnUnit, SourceMap};

/// Writes workflow commands, one line each. Lines and columns are 1-based, columns are characters,
/// `endColumn` is exclusive.
#[derive(Clone, Debug)]
pub struct GithubEmitter<W> {
    output: Output<W>,
}

impl<W: Write> GithubEmitter<W> {
    /// Writes to `writer`.
    #[must_use]
    pub const fn new(writer: W) -> Self {
        Self { output: Output::new(writer) }
    }

    /// The writer, with all that was written to it.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.writer
    }
}

impl<W: Write> Emitter for GithubEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.output.one(diagnostic, draw(sources))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.output.all(entries, draw(sources))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

fn draw(sources: &SourceMap) -> impl Draw {
    |_, diagnostic, out| {
        let checked = Checked::new(sources, diagnostic);
        let command = match diagnostic.severity() {
            Severity::Fatal | Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let (pseudo, open) = match checked.primary() {
            Some(primary) if primary.file.is_virtual() => (Some(primary), None),
            primary => (None, primary),
        };
        write!(out, "::{command} ")?;
        if let Some(primary) = open {
            place(out, primary)?;
        }
        write!(out, "title={}::", diagnostic.code())?;
        if let Some(primary) = pseudo {
            write!(out, "{}: ", data(primary.location(ColumnUnit::Char)))?;
        }
        let message = prose(
            &checked,
            Lacks { related_places: true, fixes: &checked.suggestions, backtrace: false },
        );
        writeln!(out, "{}", data(message))
    }
}

fn place(out: &mut Vec<u8>, primary: &Resolved<'_>) -> io::Result<()> {
    let start = primary.location(ColumnUnit::Char);
    write!(out, "file={},line={},", property(start.path), start.line)?;
    match primary.end(ColumnUnit::Char) {
        None => write!(out, "col={},", start.col),
        Some(end) if end.line == start.line => {
            // An empty range has no end for GitHub.
            let end_col = end.col.max(start.col.saturating_add(1));
            write!(out, "col={},endColumn={end_col},", start.col)
        }
        Some(_) => write!(out, "endLine={},", primary.last_line()),
    }
}

/// `text` with `%` and line ends percent-encoded, and all else that a terminal would obey as its
/// stand-in.
fn data(text: impl Display) -> impl Display {
    Escaped::new(text, |c| match c {
        '%' => Some("%25".into()),
        '\n' => Some("%0A".into()),
        '\r' => Some("%0D".into()),
        _ => escape::stand_in(c),
    })
}

/// The same with what ends a property percent-encoded too.
fn property(text: &str) -> impl Display {
    Escaped::new(data(text), |c| match c {
        ':' => Some("%3A".into()),
        ',' => Some("%2C".into()),
        _ => None,
    })
}

impl<W: Write> FromOptions<W> for GithubEmitter<W> {
    fn from_options(writer: W, _setup: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}
