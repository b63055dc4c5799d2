//! A crash as the user of the program sees it.

use vitte_diag::{
    BacktraceStyle, Diagnostic, Emitter as _, FoldedFrames, FrameLineOptions, HumanEmitter,
    Terminal, text,
};

use super::CrashReport;
use super::diagnostic::Detail;

/// The maximum number of lines: those of a small terminal, without the line that the handler of a signal writes first.
const MAX_LINES: usize = 23;
/// The maximum width of a line in cells. Only the lines with the path of the report may be wider.
const MAX_WIDTH: u16 = 100;

/// The details that are tried one after the other, and how many lines the backtrace then has at least, if it needs them.
const DETAILS: [(Detail, usize); 6] = [
    (detail(3, 4, 6, 300), 6),
    (detail(2, 3, 4, 200), 6),
    (detail(1, 2, 3, 180), 5),
    (detail(0, 2, 2, 90), 4),
    (detail(0, 1, 1, 90), 2),
    (detail(0, 1, 1, 70), 1),
];

const fn detail(
    outer_contexts: usize,
    notes: usize,
    message_lines: usize,
    line_chars: usize,
) -> Detail {
    Detail { outer_contexts, notes, threads: outer_contexts, message_lines, line_chars }
}

impl CrashReport {
    /// Returns the crash as the user of the program sees it: the diagnostic, then where the report is and how to view and
    /// upload it. The text is safe for a terminal.
    ///
    /// With [short backtraces](BacktraceStyle::Short) it has at most 23 lines of 100 cells, because the handler of a signal writes
    /// one line before: long messages, contexts and
    /// backtraces are shortened, and what is omitted is counted. Only the lines with the path of the report are longer if
    /// the path is, so that it can be copied. With the other styles nothing is omitted.
    ///
    /// ```text
    /// fatal[F0002]: `vittec` was terminated by SIGSEGV: invalid memory access at 0x0 (address not mapped)
    ///   --> examples/vittec/demo/shapes.vitte:13:1
    ///    |
    /// 13 | fn sides() -> u32
    ///    | ^^^^^^^^^^^^^^^^^ while checking this item
    ///    |
    ///    = help: this is a bug in `vittec`, not in your program
    ///    = note: vittec 0.1.0 (release) on linux x86_64, in thread main
    ///    = backtrace: 2 frames of std, called by
    ///         2: vittec::crash::write_to_null  examples/vittec/src/crash.rs:92:52
    ///            ... 15 frames of rayon-core, rayon, std
    ///
    /// the report is in target/crash-reports/signal/2026-11-28/fdc42af1/2026-11-28T21-37-12-940-44d85386.vittecrash
    /// to view it: `vitte crash show 2026-11-28T21-37-12-940-44d85386`
    /// to send it: `vitte crash upload 2026-11-28T21-37-12-940-44d85386 --to TARGET`
    /// ```
    #[must_use]
    pub fn to_terminal(&self, terminal: Terminal) -> String {
        let commands = self.commands();
        let mut out = if terminal.backtraces == BacktraceStyle::Short {
            let lines = if commands.is_empty() { 0 } else { commands.len() + 1 };
            self.short(terminal.with_width(terminal.width.min(MAX_WIDTH)), MAX_LINES - lines)
        } else {
            let mut diagnostic = self.diagnostic(Detail::ALL);
            self.advice(Detail::ALL).into_iter().for_each(|advice| _ = diagnostic.add_help(advice));
            diagnostic.set_backtrace(self.backtrace.clone());
            self.drawn(&diagnostic, terminal, usize::MAX)
        };
        if !commands.is_empty() {
            out.push('\n');
        }
        for line in commands {
            out += &text::escape_workflow_command(text::one_line(&line));
            out.push('\n');
        }
        out
    }

    /// Returns the diagnostic on at most `max_lines` lines, if possible.
    fn short(&self, terminal: Terminal, max_lines: usize) -> String {
        let folded = FoldedFrames::new(&self.backtrace);
        let options = FrameLineOptions::new(BacktraceStyle::Short, terminal.width.into());
        let needed = folded.lines(options).len();
        let mut out = String::new();
        for (detail, min_frames) in DETAILS {
            let mut diagnostic = self.diagnostic(detail);
            self.advice(detail).into_iter().for_each(|advice| _ = diagnostic.add_help(advice));
            let others = self.drawn(&diagnostic, terminal, 0).lines().count();
            if needed == 0 && others > max_lines {
                continue;
            }
            // One line is the heading of the backtrace.
            let room = max_lines.saturating_sub(others + 1);
            if needed > 0 {
                diagnostic.set_backtrace(self.backtrace.clone());
            }
            out = self.drawn(&diagnostic, terminal, room);
            if room >= needed.min(min_frames) && out.lines().count() <= max_lines {
                break;
            }
        }
        out
    }

