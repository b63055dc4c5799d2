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

use std::io::{self, Write};

use super::Emitter;
use super::format::{FromSetup, Setup};
use super::prose::{Lacks, prose};
use crate::contract::{Checked, Resolved};
use crate::diagnostic::Diagnostic;
use crate::severity::Severity;
use crate::source::{ColumnUnit, SourceMap};
use crate::text;

/// Writes workflow commands, one line each. Lines and columns are 1-based, columns are characters,
/// `endColumn` is exclusive.
#[derive(Clone, Debug)]
pub struct GithubEmitter<W> {
    writer: W,
}

impl<W: Write> GithubEmitter<W> {
    /// Writes to `writer`.
    #[must_use]
    pub const fn new(writer: W) -> Self {
        Self { writer }
    }

    /// The writer, with all that was written to it.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer
    }
}

impl<W: Write> Emitter for GithubEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = Checked::new(sources, diagnostic);
        let command = match diagnostic.severity() {
            Severity::Fatal | Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let (place, before) = match checked.primary() {
            None => (String::new(), String::new()),
            Some(primary) if primary.file.is_pseudo() => {
                (String::new(), format!("{}: ", primary.location(ColumnUnit::Char)))
            }
            Some(primary) => (place(primary), String::new()),
        };
        let message = prose(&checked, Lacks { related_places: true, fixes: &checked.suggestions });
        let message = escape(&(before + &message), "");
        let line = format!("::{command} {place}title={}::{message}\n", diagnostic.code());
        self.writer.write_all(line.as_bytes())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

fn place(primary: &Resolved<'_>) -> String {
    let start = primary.location(ColumnUnit::Char);
    let file = escape(start.path, ":,");
    let Some(end) = primary.end(ColumnUnit::Char) else {
        return format!("file={file},line={},col={},", start.line, start.col);
    };
    if start.line == end.line {
        // An empty range has no end for GitHub.
        let end_col = end.col.max(start.col.saturating_add(1));
        return format!("file={file},line={},col={},endColumn={end_col},", start.line, start.col);
    }
    format!("file={file},line={},endLine={},", start.line, primary.last_line())
}

/// `text` with `%`, line ends and the characters of `more` percent-encoded, and all else that a
/// terminal would obey as its stand-in.
fn escape(text: &str, more: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if "%\n\r".contains(c) || more.contains(c) {
            out.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            text::push_on_line(&mut out, c);
        }
    }
    out
}

impl<W: Write> FromSetup<W> for GithubEmitter<W> {
    fn from_setup(writer: W, _setup: &Setup) -> Self {
        Self::new(writer)
    }
}
