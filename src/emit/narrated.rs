//! Sentences for users of screen readers: locations are in words, nothing is drawn.
//!
//! ```text
//! Error E0011: this `if` has no `.end`
//! In shapes.vitte, line 8, column 3, the text "if": this opens a block
//!   The line is: if side < 0.0
//! Also in line 10, column 3, the whole line: `.end` was expected before this
//!   The line is: ret side * side
//! Help: add `.end` where the block ends
//! Trace: in this expansion of `close!`, in line 4, column 1, to line 5, column 9
//! Note: the function begins here
//!   In line 6, column 4, the text "area": here
//!     The line is: fn area(side: num) -> num
//! Suggestion: add `.end`
//!   After line 9, insert the line "  .end"
//!   Or: before line 10, insert the line "  .end"
//! Backtrace: in vittec::close, line 77, column 13 of src/blocks.rs
//!   Called by vittec::main, line 63, column 1 of src/main.rs
//! ```

mod extent;
mod suggestion;

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::io::{self, Write};

use extent::extent;

use super::Emitter;
use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use super::step_message::step_message;
use crate::bag::Entry;
use crate::check::{CheckedChild, CheckedDiagnostic, CheckedStep, ResolvedLabel};
use crate::model::{
    Backtrace, BacktraceLine, ChildLevel, Diagnostic, FileId, Frame, FrameLocation, Severity,
};
use crate::source::{ColumnUnit, PartialLocation, SourceFile, SourceMap};
use crate::terminal::log_commands;
use crate::text;

/// Writes one sentence per line; an empty line separates two diagnostics. Lines and columns are 1-based, columns
/// count characters. What a label covers is quoted, or both of its ends are reported if it is longer than 60
/// characters or has several lines. Lines of source are cut after 200 characters. Only the first ten frames of a backtrace
/// are written, without runtime frames, and at most ten steps of a trace.
#[derive(Clone, Debug)]
pub struct NarratedEmitter<W> {
    output: Output<W>,
    is_ci_log: bool,
}

impl<W: Write> NarratedEmitter<W> {
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

/// The maximum number of labels of one diagnostic or child.
const MAX_LABELS: usize = 100;
/// The maximum number of notes of one diagnostic, and of its children.
const MAX_NOTES: usize = 100;
/// The maximum number of steps at the start and at the end of a trace.
const MAX_STEPS: (usize, usize) = (7, 3);
/// The maximum number of backtrace lines, without those of runtime frames.
const MAX_FRAMES: usize = 10;
/// The maximum length of quoted text, such as a source line, in characters.
const MAX_TEXT_CHARS: usize = 200;

impl<W: Write> Emitter for NarratedEmitter<W> {
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
    move |is_first, diagnostic, out| {
        if !is_first {
            out.push(b'\n');
        }
        let start = out.len();
        let mut narrator = Narrator { out: &mut *out, file: None, line: None };
        narrator.diagnostic(sources, &CheckedDiagnostic::new(sources, diagnostic));
        if is_ci_log {
            log_commands::disarm(out, start);
        }
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
        if let Some(file) = checked.whole_file {
            self.file = Some(file.id());
            self.sentence(format_args!("In {}", text::one_line(file.path())), "the whole file");
        }
        self.labels(&checked.labels, "");
        if let Some(help) = diagnostic.help() {
            self.sentence("Help", help);
        }
        let notes: Vec<_> = checked.notes().collect();
        notes.iter().take(MAX_NOTES).for_each(|note| self.sentence("Note", note));
        self.more("Also", "note", notes.len().saturating_sub(MAX_NOTES));
        self.trace(&checked.trace);
        for child in checked.children.iter().take(MAX_NOTES) {
            self.child(sources, child);
        }
        self.more("Also", "note", checked.children.len().saturating_sub(MAX_NOTES));
        for suggestion in &checked.suggestions {
            self.suggestion(sources, suggestion);
        }
        if let Some(backtrace) = diagnostic.backtrace() {
            self.backtrace(backtrace);
        }
    }

