//! A report as text for people.

mod contexts;

use std::fmt::Write as _;

use contexts::{doing, variable};
use vitte_diag::{Backtrace, BacktraceLine, text};

use super::{CrashReport, CrashThread};

/// The cells of a line of text that is wrapped.
const WIDTH: usize = 100;

/// The calls that are shown of a thread that did not crash, unless all are wanted.
const TOP: usize = 4;

/// The cells that the registers of a line have.
const REGISTERS_WIDTH: usize = 80;

impl CrashReport {
    /// The report as text for people, safe for a terminal whatever it holds. Without `full` the calls of
    /// Rust's own runtime are folded, and of threads that did not crash the top is shown.
    ///
    /// ```text
    /// crash report 2025-10-22T13-05-42
    ///
    /// time:     2025-10-22T13:05:42.123Z
    /// program:  vittec 0.1.0
    /// system:   linux, x86_64
    /// thread:   main
    /// kind:     F0001
    /// place:    src/parser.rs:12:5
    /// message:  attempt to subtract with overflow
    ///
    /// context, the innermost first:
    ///   - typeck (fn: area) at src/shapes.vitte:3:4
    ///       scope = ["side","area"]
    ///
    /// backtrace, the innermost first:
    ///      ... 2 calls of the runtime ...
    ///   2: vittec::parser::close at src/parser.rs:12:5
    ///   3: vittec::main at src/main.rs:40:9
    /// ```
    #[must_use]
    pub fn to_text(&self, full: bool) -> String {
        let mut page = Page::default();
        let id = if self.id.is_empty() { "that is not stored" } else { &self.id };
        page.line(&format!("crash report {}", text::one_line(id)));
        page.facts(&self.facts());
        page.section("context, the innermost first", &self.contexts, |page, entry| {
            page.line(&format!("  - {}", doing(entry)));
            entry.variables.iter().for_each(|held| page.line(&format!("      {}", variable(held))));
        });
        let frames = self.backtrace.frames();
        if !frames.is_empty() {
            page.heading("backtrace, the innermost first");
            page.frames(&self.backtrace, "  ", full, frames.len());
        }
        if !self.registers.is_empty() {
            page.heading("registers");
            page.registers(self);
        }
        page.section("threads, the one that crashed first", &self.threads, |page, thread| {
            page.thread(thread, &self.backtrace, full);
        });
        page.out
    }

    /// What is known, by name. What is not known is empty.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let known = |text: &Option<String>| text.clone().unwrap_or_default();
        let mut facts = vec![
            ("time", self.timestamp.clone()),
            ("program", joined(&[&self.program, &self.version], " ")),
            ("build", known(&self.build)),
            ("commit", known(&self.commit)),
            ("command", command(&self.args)),
            ("system", joined(&[&self.system.os, &self.system.arch], ", ")),
            ("session", self.session.clone()),
            ("thread", self.thread.clone()),
            ("kind", self.code.to_string()),
            ("signal", known(&self.signal)),
            ("address", known(&self.address)),
            ("place", known(&self.location)),
            ("message", self.message.clone()),
        ];
        facts.extend(self.notes.iter().map(|note| ("note", note.clone())));
        facts
    }
}

fn joined(parts: &[&str], between: &str) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}

