//! Sentences for users of screen readers: locations are in words, nothing is drawn.
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
use crate::check::{CheckedDiagnostic, ResolvedLabel};
use crate::model::{
    Backtrace, BacktraceLine, Diagnostic, Edit, FileId, Frame, FrameLocation, Severity,
};
use crate::source::{ColumnUnit, Location, SourceFile, SourceMap};
use crate::text;

/// Writes one sentence per line; an empty line separates two diagnostics. Lines and columns are 1-based, columns
/// count characters. Lines of source are cut after 200 characters. Only the first ten frames of a backtrace
/// are written, without runtime frames.
#[derive(Clone, Debug)]
pub struct NarratedEmitter<W> {
    output: Output<W>,
}

impl<W: Write> NarratedEmitter<W> {
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

/// The maximum number of labels of one diagnostic.
const MAX_LABELS: usize = 100;
/// The maximum number of edits of one suggestion.
const MAX_EDITS: usize = 20;
/// The maximum number of notes of one diagnostic.
const MAX_NOTES: usize = 100;
/// The maximum number of backtrace lines, without those of runtime frames.
const MAX_FRAMES: usize = 10;
/// The maximum length of quoted text, such as a source line, in characters.
const MAX_TEXT_CHARS: usize = 200;

impl<W: Write> Emitter for NarratedEmitter<W> {
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
    |is_first, diagnostic, out| {
        if !is_first {
            out.push(b'\n');
        }
        let mut narrator = Narrator { out, file: None, line: None };
        narrator.diagnostic(sources, &CheckedDiagnostic::new(sources, diagnostic));
        Ok(())
    }
}

/// Writes the sentences of one diagnostic.
struct Narrator<'o> {
    out: &'o mut Vec<u8>,
    /// The file of the last sentence; its path is not repeated.
    file: Option<FileId>,
    /// The line that was quoted last; it is not quoted again.
    line: Option<(FileId, u32)>,
}