    /// Writes labels, the first of which is the location of the whole.
    fn labels(&mut self, labels: &[ResolvedLabel<'_>], indent: &str) {
        for (index, label) in labels.iter().take(MAX_LABELS).enumerate() {
            let start = if index == 0 { "In" } else { "Also in" };
            self.label(label, indent, start);
        }
        self.more(format_args!("{indent}Also"), "label", labels.len().saturating_sub(MAX_LABELS));
    }

    fn child(&mut self, sources: &SourceMap, checked: &CheckedChild<'_>) {
        let level = match checked.child.level() {
            ChildLevel::Note => "Note",
            ChildLevel::Help => "Help",
            ChildLevel::Warning => "Warning",
            ChildLevel::Error => "Error",
        };
        self.sentence(level, checked.child.message());
        self.labels(&checked.labels, "  ");
        for suggestion in &checked.suggestions {
            self.suggestion(sources, suggestion);
        }
    }

    /// Writes the first and the last steps.
    fn trace(&mut self, steps: &[CheckedStep<'_>]) {
        let (first, last) = MAX_STEPS;
        let omitted = steps.len().saturating_sub(first + last);
        for (index, checked) in steps.iter().enumerate() {
            let start = if index == 0 { "Trace" } else { "  Then" };
            match index.checked_sub(first) {
                Some(0) if omitted > 0 => {
                    let verb = if omitted == 1 { "is" } else { "are" };
                    let steps = text::plural("step", omitted);
                    self.line(format_args!("  {omitted} {steps} {verb} omitted"));
                }
                Some(after) if after < omitted => {}
                _ => self.step(checked, start),
            }
        }
    }

    fn step(&mut self, checked: &CheckedStep<'_>, start: &str) {
        let message = step_message(checked.step);
        match checked.at {
            Some(at) => {
                let location = self.location(at.file, at.partial_location(ColumnUnit::Char));
                self.sentence(start, &format!("{message}, in {location}{}", extent(&at)));
            }
            None => self.sentence(start, message),
        }
    }

    /// Writes the number of omitted items, if there are any.
    fn more(&mut self, start: impl Display, noun: &str, count: usize) {
        if count > 0 {
            self.sentence(start, &text::more(noun, count));
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

    fn location<'a>(&mut self, file: &SourceFile, at: PartialLocation<'a>) -> LocationInWords<'a> {
        let is_new = self.file.replace(file.id()) != Some(file.id());
        let with_path = is_new || at.position.is_none();
        LocationInWords { at, with_path }
    }

    fn label(&mut self, label: &ResolvedLabel<'_>, indent: &str, start: &str) {
        let at = label.partial_location(ColumnUnit::Char);
        let location = self.location(label.file, at);
        let message = label.label.message().unwrap_or("here");
        let extent = extent(&label.at);
        self.sentence(format_args!("{indent}{start} {location}{extent}"), message);
        let Some((line, _)) = at.position else { return };
        let text = trimmed_line(label.file, line);
        let line = Some((label.file.id(), line));
        let is_new = std::mem::replace(&mut self.line, line) != line;
        if is_new && !text.is_empty() {
            self.sentence(format_args!("{indent}  The line is"), &text);
        }
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
                    self.line(format_args!("  repeated {}", text::more("time", count)));
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

/// Displays `path, line 1, column 2`, or one of the two.
struct LocationInWords<'a> {
    at: PartialLocation<'a>,
    with_path: bool,
}

impl Display for LocationInWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.with_path {
            f.write_str(&text::one_line(self.at.path))?;
        }
        let separator = if self.with_path { ", " } else { "" };
        self.at
            .position
            .map_or(Ok(()), |(line, col)| write!(f, "{separator}line {line}, column {col}"))
    }
}

/// Returns the text of a line without surrounding whitespace, shortened.
fn trimmed_line(file: &SourceFile, line: u32) -> Cow<'_, str> {
    let range = file.line_range(line).unwrap_or_default();
    let start = file.visible_in(&range);
    let rest = file.text().get(start..range.end).unwrap_or_default();
    let head = text_start(rest);
    let has_more = file.visible_in(&(start + head.len()..range.end)) < range.end;
    shortened(if has_more { rest } else { head.trim_end() })
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
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self::new(writer).with_ci_log(options.terminal.is_ci_log)
    }
}