    fn drawn(&self, diagnostic: &Diagnostic, terminal: Terminal, frames: usize) -> String {
        let emitter = HumanEmitter::new(Vec::new()).with_terminal(terminal);
        let mut emitter = emitter.with_short_backtrace_lines(frames);
        // Writing to memory cannot fail.
        _ = emitter.emit(&self.sources(), diagnostic);
        String::from_utf8_lossy(&emitter.into_inner()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use vitte_diag::Frame;

    use super::super::tests::report;
    use super::super::{ContextEntry, ContextField, SourceLine, SourceLines};
    use super::*;

    /// The report of a panic with a source line.
    fn crash() -> CrashReport {
        let mut report = report();
        report.sources = vec![SourceLines::new(
            0,
            "src/shapes.vitte",
            vec![SourceLine { line: 3, lo: 17, text: "fn area(side: num)".to_owned() }],
        )];
        report.contexts.push(ContextEntry::new("checking"));
        report.id = "2025-10-22T13-05-42-123-9f8e7d6c".to_owned();
        let dir = "target/crash-reports/signal/2025-10-22/1a2b3c4d";
        report.path = Some(PathBuf::from(format!("{dir}/{}.vittecrash", report.id)));
        report.dir = Some("target/crash-reports".into());
        report
    }

    #[test]
    fn a_crash_begins_with_the_users_source_and_ends_with_what_to_do() {
        let expected = "\
fatal[F0002]: `vittec` was terminated by SIGSEGV: invalid memory reference
              while a block was closed
 --> src/shapes.vitte:3:4
  |
3 | fn area(side: num)
  |    ^^^^ while typeck (fn: area)
  |
  = help: this is a bug in `vittec`, not in your program
  = note: while checking
  = note: the stack has not overflowed
  = note: vittec 0.1.0 (commit 7991911, release) on linux x86_64, in thread main
  = backtrace: 2 frames of std, called by
      2: vittec::front::blocks::close  src/front/blocks.rs:77:13
         ... 1 frame of libc.so.6
      4: vittec::main                  src/main.rs:40
         ... 1 frame of std

the report is in target/crash-reports/signal/2025-10-22/1a2b3c4d/2025-10-22T13-05-42-123-9f8e7d6c.vittecrash
to view it: `vitte crash show 2025-10-22T13-05-42-123-9f8e7d6c`
to send it: `vitte crash upload 2025-10-22T13-05-42-123-9f8e7d6c --to TARGET`
";
        assert_eq!(crash().to_terminal(Terminal::PLAIN), expected);
    }

    #[test]
    fn a_program_names_its_command_and_its_tracker() {
        let mut report = crash();
        report.report_url = Some("https://example.org/mycc/issues".to_owned());
        report.command_name = Some("mycc".to_owned());
        report.dir = Some("/tmp/my crashes".into());
        let shown = report.to_terminal(Terminal::PLAIN);
        let help = "= help: this is a bug in `vittec`, not in your program; report it at\n          \
                    https://example.org/mycc/issues\n";
        assert!(shown.contains(help), "{shown}");
        let view = format!("to view it: `mycc crash show {} --dir '/tmp/my crashes'`\n", report.id);
        assert!(shown.contains(&view), "{shown}");
        // A shell expands a home directory only outside of quotes.
        for (dir, quoted) in [("~/crashes", "~/crashes"), ("~/my crashes", "~/'my crashes'")] {
            report.dir = Some(dir.into());
            let shown = report.to_terminal(Terminal::PLAIN);
            assert!(shown.contains(&format!(" --dir {quoted}`")), "{shown}");
        }
        let json = report.to_json().unwrap();
        assert!(json.contains("\"report_url\": \"https://example.org/mycc/issues\""));
        let read = CrashReport::from_json(json.as_bytes()).unwrap();
        assert_eq!((read.report_url, read.command_name), (report.report_url.clone(), None));
        let json = crash().to_json().unwrap();
        assert!(!json.contains("report_url"), "it is omitted if there is none");
        // Without a stored report, and of an error that may not be a bug.
        (report.path, report.code) = (None, vitte_diag::codes::F0006);
        let shown = report.to_terminal(Terminal::PLAIN);
        assert!(shown.contains("= help: if this is a bug, report it at https://"), "{shown}");
        assert!(!shown.contains("to view it"), "{shown}");
    }

    /// Whatever a report has much of, it fits a small terminal.
    #[test]
    fn a_crash_fits_23_lines_of_100_cells() {
        let long = "long ".repeat(300);
        let context = |is_located: bool| {
            let mut entry = crash().contexts.swap_remove(usize::from(!is_located));
            entry.fields.push(ContextField::new("key", long.as_str()));
            entry
        };
        let own = |n: usize| {
            Frame::at(&format!("vittec::{}::f{n}", long.replace(' ', "::")), "src/a.rs", 1, None)
        };
        type Change<'a> = (&'a str, &'a dyn Fn(&mut CrashReport));
        let changes: [Change<'_>; 12] = [
            ("message", &|report| report.message = long.repeat(50)),
            ("lines", &|report| report.message = "line\n".repeat(500)),
            ("notes", &|report| report.notes = vec![long.clone(); 500]),
            ("contexts", &|report| report.contexts = vec![context(false); 60]),
            ("located", &|report| report.contexts = vec![context(true); 60]),
            ("frames", &|report| report.backtrace = (0..500).map(own).collect()),
            ("no frames", &|report| report.backtrace = Default::default()),
            ("program", &|report| report.program = long.replace(' ', "-")),
            ("thread", &|report| report.thread = long.clone()),
            ("location", &|report| report.location = Some(long.replace(' ', "/"))),
            ("version", &|report| report.version = long.replace(' ', ".")),
            ("url", &|report| report.report_url = Some("https://example.org/".to_owned())),
        ];
        let check = |name: &str, report: &CrashReport| {
            for width in [60, 80, 100, 140, u16::MAX] {
                let shown = report.to_terminal(Terminal::PLAIN.with_width(width));
                let lines: Vec<&str> = shown.lines().collect();
                assert!(
                    lines.len() <= 23 || width < 100,
                    "{name}, {width}: {} {shown}",
                    lines.len()
                );
                for line in lines {
                    let is_path = line.starts_with("the report is in ") || line.starts_with("to ");
                    assert!(is_path || text::width_of(line) <= 100, "{name}, {width}: {line}");
                }
                assert!(shown.starts_with("fatal[F0002]: `"), "{name}: {shown}");
                assert!(shown.contains("\nto view it: `vitte crash show "), "{name}: {shown}");
                let has_frames = !report.backtrace.is_empty();
                assert_eq!(shown.contains("= backtrace:"), has_frames, "{name}: {shown}");
            }
        };
        let mut all = crash();
        for (name, change) in changes {
            let mut report = crash();
            change(&mut report);
            check(name, &report);
            change(&mut all);
        }
        all.backtrace = (0..500).map(own).collect();
        all.contexts = [vec![context(true); 30], vec![context(false); 30]].concat();
        check("all", &all);
    }

    #[test]
    fn the_other_styles_omit_nothing() {
        let mut report = crash();
        report.message = "line\n".repeat(90);
        report.notes = (0..50).map(|n| format!("note {n}")).collect();
        for style in [BacktraceStyle::All, BacktraceStyle::Full] {
            let shown = report.to_terminal(Terminal::PLAIN.with_backtraces(style));
            assert_eq!(shown.matches("line\n").count(), 90, "{shown}");
            assert!(shown.contains("= note: note 49\n"), "{shown}");
            let malloc = match style {
                BacktraceStyle::Full => "3: malloc in libc.so.6+0x9d8e2\n",
                _ => "3: malloc  ",
            };
            assert!(shown.contains(malloc), "{shown}");
        }
    }

    #[test]
    fn no_text_is_a_command_of_a_terminal_or_a_log() {
        let evil = "\u{1b}[2J\u{202e}\r\n::error::x";
        let mut report = crash();
        (report.id, report.command_name) = (evil.to_owned(), Some(evil.to_owned()));
        report.report_url = Some(evil.to_owned());
        (report.path, report.dir) = (Some(evil.into()), Some(evil.into()));
        report.backtrace = [Frame::new(evil), Frame::at(evil, evil, 1, None)].into_iter().collect();
        let shown = report.to_terminal(Terminal::PLAIN);
        for line in shown.split('\n') {
            assert!(!line.contains(text::is_unsafe), "{line:?}");
            assert!(!line.trim_start().starts_with("::"), "{line}");
        }
    }
}
