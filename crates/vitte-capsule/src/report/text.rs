//! A report as text for a terminal.

mod contexts;

use std::fmt::Write as _;

use contexts::{context_line, variable_line};
use vitte_diag::{Backtrace, BacktraceStyle, FoldedFrames, FrameLine, FrameLineOptions, text};

use super::shell::shell_command;
use super::{CrashReport, CrashThread};

/// Width in cells at which lines are wrapped.
const WIDTH: usize = 100;

/// The maximum number of lines of the backtrace of a thread that did not crash.
const MAX_OTHER_FRAMES: usize = 5;

/// The width of a line of registers, in cells.
const REGISTERS_WIDTH: usize = 80;

impl CrashReport {
    /// Returns the report as text. Control characters are escaped, so it is safe to print. Unless `full` is true,
    /// frames of libraries are folded, and only the first frames of threads that did not crash are shown.
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
        text.summary(&self.summary());
        text.section("contexts, innermost first", &self.contexts, |text, entry| {
            text.line(&format!("  - {}", context_line(entry)));
            let variables = entry.variables.iter().map(variable_line);
            variables.for_each(|variable| text.line(&format!("      {variable}")));
        });
        let frames = self.backtrace.frames();
        if !frames.is_empty() {
            text.heading("backtrace, innermost first");
            text.frames(&self.backtrace, "  ", full, frames.len());
        }
        if !self.registers.is_empty() {
            text.heading("registers");
            text.registers(self);
        }
        text.section("threads, crashed thread first", &self.threads, |text, thread| {
            text.thread(thread, &self.backtrace, full);
        });
        text.out
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
            ("session", self.session.clone()),
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
}

