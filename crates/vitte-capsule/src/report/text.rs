//! A report as text for a terminal.

mod breadcrumbs;
mod contexts;
mod head;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use contexts::{context_line, variable_line};
use vitte_diag::{Backtrace, BacktraceStyle, FoldedFrames, FrameLine, FrameLineOptions, text};

use super::shell::shell_command;
use super::{ContextEntry, CrashReport, CrashThread};

/// Width in cells at which lines are wrapped.
const WIDTH: usize = 100;

/// The maximum number of lines of the backtrace of a thread that did not crash.
const MAX_OTHER_FRAMES: usize = 5;

/// The maximum number of breadcrumbs, unless the report is full.
const MAX_BREADCRUMBS: usize = 10;

/// The width of a line of registers, in cells.
const REGISTERS_WIDTH: usize = 80;

impl CrashReport {
    /// Returns the report as text. Control characters are escaped, so it is safe to print. If `full` is true, nothing is
    /// wrapped or cut, except what is longer than any crash handler records. Otherwise lines have 100 columns, long values
    /// of variables are cut, frames of libraries are folded, and only the newest breadcrumbs and the first frames of threads
    /// that did not crash are shown.
    ///
    /// ```text
    /// crash report 2025-10-22T13-05-42-123-9f8e7d6c
    ///
    /// time:      2025-10-22T13:05:42.123Z
    /// program:   vittec 0.1.0
    /// system:    linux, x86_64
    /// thread:    main
    /// code:      F0001
    /// kind:      panic
    /// location:  src/parser.rs:12:5
    /// message:   attempt to subtract with overflow
    ///
    /// contexts, innermost first:
    ///   - typeck (fn: area) at src/shapes.vitte:3:4
    ///       scope = ["side","area"]
    ///
    /// backtrace, innermost first:
    ///      2 frames of std, called by
    ///   2: vittec::parser::close  src/parser.rs:12:5
    ///   3: vittec::main           src/main.rs:40:9
    /// ```
    #[must_use]
    pub fn to_text(&self, full: bool) -> String {
        let mut text = ReportText::default();
        let id = if self.id.is_empty() { "(not stored)" } else { &self.id };
        text.line(&format!("crash report {}", text::one_line(id)));
        text.summary(&self.summary(), full);
        text.section("contexts, innermost first", &self.contexts, |text, entry| {
            text.context(entry, "  ", full);
        });
        let frames = self.backtrace.frames();
        if !frames.is_empty() {
            text.heading("backtrace, innermost first");
            text.frames(&self.backtrace, "  ", full, frames.len());
        }
        text.breadcrumbs(self, full);
        if !self.registers.is_empty() {
            text.heading("registers");
            text.registers(self);
        }
        let mut crashed = self.crashed_thread();
        text.section("threads, crashed thread first", &self.threads, |text, thread| {
            text.thread(thread, crashed.take().is_some(), full);
        });
        text.finish()
    }

    /// Returns the rows of the summary. An unknown value is an empty string.
    fn summary(&self) -> Vec<(&'static str, String)> {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        let mut rows = vec![
            ("time", self.timestamp.clone()),
            ("program", joined(&[&self.program, &self.version], " ")),
            ("build", optional(&self.build)),
            ("commit", optional(&self.commit)),
            ("command", shell_command(&self.args)),
            ("system", joined(&[&self.system.os, &self.system.arch], ", ")),
            ("deployment", optional(&self.deployment)),
            ("session", self.session.clone()),
            ("process", self.process.map(|process| process.to_string()).unwrap_or_default()),
            ("test", optional(&self.test)),
            ("thread", self.thread.clone()),
            ("code", self.code.to_string()),
            ("kind", self.kind().to_string()),
            ("signal", optional(&self.signal)),
            ("address", optional(&self.address)),
            ("location", optional(&self.location)),
            ("message", self.message.clone()),
        ];
        rows.extend(self.notes.iter().map(|note| ("note", note.clone())));
        rows
    }
}

/// Joins the parts that are not empty.
fn joined(parts: &[&str], separator: &str) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(separator)
}

/// Collects lines of text, and escapes commands of a CI log in them.
#[derive(Default)]
struct ReportText {
    out: String,
    lines: usize,
}

/// The maximum number of lines; the backtraces of 2,000 threads have fewer.
const MAX_LINES: usize = 200_000;

impl ReportText {
    /// Adds a line. `line` must not have control characters; a command of a CI log at its start is escaped.
    fn line(&mut self, line: &str) {
        self.lines += 1;
        if self.lines > MAX_LINES {
            return;
        }
        self.out.push_str(&text::escape_workflow_command(line.into()));
        self.out.push('\n');
    }

    /// Returns the text, with a line that counts those that are omitted.
    fn finish(mut self) -> String {
        let more = self.lines.saturating_sub(MAX_LINES);
        if more > 0 {
            _ = writeln!(self.out, "... and {}", text::more("line", more));
        }
        self.out
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        self.line(&format!("{heading}:"));
    }

