//! Sentences for people who hear a screen reader: every place in words, nothing drawn.
//!
//! ```text
//! Error E0011: this `if` has no `.end`
//! In shapes.vitte, line 8, column 3: this line opens a block
//!   The line is: if side < 0.0
//! Also in line 10, column 3: `.end` was expected before this
//!   The line is: ret side * side
//! Help: add `.end` where the block ends
//! Suggestion: add `.end`
//!   After line 9, insert the line "  .end"
//! Backtrace: in vittec::close, line 77, column 13 of src/blocks.rs
//!   Called by vittec::main, line 63, column 1 of src/main.rs
//! ```

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::io::{self, Write};

use super::Emitter;
use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use crate::bag::Entry;
use crate::check::{Checked, Resolved};
use crate::model::{
    Backtrace, BacktraceLine, Diagnostic, Edit, FileId, Frame, FrameLocation, Severity,
};
use crate::source::{ColumnUnit, Location, SourceFile, SourceMap};
use crate::text;

/// Writes sentences, one a line; an empty line stands between two diagnostics. Lines and columns are
/// 1-based, columns are characters. Lines of source are cut after 200 characters. Of a backtrace the first
/// ten calls outside of the runtime are told.
#[derive(Clone, Debug)]
pub struct NarratedEmitter<W> {
    output: Output<W>,
}

impl<W: Write> NarratedEmitter<W> {
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

/// The most labels that are told of one diagnostic.
const MOST_LABELS: usize = 100;
/// The most edits that are told of one suggestion.
const MOST_EDITS: usize = 20;
/// The most notes that are told.
const MOST_NOTES: usize = 100;
/// The most calls that are told.
const MOST_CALLS: usize = 10;
/// The most characters of a source line that are told.
const MOST_CHARACTERS: usize = 200;

impl<W: Write> Emitter for NarratedEmitter<W> {
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
    |is_first, diagnostic, out| {
        if !is_first {
            out.push(b'\n');
        }
        let mut narration = Narration { out, file: None, line: None };
        narration.tell(sources, &Checked::new(sources, diagnostic));
        Ok(())
    }
}

struct Narration<'o> {
    out: &'o mut Vec<u8>,
    /// The file and the line that were told last.
    file: Option<FileId>,
    line: Option<(FileId, u32)>,
}

