//! Text as GCC and Clang write it, for the many programs that read it: editors, problem matchers, CI servers.
//!
//! ```text
//! src/main.vitte:12:7: error: expected expression [E0001]
//! src/main.vitte:12:7: note: help: add a literal or call a function
//! src/shapes.vitte:2:9: note: required by this bound
//! src/empty.vitte: warning: the file is empty
//! mycc: fatal error: no input files
//! ```
//!
//! The form is that of the GNU coding standards (<https://www.gnu.org/prep/standards/html_node/Errors.html>), with the code in
//! brackets at the end, where GCC has the option.

use std::borrow::Cow;
use std::io::{self, Write};

use super::Emitter;
use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use super::step_message::step_message;
use crate::bag::Entry;
use crate::check::{self, CheckedChild, CheckedDiagnostic, ResolvedLabel, ResolvedSpan};
use crate::model::{Diagnostic, Severity, Suggestion};
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceMap};
use crate::terminal::log_commands;
use crate::text;

/// Writes one line for the diagnostic, then one for each of its notes: `path:line:col: note: message`. Line and column are
/// 1-based, columns count characters. A line feed in a text is written as `\n`.
///
/// A diagnostic about a whole file, or at an unknown location, has no line and column. One without a location begins
/// with the name of the tool. Of each list, such as the labels, at most 20 items are written. Edits and backtraces are
/// not written.
#[derive(Clone, Debug)]
pub struct GccEmitter<W> {
    output: Output<W>,
    tool: Tool,
    is_ci_log: bool,
}

impl<W: Write> GccEmitter<W> {
    /// Creates an emitter that writes to `writer`; `tool` is the compiler that reports the diagnostics.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        Self { output: Output::new(writer), tool: tool.clone(), is_ci_log: false }
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

impl<W: Write> Emitter for GccEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.output.write(diagnostic, draw(sources, &self.tool, self.is_ci_log))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.output.write_all(entries, draw(sources, &self.tool, self.is_ci_log))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

fn draw(sources: &SourceMap, tool: &Tool, is_ci_log: bool) -> impl Draw {
    move |_, diagnostic, out| {
        let start = out.len();
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let place = match (checked.primary(), checked.whole_file) {
            (Some(primary), _) => place(primary.at),
            (None, Some(file)) => path(file.path()),
            (None, None) => text::one_line(tool.name()).into_owned(),
        };
        Lines { checked: &checked, place, out: &mut *out }.write()?;
        if is_ci_log {
            log_commands::disarm(out, start);
        }
        Ok(())
    }
}

/// Returns a path as one line. A prefix keeps one that begins with a blank, a colon or the word of a severity from being
/// taken for something else.
fn path(path: &str) -> String {
    let path = text::one_line(path);
    let is_other = ["fatal error:", "error:", "warning:", "note:", ":"]
        .iter()
        .any(|start| path.starts_with(start));
    let prefix = if is_other || path.trim_start() != path { "./" } else { "" };
    format!("{prefix}{path}")
}

/// Returns `path:line:col`, or the path alone if the line is unknown.
fn place(at: ResolvedSpan<'_>) -> String {
    let path = path(at.file.path());
    match at.partial_location(ColumnUnit::Char).position {
        Some((line, col)) => format!("{path}:{line}:{col}"),
        None => path,
    }
}

/// The maximum number of items of each list. The rest is counted.
const MAX_ITEMS: usize = 20;

/// Writes the lines of one diagnostic.
struct Lines<'a, 'o> {
    checked: &'a CheckedDiagnostic<'a>,
    /// Where notes without a location of their own are.
    place: String,
    out: &'o mut Vec<u8>,
}

impl Lines<'_, '_> {
    fn write(&mut self) -> io::Result<()> {
        let diagnostic = self.checked.diagnostic;
        let severity = match diagnostic.severity() {
            Severity::Fatal => "fatal error",
            other => other.as_str(),
        };
        let message = text::one_line(diagnostic.message());
        write!(self.out, "{}: {severity}: {message}", self.place)?;
        if let Some(code) = diagnostic.code() {
            write!(self.out, " [{code}]")?;
        }
        self.out.push(b'\n');
        if let Some(message) = self.checked.primary().and_then(|label| label.label.message()) {
            self.note(None, message)?;
        }
        self.list("label", self.checked.related(), Self::label)?;
        if let Some(help) = diagnostic.help() {
            self.note(None, &format!("help: {help}"))?;
        }
        self.list("note", self.checked.notes(), |lines, note| lines.note(None, &note))?;
        self.list("step", self.checked.trace.iter(), |lines, step| {
            lines.note(step.at, step_message(step.step))
        })?;
        self.list("message", self.checked.children.iter(), Self::child)?;
        let suggestions = self.checked.suggestions.iter();
        self.list("suggestion", suggestions, |lines, suggestion| lines.suggestion(suggestion))
    }

    /// `src/shapes.vitte:2:9: note: the bound`
    fn note(&mut self, at: Option<ResolvedSpan<'_>>, message: &str) -> io::Result<()> {
        let place = at.map_or(Cow::Borrowed(&*self.place), |at| place(at).into());
        writeln!(self.out, "{place}: note: {}", text::one_line(message))
    }

    fn label(&mut self, label: &ResolvedLabel<'_>) -> io::Result<()> {
        self.note(Some(label.at), label.label.message().unwrap_or("here"))
    }

    /// Writes a child at its first label, then its other labels.
    fn child(&mut self, checked: &CheckedChild<'_>) -> io::Result<()> {
        let (level, message) = (checked.child.level().as_str(), checked.child.message());
        let (first, others) = checked
            .labels
            .split_first()
            .map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
        let label = first.and_then(|first| first.label.message()).filter(|label| *label != message);
        let parts =
            [(level != "note").then_some(level), Some(message).filter(|m| !m.is_empty()), label];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(": ");
        self.note(first.map(|first| first.at), if text.is_empty() { "here" } else { &text })?;
        self.list("label", others.iter(), Self::label)?;
        self.list("suggestion", checked.suggestions.iter(), |lines, one| lines.suggestion(one))
    }

    /// Writes a suggestion where its first edit is, then its alternatives.
    fn suggestion(&mut self, suggestion: &Suggestion) -> io::Result<()> {
        let span = suggestion.edits().first().map(|edit| edit.span());
        let sources = self.checked.sources;
        let at = span
            .and_then(|span| Some(ResolvedSpan { file: sources.file(span.file()).ok()?, span }));
        self.note(at, &format!("help: {}", suggestion.message()))?;
        if !suggestion.has_alternatives() {
            return Ok(());
        }
        let choices = check::choices(sources, suggestion);
        self.list("alternative", choices.iter(), |lines, choice| {
            lines.note(at, &format!("help: {choice}"))
        })
    }

    /// Writes the first [`MAX_ITEMS`] items, and how many more there are.
    fn list<T>(
        &mut self,
        noun: &str,
        mut items: impl Iterator<Item = T>,
        write: impl Fn(&mut Self, T) -> io::Result<()>,
    ) -> io::Result<()> {
        items.by_ref().take(MAX_ITEMS).try_for_each(|item| write(self, item))?;
        match items.count() {
            0 => Ok(()),
            more => self.note(None, &format!("and {}", text::more(noun, more))),
        }
    }
}

impl<W: Write> FromOptions<W> for GccEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self::new(writer, &options.tool).with_ci_log(options.terminal.is_ci_log)
    }
}