/// A command line as a shell reads it.
pub(crate) fn command(arguments: &[String]) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "%+,-./:=@_".contains(c);
    let quoted = arguments.iter().map(|argument| {
        if !argument.is_empty() && argument.chars().all(is_plain) {
            argument.clone()
        } else {
            format!("'{}'", argument.replace('\'', "'\\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// Lines of text, none of which a terminal or a log obeys.
#[derive(Default)]
struct Page {
    out: String,
}

impl Page {
    /// Adds a line, which is safe.
    fn line(&mut self, line: &str) {
        self.out.push_str(&text::further_line(line.into()));
        self.out.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        self.line(&format!("{heading}:"));
    }

    /// The entries below a heading, which stands only where there are any.
    fn section<T>(&mut self, heading: &str, entries: &[T], mut show: impl FnMut(&mut Self, &T)) {
        if !entries.is_empty() {
            self.heading(heading);
            entries.iter().for_each(|entry| show(self, entry));
        }
    }

    /// Facts one below the other, with the lines of long ones below one another too.
    fn facts(&mut self, facts: &[(&str, String)]) {
        let facts = facts.iter().filter(|(_, fact)| !fact.is_empty());
        let indent = facts.clone().map(|(name, _)| name.len()).max().unwrap_or_default() + 3;
        self.line("");
        for (name, fact) in facts {
            let name = format!("{name}:");
            let block = text::block(fact, 4, WIDTH - indent);
            for (index, line) in block.lines().enumerate() {
                let name = if index == 0 { &name } else { "" };
                self.line(format!("{name:indent$}{line}").trim_end_matches(' '));
            }
        }
    }

    /// The first calls of a backtrace, with the numbers that they have in all of it.
    fn frames(&mut self, backtrace: &Backtrace, indent: &str, full: bool, most: usize) {
        let frames = backtrace.frames();
        let width = frames.len().saturating_sub(1).max(1).ilog10() as usize + 1;
        let blank = " ".repeat(width + 2);
        let mut shown = backtrace.lines(full);
        for line in shown.by_ref().take(most) {
            let (number, text) = match line {
                BacktraceLine::Frame(number, frame) => {
                    (format!("{number:width$}: "), frame.text().into())
                }
                folded => (blank.clone(), folded.remark().unwrap_or_default()),
            };
            self.line(&format!("{indent}{number}{}", text::one_line(&text)));
        }
        let more: usize = shown.map(|line| line.count()).sum();
        if more > 0 {
            self.line(&format!("{indent}{blank}... {} ...", text::more("call", more)));
        }
    }

    /// The registers in columns, in the order of their names with their numbers: `r9` before `r10`.
    fn registers(&mut self, report: &CrashReport) {
        let mut registers: Vec<_> = report
            .registers
            .iter()
            .map(|(name, value)| (text::one_line(name), text::one_line(value)))
            .collect();
        registers.sort_by_key(|(name, _)| {
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
                let before = " ".repeat(2 + names - text::width_of(name));
                let behind = " ".repeat(values - text::width_of(value));
                _ = write!(line, "{before}{name} {value}{behind}");
            }
            self.line(line.trim_end_matches(' '));
        }
    }

    fn thread(&mut self, thread: &CrashThread, crashed: &Backtrace, full: bool) {
        let calls = &thread.backtrace;
        let name = text::one_line(&thread.name);
        if calls == crashed && !calls.is_empty() {
            return self.line(&format!("  {} {name}: its calls stand above", thread.id));
        }
        self.line(&format!("  {} {name}:", thread.id));
        self.frames(calls, "    ", full, if full { usize::MAX } else { TOP });
    }
}

#[cfg(test)]
mod tests {
    use vitte_diag::Frame;

    use super::super::tests::report;
    use super::*;
    use crate::report::{ContextField, ContextVariable};

    #[test]
    fn all_facts_stand_one_below_the_other() {
        let expected = "\
crash report that is not stored

time:     2025-10-22T13:05:42.123Z
program:  vittec 0.1.0
build:    release
commit:   7991911
command:  vittec check 'my shapes.vitte'
system:   linux, x86_64
session:  5f3c9a
thread:   main
kind:     F0002
signal:   SIGSEGV
address:  0x10
message:  invalid memory reference
          while a block was closed
note:     the stack is not used up

context, the innermost first:
  - typeck (fn: area) at src/shapes.vitte:3:4

backtrace, the innermost first:
     ... 2 calls of the runtime ...
  2: vittec::front::blocks::close at src/front/blocks.rs:77:13
     ... 1 call of the runtime ...
  4: vittec::main at src/main.rs:40
     ... 1 call of the runtime ...

registers:
   r9 0x9             r10 0xa             rax 0x0             rip 0x5581d4c01c20
  rsp 0x7ffd

threads, the one that crashed first:
  4711 main: its calls stand above
  4712 worker:
    0: futex_wait
    1: park
    2: recv
    3: next
       ... 2 more calls ...
";
        assert_eq!(report().to_text(false), expected);
    }

    #[test]
    fn full_shows_every_call_of_every_thread() {
        let full = report().to_text(true);
        assert!(!full.contains("..."), "{full}");
        assert!(full.contains("\n  0: std::panicking::begin_panic_handler at "), "{full}");
        let all_runtime: Backtrace =
            [Frame::new("std::a"), Frame::new("core::b")].into_iter().collect();
        let report = CrashReport { backtrace: all_runtime, ..report() };
        assert!(report.to_text(false).contains("\n  0: std::a\n  1: core::b\n"));
    }

    #[test]
    fn nothing_of_a_report_reaches_a_terminal_as_a_command() {
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
            entry.values.push(ContextField { key: evil.into(), value: evil.into() });
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
    fn variables_stand_beneath_their_context() {
        let mut report = report();
        let held = |key: &str, value: serde_json::Value, error: Option<&str>| ContextVariable {
            key: key.into(),
            value,
            error: error.map(str::to_owned),
        };
        report.contexts[0].variables = vec![
            held("scope", serde_json::json!(["side", {"area": 2}]), None),
            held("long", "x".repeat(300).into(), None),
            held("nothing", serde_json::Value::Null, None),
            held("gone", serde_json::Value::Null, Some("it took too long")),
            held("half", serde_json::json!({"a": {"<error>": "no"}}), Some("no")),
        ];
        let long = "x".repeat(199);
        let expected = format!(
            "
  - typeck (fn: area) at src/shapes.vitte:3:4
      scope = [\"side\",{{\"area\":2}}]
      long = \"{long}...
      nothing = null
      gone = (it took too long)
      half = {{\"a\":{{\"<error>\":\"no\"}}}} (no)

backtrace"
        );
        let text = report.to_text(true);
        assert!(text.contains(&expected), "{text}");
        let json = report.to_json().unwrap();
        assert_eq!(CrashReport::from_json(json.as_bytes()).unwrap(), report);
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        let json = r#"{"timestamp": "", "message": "only this"}"#;
        let report = CrashReport::from_json(json.as_bytes()).unwrap();
        let expected = "crash report that is not stored\n\nkind:     F0001\nmessage:  only this\n";
        assert_eq!(report.to_text(true), expected);
    }

    #[test]
    fn a_command_is_one_that_a_shell_reads() {
        let arguments = ["vittec", "check", "", "a b.vitte", "it's", "$(x)"].map(str::to_owned);
        assert_eq!(command(&arguments), "vittec check '' 'a b.vitte' 'it'\\''s' '$(x)'");
    }
}