impl Narration<'_> {
    fn tell(&mut self, sources: &SourceMap, checked: &Checked<'_>) {
        let diagnostic = checked.diagnostic;
        let severity = match diagnostic.severity() {
            Severity::Note => "Note",
            Severity::Warning => "Warning",
            Severity::Error => "Error",
            Severity::Fatal => "Fatal error",
        };
        self.sentence(format_args!("{severity} {}", diagnostic.code()), diagnostic.message());
        for (index, label) in checked.labels.iter().take(MOST_LABELS).enumerate() {
            self.label(label, if index == 0 { "In" } else { "Also in" });
        }
        let more = checked.labels.len().saturating_sub(MOST_LABELS);
        if more > 0 {
            self.sentence("Also", &text::more("label", more));
        }
        if let Some(help) = diagnostic.help() {
            self.sentence("Help", help);
        }
        let notes: Vec<_> = checked.notes().collect();
        notes.iter().take(MOST_NOTES).for_each(|note| self.sentence("Note", note));
        let more = notes.len().saturating_sub(MOST_NOTES);
        if more > 0 {
            self.sentence("Also", &text::more("note", more));
        }
        for suggestion in &checked.suggestions {
            self.sentence("Suggestion", suggestion.message());
            for edit in suggestion.edits().iter().take(MOST_EDITS) {
                self.edit(sources, edit);
            }
            let more = suggestion.edits().len().saturating_sub(MOST_EDITS);
            if more > 0 {
                self.line(format_args!("  And {}", text::more("edit", more)));
            }
        }
        if let Some(backtrace) = diagnostic.backtrace() {
            self.backtrace(backtrace);
        }
    }

    /// A beginning and the lines of a text, the further ones indented.
    fn sentence(&mut self, beginning: impl Display, rest: &str) {
        // Writing to memory cannot fail.
        _ = write!(self.out, "{beginning}");
        let mut before = ": ";
        for line in text::lines(rest, 4) {
            self.out.extend_from_slice(before.as_bytes());
            let is_first = before == ": ";
            let line = if is_first { line } else { text::further_line(line) };
            self.out.extend_from_slice(line.as_bytes());
            before = "\n  ";
        }
        self.out.push(b'\n');
    }

    fn line(&mut self, line: impl Display) {
        // Writing to memory cannot fail.
        _ = writeln!(self.out, "{line}");
    }

    fn place<'a>(&mut self, file: &SourceFile, at: Location<'a>) -> Place<'a> {
        let with_path = self.file.replace(file.id()) != Some(file.id());
        Place { at, with_path }
    }

    fn label(&mut self, label: &Resolved<'_>, beginning: &str) {
        let at = label.location(ColumnUnit::Char);
        let place = self.place(label.file, at);
        let message = label.label.message().unwrap_or("here");
        match label.last_line() {
            last if last > at.line => {
                self.sentence(format_args!("{beginning} {place}, to line {last}"), message);
            }
            _ => self.sentence(format_args!("{beginning} {place}"), message),
        }
        let text = line_of(label.file, at.line);
        let line = Some((label.file.id(), at.line));
        let is_new = std::mem::replace(&mut self.line, line) != line;
        if is_new && !text.is_empty() {
            self.sentence("  The line is", &text);
        }
    }

    fn edit(&mut self, sources: &SourceMap, edit: &Edit) {
        let Ok(file) = sources.file(edit.span().file()) else { return };
        let at = file.location(edit.span().lo(), ColumnUnit::Char);
        let is_new = self.file != Some(file.id());
        let place = self.place(file, at);
        let file_name =
            if is_new { format!(" of {}", text::one_line(at.path)) } else { String::new() };
        let line = format!("line {}{file_name}", at.line);
        let old = match file.text().get(edit.span().range()) {
            Some(old) if !file.is_unavailable() => quoted(old),
            _ => "what stands there".to_owned(),
        };
        let new = edit.text();
        let length = file.line(at.line).unwrap_or_default().chars().count();
        let at_end = at.col as usize > length;
        let sentence = match (edit.span().is_empty(), new.is_empty()) {
            (true, _) if at_end && !file.is_unavailable() && new.starts_with(['\n', '\r']) => {
                format!("After {line}, insert the line {}", quoted_line(new))
            }
            (true, _) if at.col == 1 && new.ends_with('\n') => {
                format!("Before {line}, insert the line {}", quoted_line(new))
            }
            (true, _) => format!("In {place}, insert {}", quoted(new)),
            (false, true) => format!("In {place}, remove {old}"),
            (false, false) => {
                format!("In {place}, write {} in the place of {old}", quoted(new))
            }
        };
        self.line(format_args!("  {sentence}"));
    }

    /// The first calls outside of the runtime.
    fn backtrace(&mut self, backtrace: &Backtrace) {
        let mut lines =
            backtrace.lines(false).filter(|line| !matches!(line, BacktraceLine::Runtime(_)));
        let mut beginning = ("Backtrace:", "in");
        for line in lines.by_ref().take(MOST_CALLS) {
            let (before, by) = beginning;
            match line {
                BacktraceLine::Frame(_, frame) => {
                    self.line(format_args!("{before} {by} {}", call(frame)));
                }
                BacktraceLine::Omitted(frame) => {
                    self.line(format_args!("{before} {}", frame.text().trim_matches(['.', ' '])));
                }
                BacktraceLine::Repeated(count) => {
                    self.line(format_args!("  and that {count} times more"));
                }
                BacktraceLine::Runtime(_) => {}
            }
            beginning = (" ", "Called by");
        }
        let more = lines.filter(|line| matches!(line, BacktraceLine::Frame(..))).count();
        if more > 0 {
            self.line(format_args!("  And {}", text::more("call", more)));
        }
    }
}

/// A call in words.
fn call(frame: &Frame) -> String {
    let function = shortened(frame.function());
    if let Some(FrameLocation { file, line, col }) = frame.location() {
        let column = col.map(|col| format!(", column {col}")).unwrap_or_default();
        return format!("{function}, line {line}{column} of {}", shortened(file));
    }
    match frame.module() {
        Some((module, _)) => format!("{function}, in {}", shortened(module)),
        None => function.into_owned(),
    }
}

/// A place in words.
struct Place<'a> {
    at: Location<'a>,
    with_path: bool,
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.with_path {
            write!(f, "{}, ", text::one_line(self.at.path))?;
        }
        write!(f, "line {}, column {}", self.at.line, self.at.col)
    }
}

/// A line of a file in a form that can be told.
fn line_of(file: &SourceFile, line: u32) -> Cow<'_, str> {
    shortened(file.line(line).unwrap_or_default().trim())
}

/// A text of an edit, in quotes; white space alone is named.
fn quoted(text: &str) -> String {
    match text.trim() {
        "" if text.contains('\n') => "an end of a line".to_owned(),
        "" => "white space".to_owned(),
        trimmed => format!("\"{}\"", shortened(trimmed)),
    }
}

/// A whole line, or several, in quotes: with the blanks that it begins with.
fn quoted_line(text: &str) -> String {
    format!("\"{}\"", shortened(text.trim_matches(['\n', '\r'])))
}

/// What of a text is looked at, so that a very long one costs no more: one character more than is told.
fn beginning(text: &str) -> &str {
    let end = text.char_indices().nth(MOST_CHARACTERS + 1).map(|(end, _)| end);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// What of a text is told, on one line.
fn shortened(text: &str) -> Cow<'_, str> {
    let text = text::one_line(beginning(text));
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}, and more", text.get(..end).unwrap_or_default()).into(),
        None => text,
    }
}

impl<W: Write> FromOptions<W> for NarratedEmitter<W> {
    fn from_options(writer: W, _setup: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}