impl ReportText {
    /// Adds a line. `line` must not have control characters; a command of a CI log at its start is escaped.
    fn line(&mut self, line: &str) {
        self.out.push_str(&text::escape_workflow_command(line.into()));
        self.out.push('\n');
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

    /// Adds the rows whose value is not empty. The values are aligned and wrapped.
    fn summary(&mut self, rows: &[(&str, String)]) {
        let rows = rows.iter().filter(|(_, text)| !text.is_empty());
        let indent = rows.clone().map(|(name, _)| name.len()).max().unwrap_or_default() + 3;
        self.line("");
        for (name, text) in rows {
            let name = format!("{name}:");
            let block = text::wrap(text, 4, WIDTH - indent);
            for (index, line) in block.lines().enumerate() {
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
                let text = text::one_line(frame.text());
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

    /// Adds the registers in columns, sorted by name and number: `r9` before `r10`.
    fn registers(&mut self, report: &CrashReport) {
        let mut registers: Vec<_> = report
            .registers
            .iter()
            .map(|(name, value)| (text::one_line(name), text::one_line(value)))
            .collect();
        registers.sort_by_cached_key(|(name, _)| {
            let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
            let number: u64 = name.get(letters.len()..).unwrap_or_default().parse().unwrap_or(0);
            (letters.to_owned(), number)
        });
        let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
        let names = widest(&mut registers.iter().map(|(name, _)| text::width_of(name)));
        let values = widest(&mut registers.iter().map(|(_, value)| text::width_of(value)));
        let columns = (REGISTERS_WIDTH / (names + values + 3)).max(1);
        for row in registers.chunks(columns) {
            let mut line = String::new();
            for (name, value) in row {
                let left = " ".repeat(2 + names - text::width_of(name));
                let right = " ".repeat(values - text::width_of(value));
                _ = write!(line, "{left}{name} {value}{right}");
            }
            self.line(line.trim_end_matches(' '));
        }
    }

    fn thread(&mut self, thread: &CrashThread, crashed: &Backtrace, full: bool) {
        let backtrace = &thread.backtrace;
        let name = text::one_line(&thread.name);
        if backtrace == crashed && !backtrace.is_empty() {
            return self.line(&format!("  {} {name}: see the backtrace above", thread.id));
        }
        self.line(&format!("  {} {name}:", thread.id));
        self.frames(backtrace, "    ", full, if full { usize::MAX } else { MAX_OTHER_FRAMES });
    }
}

#[cfg(test)]
mod tests {
    use vitte_diag::Frame;

    use super::super::tests::report;
    use super::*;
    use crate::report::{ContextField, ContextVariable};

    #[test]
    fn a_report_is_shown_in_sections() {
        let expected = "\
crash report (not stored)

time:     2025-10-22T13:05:42.123Z
program:  vittec 0.1.0
build:    release
commit:   7991911
command:  vittec check 'my shapes.vitte'
system:   linux, x86_64
session:  5f3c9a
thread:   main
code:     F0002
kind:     signal
signal:   SIGSEGV
address:  0x10
message:  invalid memory reference
          while a block was closed
note:     the stack has not overflowed

contexts, innermost first:
  - typeck (fn: area) at src/shapes.vitte:3:4

backtrace, innermost first:
     2 frames of std, called by
  2: vittec::front::blocks::close  src/front/blocks.rs:77:13
     ... 1 frame of libc.so.6
  4: vittec::main                  src/main.rs:40
     ... 1 frame of std

registers:
   r9 0x9             r10 0xa             rax 0x0             rip 0x5581d4c01c20
  rsp 0x7ffd

threads, crashed thread first:
  4711 main: see the backtrace above
  4712 worker:
    0: futex_wait
    1: park
    2: recv
    3: next
       ... and 2 more frames
";
        assert_eq!(report().to_text(false), expected);
    }

    #[test]
    fn full_shows_every_frame_of_every_thread() {
        let full = report().to_text(true);
        assert!(!full.contains("..."), "{full}");
        assert!(full.contains("\n  3: malloc in libc.so.6+0x9d8e2\n"), "{full}");
        assert!(full.contains("\n  0: std::panicking::begin_panic_handler at "), "{full}");
        let all_runtime: Backtrace =
            [Frame::new("std::a"), Frame::new("core::b")].into_iter().collect();
        let report = CrashReport { backtrace: all_runtime, ..report() };
        assert!(
            report.to_text(false).contains("\n  0: std::a\n  1: core::b\n"),
            "{}",
            report.to_text(false)
        );
    }

    #[test]
    fn no_text_of_a_report_is_a_command_of_a_terminal_or_a_log() {
        let evil = "::evil\u{1b}[2J\u{202e}\u{9b}\r\n::set-env x\n\t::y";
        let mut report = report();
        let json = serde_json::to_string(&report).unwrap();
        for texts in [&mut report.timestamp, &mut report.version, &mut report.program] {
            *texts = evil.into();
        }
        for texts in [&mut report.thread, &mut report.message, &mut report.id, &mut report.session]
        {
            *texts = evil.into();
        }
        let options = [&mut report.signal, &mut report.build, &mut report.commit];
        options.into_iter().for_each(|option| *option = Some(evil.into()));
        (report.location, report.address) = (Some(evil.into()), Some(evil.into()));
        report.args.push(evil.into());
        report.notes.push(evil.into());
        report.backtrace = [Frame::new(evil)].into_iter().collect();
        report.registers.insert(evil.into(), evil.into());
        for thread in &mut report.threads {
            thread.name = evil.into();
            thread.backtrace = [Frame::new(evil), Frame::new("x")].into_iter().collect();
        }
        for entry in &mut report.contexts {
            entry.name = evil.into();
            entry.fields.push(ContextField { key: evil.into(), value: evil.into() });
            let (value, error) = (evil.into(), Some(evil.into()));
            entry.variables.push(ContextVariable { key: evil.into(), value, error });
            entry.location.as_mut().unwrap().file = Some(evil.into());
        }
        (report.system.os, report.system.arch) = (evil.into(), evil.into());
        assert_ne!(serde_json::to_string(&report).unwrap(), json);
        for full in [false, true] {
            let shown = report.to_text(full);
            assert!(shown.matches("evil").count() > 20, "{shown}");
            for line in shown.split('\n') {
                assert!(!line.contains(text::is_unsafe), "{line:?}");
                assert!(!line.trim_start().starts_with("::"), "{line}");
            }
        }
    }

    #[test]
    fn variables_are_shown_below_their_context() {
        let mut report = report();
        let variable = |key: &str, value: serde_json::Value, error: Option<&str>| ContextVariable {
            key: key.into(),
            value,
            error: error.map(str::to_owned),
        };
        report.contexts[0].variables = vec![
            variable("scope", serde_json::json!(["side", {"area": 2}]), None),
            variable("long", "x".repeat(300).into(), None),
            variable("nothing", serde_json::Value::Null, None),
            variable("gone", serde_json::Value::Null, Some("timed out")),
            variable("half", serde_json::json!({"a": {"<error>": "no"}}), Some("no")),
        ];
        let long = "x".repeat(199);
        let expected = format!(
            "
  - typeck (fn: area) at src/shapes.vitte:3:4
      scope = [\"side\",{{\"area\":2}}]
      long = \"{long}...
      nothing = null
      gone = (timed out)
      half = {{\"a\":{{\"<error>\":\"no\"}}}} (no)

backtrace"
        );
        let text = report.to_text(true);
        assert!(text.contains(&expected), "{text}");
        let json = report.to_json().unwrap();
        assert_eq!(CrashReport::from_json(json.as_bytes()).unwrap(), report);
    }

    #[test]
    fn unknown_values_are_omitted() {
        let json = r#"{"timestamp": "", "message": "only this"}"#;
        let report = CrashReport::from_json(json.as_bytes()).unwrap();
        let expected =
            "crash report (not stored)\n\ncode:     F0001\nkind:     panic\nmessage:  only this\n";
        assert_eq!(report.to_text(true), expected);
    }
}