impl Narrator<'_> {
    fn diagnostic(&mut self, sources: &SourceMap, checked: &CheckedDiagnostic<'_>) {
        let diagnostic = checked.diagnostic;
        let severity = match diagnostic.severity() {
            Severity::Note => "Note",
            Severity::Warning => "Warning",
            Severity::Error => "Error",
            Severity::Fatal => "Fatal error",
        };
        match diagnostic.code() {
            Some(code) => self.sentence(format_args!("{severity} {code}"), diagnostic.message()),
            None => self.sentence(severity, diagnostic.message()),
        }
        for (index, label) in checked.labels.iter().take(MAX_LABELS).enumerate() {
            self.label(label, if index == 0 { "In" } else { "Also in" });
        }
        let more = checked.labels.len().saturating_sub(MAX_LABELS);
        if more > 0 {
            self.sentence("Also", &text::more("label", more));
        }
        if let Some(help) = diagnostic.help() {
            self.sentence("Help", help);
        }
        let notes: Vec<_> = checked.notes().collect();
        notes.iter().take(MAX_NOTES).for_each(|note| self.sentence("Note", note));
        let more = notes.len().saturating_sub(MAX_NOTES);
        if more > 0 {
            self.sentence("Also", &text::more("note", more));
        }
        for suggestion in checked.all_suggestions() {
            self.sentence("Suggestion", suggestion.message());
            for edit in suggestion.edits().iter().take(MAX_EDITS) {
                self.edit(sources, edit);
            }
            let more = suggestion.edits().len().saturating_sub(MAX_EDITS);
            if more > 0 {
                self.line(format_args!("  And {}", text::more("edit", more)));
            }
        }
        if let Some(backtrace) = diagnostic.backtrace() {
            self.backtrace(backtrace);
        }
    }

    /// Writes `{start}: {text}`; further lines of the text are indented.
    fn sentence(&mut self, start: impl Display, text: &str) {
        // Writing to memory cannot fail.
        _ = write!(self.out, "{start}");
        let mut before = ": ";
        for line in text::lines(text, 4) {
            self.out.extend_from_slice(before.as_bytes());
            let is_first = before == ": ";
            let line = if is_first { line } else { text::escape_workflow_command(line) };
            self.out.extend_from_slice(line.as_bytes());
            before = "\n  ";
        }
        self.out.push(b'\n');
    }

    fn line(&mut self, line: impl Display) {
        // Writing to memory cannot fail.
        _ = writeln!(self.out, "{line}");
    }

    fn location<'a>(&mut self, file: &SourceFile, at: Location<'a>) -> LocationInWords<'a> {
        let with_path = self.file.replace(file.id()) != Some(file.id());
        LocationInWords { at, with_path }
    }

    fn label(&mut self, label: &ResolvedLabel<'_>, start: &str) {
        let at = label.location(ColumnUnit::Char);
        let location = self.location(label.file, at);
        let message = label.label.message().unwrap_or("here");
        match label.last_line() {
            last if last > at.line => {
                self.sentence(format_args!("{start} {location}, to line {last}"), message);
            }
            _ => self.sentence(format_args!("{start} {location}"), message),
        }
        let text = trimmed_line(label.file, at.line);
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
        let location = self.location(file, at);
        let of_file =
            if is_new { format!(" of {}", text::one_line(at.path)) } else { String::new() };
        let line = format!("line {}{of_file}", at.line);
        let old = match file.text().get(edit.span().range()) {
            Some(old) if !file.is_unavailable() => quoted(old),
            _ => "the existing text".to_owned(),
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
            (true, _) => format!("In {location}, insert {}", quoted(new)),
            (false, true) => format!("In {location}, remove {old}"),
            (false, false) => format!("In {location}, replace {old} with {}", quoted(new)),
        };
        self.line(format_args!("  {sentence}"));
    }

    /// Writes the first frames, without those of the runtime.
    fn backtrace(&mut self, backtrace: &Backtrace) {
        let mut lines =
            backtrace.lines(false).filter(|line| !matches!(line, BacktraceLine::Runtime(_)));
        let (mut before, mut verb) = ("Backtrace:", "in");
        for line in lines.by_ref().take(MAX_FRAMES) {
            match line {
                BacktraceLine::Frame(_, frame) => {
                    self.line(format_args!("{before} {verb} {}", frame_in_words(frame)));
                }
                BacktraceLine::Omitted(frame) => {
                    let omitted = frame.text().trim_matches(['[', '.', ' ', ']']);
                    self.line(format_args!("{before} {omitted}"));
                }
                BacktraceLine::Repeated(count) => {
                    self.line(format_args!("  repeated {count} more times"));
                }
                BacktraceLine::Runtime(_) => {}
            }
            (before, verb) = (" ", "Called by");
        }
        let more = lines.filter(|line| matches!(line, BacktraceLine::Frame(..))).count();
        if more > 0 {
            self.line(format_args!("  And {}", text::more("frame", more)));
        }
    }
}

/// Returns the function of a frame and its location, in words.
fn frame_in_words(frame: &Frame) -> String {
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

/// Displays `path, line 1, column 2`, or without the path.
struct LocationInWords<'a> {
    at: Location<'a>,
    with_path: bool,
}

impl Display for LocationInWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.with_path {
            write!(f, "{}, ", text::one_line(self.at.path))?;
        }
        write!(f, "line {}, column {}", self.at.line, self.at.col)
    }
}

/// Returns the text of a line without surrounding whitespace, shortened.
fn trimmed_line(file: &SourceFile, line: u32) -> Cow<'_, str> {
    shortened(file.line(line).unwrap_or_default().trim())
}

/// Returns the old or new text of an edit in quotes. Text of whitespace only is described, because a screen reader
/// would not read it.
fn quoted(text: &str) -> String {
    match text.trim() {
        "" if text.contains('\n') => "a line break".to_owned(),
        "" => "whitespace".to_owned(),
        trimmed => format!("\"{}\"", shortened(trimmed)),
    }
}

/// Returns one or more whole lines in quotes, with their indentation.
fn quoted_line(text: &str) -> String {
    format!("\"{}\"", shortened(text.trim_matches(['\n', '\r'])))
}

/// Returns the start of `text`, one character longer than the limit of [`shortened`], so that the cost of a very
/// long string is bounded.
fn text_start(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_TEXT_CHARS + 1).map(|(end, _)| end);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Returns `text` on one line, cut after [`MAX_TEXT_CHARS`].
fn shortened(text: &str) -> Cow<'_, str> {
    let text = text::one_line(text_start(text));
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((end, _)) => format!("{}, and more", text.get(..end).unwrap_or_default()).into(),
        None => text,
    }
}

impl<W: Write> FromOptions<W> for NarratedEmitter<W> {
    fn from_options(writer: W, _options: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}