    /// Adds a heading and the entries below it, unless there are none.
    fn section<T>(&mut self, heading: &str, entries: &[T], mut add: impl FnMut(&mut Self, &T)) {
        if !entries.is_empty() {
            self.heading(heading);
            entries.iter().for_each(|entry| add(self, entry));
        }
    }

    /// Adds a context with its variables.
    fn context(&mut self, entry: &ContextEntry, indent: &str, full: bool) {
        self.line(&format!("{indent}- {}", context_line(entry)));
        for variable in &entry.variables {
            self.line(&format!("{indent}    {}", variable_line(variable, full)));
        }
    }

    /// Adds the rows whose value is not empty. The values are aligned and, unless `full` is true, wrapped.
    fn summary(&mut self, rows: &[(&str, String)], full: bool) {
        let rows = rows.iter().filter(|(_, text)| !text.is_empty());
        let indent = rows.clone().map(|(name, _)| name.len()).max().unwrap_or_default() + 3;
        self.line("");
        for (name, text) in rows {
            let name = format!("{name}:");
            let (text, more) = head::of_text(text);
            let block = text::wrap(text, 4, if full { usize::MAX } else { WIDTH - indent });
            for (index, line) in block.lines().chain(more.as_deref()).enumerate() {
                let name = if index == 0 { &name } else { "" };
                self.line(format!("{name:indent$}{line}").trim_end_matches(' '));
            }
        }
    }

    /// Adds the first frames of a backtrace, numbered as in the full one.
    fn frames(&mut self, backtrace: &Backtrace, indent: &str, full: bool, max_lines: usize) {
        let last = backtrace.frames().len().saturating_sub(1);
        let digits = last.max(1).ilog10() as usize + 1;
        if full {
            for (number, frame) in backtrace.frames().iter().enumerate() {
                let text = head::line(frame.text());
                self.line(&format!("{indent}{number:digits$}: {text}"));
            }
            return;
        }
        let folded = FoldedFrames::new(backtrace);
        if let Some(heading) = folded.heading() {
            self.line(&format!("{indent}{:digits$}  {}", "", text::one_line(&heading)));
        }
        let mut options = FrameLineOptions::new(BacktraceStyle::Short, WIDTH - indent.len());
        options.max_lines = max_lines;
        for FrameLine { index, text, gap, location, .. } in folded.lines(options) {
            let number = index.map_or(String::new(), |index| format!("{index}:"));
            let width = digits + 1;
            self.line(&format!("{indent}{number:>width$} {text}{:gap$}{location}", ""));
        }
    }

    fn breadcrumbs(&mut self, report: &CrashReport, full: bool) {
        let max = if full { usize::MAX } else { MAX_BREADCRUMBS };
        let lines = report.breadcrumb_lines(max);
        let omitted = report.breadcrumbs.len() - lines.len();
        if lines.is_empty() {
            return;
        }
        self.heading("breadcrumbs, oldest first");
        if omitted > 0 {
            self.line(&format!("  ... {omitted} older {} omitted", text::plural("one", omitted)));
        }
        lines.iter().for_each(|line| self.line(&format!("  {line}")));
    }

    /// Adds the registers in columns, sorted by name and number: `r9` before `r10`.
    fn registers(&mut self, report: &CrashReport) {
        let mut registers: Vec<_> = report
            .registers
            .iter()
            .map(|(name, value)| (head::line(name), head::line(value)))
            .collect();
        registers.sort_by_cached_key(|(name, _)| {
            let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
            let number: u64 = name.get(letters.len()..).unwrap_or_default().parse().unwrap_or(0);
            (letters.to_owned(), number)
        });
        let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
        let names = widest(&mut registers.iter().map(|(name, _)| text::width_of(name)));
        let values = widest(&mut registers.iter().map(|(_, value)| text::width_of(value)));
        // Long texts are not aligned.
        let (names, values) = (names.min(REGISTERS_WIDTH), values.min(REGISTERS_WIDTH));
        let columns = (REGISTERS_WIDTH / (names + values + 3)).max(1);
        for row in registers.chunks(columns) {
            let mut line = String::new();
            for (name, value) in row {
                let left = " ".repeat((2 + names).saturating_sub(text::width_of(name)));
                let right = " ".repeat(values.saturating_sub(text::width_of(value)));
                _ = write!(line, "{left}{name} {value}{right}");
            }
            self.line(line.trim_end_matches(' '));
        }
    }

    fn thread(&mut self, thread: &CrashThread, is_crashed: bool, full: bool) {
        let backtrace = &thread.backtrace;
        let name = head::line(&thread.name);
        if is_crashed && !backtrace.is_empty() {
            return self.line(&format!("  {} {name}: see the backtrace above", thread.id));
        }
        self.line(&format!("  {} {name}:", thread.id));
        if full {
            thread.contexts.iter().for_each(|entry| self.context(entry, "    ", full));
        }
        self.frames(backtrace, "    ", full, if full { usize::MAX } else { MAX_OTHER_FRAMES });
    }
}
