//! `vitte crash stack`: shows the backtrace of a crash.

mod tree;

use clap::Args;
use serde_json::{Value, json};
use vitte_capsule::{Capsule, ContextEntry, FoldedFrames};
use vitte_diag::{Backtrace, BacktraceStyle, Frame, FrameLine, FrameLineOptions};

use super::directory::OneCrash;
use super::frame_lines::FrameLines;
use super::page::{OutputArgs, Style, TextOutput};
use super::shell::{CommandResult, Shell};

/// The arguments of `vitte crash stack`.
#[derive(Debug, Args)]
pub(super) struct Stack {
    #[command(flatten)]
    crash: OneCrash,
    /// Show the frames of the libraries too
    #[arg(long)]
    all: bool,
    /// Show the frames as they were recorded: with type parameters and whole paths
    #[arg(long, conflicts_with = "all")]
    full: bool,
    /// Nest the frames in the contexts
    #[arg(long)]
    tree: bool,
    /// Show the frames of every thread
    #[arg(long)]
    threads: bool,
    #[command(flatten)]
    output: OutputArgs,
    /// Write JSON: all frames of each thread, the innermost first
    #[arg(long)]
    json: bool,
}

impl Stack {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> CommandResult {
        let capsule = self.crash.load(shell)?.capsule;
        let (threads, lines) = (self.threads(&capsule), FrameLines::new(&capsule));
        if self.json {
            let threads = threads.iter().map(|StackThread { name, backtrace, .. }| {
                json!({"thread": name, "frames": frames_json(backtrace, &lines)})
            });
            return shell.json(&threads.collect::<Vec<_>>());
        }
        let style = match (self.all, self.full) {
            (_, true) => BacktraceStyle::Full,
            (true, _) => BacktraceStyle::All,
            _ => BacktraceStyle::Short,
        };
        let mut page = self.output.page();
        for StackThread { name, backtrace, contexts } in threads {
            let stack = StackLines { backtrace, style, sources: &lines };
            if self.tree && !contexts.is_empty() {
                tree::write(&name, contexts, &stack, &mut page);
            } else {
                page.heading(&format!("thread {name}, the innermost frame first"));
                stack.write("", &mut page);
            }
        }
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }

    /// Returns the threads to show; the crashed thread is the first.
    fn threads<'a>(&self, capsule: &'a Capsule) -> Vec<StackThread<'a>> {
        let report = &capsule.report;
        let crashed = StackThread {
            name: report.thread.clone(),
            backtrace: &report.backtrace,
            contexts: &report.contexts,
        };
        let others = report.other_threads().iter().filter(|_| self.threads);
        let others = others.map(|thread| StackThread {
            name: format!("{} {}", thread.id, thread.name),
            backtrace: &thread.backtrace,
            contexts: &thread.contexts,
        });
        [crashed].into_iter().chain(others).collect()
    }
}

/// A thread to show.
struct StackThread<'a> {
    name: String,
    backtrace: &'a Backtrace,
    /// The contexts, the innermost first.
    contexts: &'a [ContextEntry],
}

fn frames_json(backtrace: &Backtrace, lines: &FrameLines<'_>) -> Vec<Value> {
    let folded = FoldedFrames::without_repetitions(backtrace);
    let mut short = folded.frames().peekable();
    let frames = backtrace.frames().iter().enumerate().map(|(index, frame)| {
        let short = short.next_if(|short| short.index == index);
        let location = frame.location();
        json!({
            "index": index,
            "text": frame.text(),
            "function": frame.function(),
            "name": short.map(|short| &short.name),
            "file": location.map(|location| location.file),
            "line": location.map(|location| location.line),
            "column": location.and_then(|location| location.col),
            "runtime": frame.is_runtime(),
            "library": short.and_then(|short| short.library.as_ref()),
            "source": location.and_then(|at| lines.get(at.file, at.line)),
        })
    });
    frames.collect()
}

/// A row of a backtrace: a frame, or a text for frames that are not shown.
pub(super) struct StackRow {
    /// The 0-based index of the frame in the backtrace.
    index: Option<usize>,
    /// The index of the outermost frame that the row stands for.
    last: usize,
    pieces: Vec<(Style, String)>,
}

/// Returns the rows of a backtrace, the innermost frame first, for lines of `width` cells. In a tree each frame is counted:
/// any of them may have opened a context.
fn rows(
    backtrace: &Backtrace,
    style: BacktraceStyle,
    width: usize,
    in_tree: bool,
) -> Vec<StackRow> {
    if style == BacktraceStyle::Full {
        return backtrace.frames().iter().enumerate().map(full_row).collect();
    }
    let folded = match style {
        BacktraceStyle::Short if !in_tree => FoldedFrames::new(backtrace),
        _ => FoldedFrames::without_repetitions(backtrace),
    };
    let lines = folded.lines(FrameLineOptions::new(style, width));
    let heading = folded.heading().filter(|_| style == BacktraceStyle::Short);
    let heading = heading.map(|text| match text.strip_suffix(", called by") {
        Some(frames) if in_tree => format!("... {frames}"),
        _ => text,
    });
    // A text stands for the frames before the next one that is shown.
    let mut end = backtrace.frames().len();
    let mut rows = Vec::new();
    for line in lines.into_iter().rev() {
        let last = line.index.unwrap_or_else(|| end.saturating_sub(1));
        end = line.index.unwrap_or(end);
        rows.push(folded_row(line, last));
    }
    rows.extend(heading.map(|text| StackRow {
        index: None,
        last: end.saturating_sub(1),
        pieces: vec![(Style::Secondary, text)],
    }));
    rows.reverse();
    rows
}

fn full_row((index, frame): (usize, &Frame)) -> StackRow {
    let style = if frame.is_runtime() { Style::Secondary } else { Style::Plain };
    let name = if style == Style::Plain { Style::Heading } else { style };
    let at = frame.text().strip_prefix(frame.function()).unwrap_or_default();
    let pieces = vec![(name, frame.function().to_owned()), (style, at.to_owned())];
    StackRow { index: Some(index), last: index, pieces }
}

fn folded_row(line: FrameLine, last: usize) -> StackRow {
    let FrameLine { index, text, gap, location, is_project, .. } = line;
    let (name, at) = match (index, is_project) {
        (Some(_), true) => (Style::Heading, Style::Plain),
        _ => (Style::Secondary, Style::Secondary),
    };
    let pieces = vec![(name, text), (at, format!("{:gap$}{location}", ""))];
    StackRow { index, last, pieces }
}

/// The lines of a backtrace. The numbers are the 0-based indices of the frames in the backtrace.
///
/// ```text
///      2 frames of std, called by
///   2: vittec::front::blocks::close  src/front/blocks.rs:77:13
///      | let depth = self.open - 1;
///   3: vittec::main                  src/main.rs:40:9
///      ... 1 frame of std
/// ```
pub(super) struct StackLines<'a> {
    backtrace: &'a Backtrace,
    style: BacktraceStyle,
    sources: &'a FrameLines<'a>,
}

impl StackLines<'_> {
    /// Adds all lines, the innermost frame first.
    fn write(&self, indent: &str, page: &mut TextOutput) {
        if self.backtrace.is_empty() {
            page.line(Style::Secondary, format!("{indent}  no frames were recorded"));
        }
        let width = page.width().saturating_sub(2 + indent.len());
        for row in rows(self.backtrace, self.style, width, false) {
            self.write_row(&row, indent, page);
        }
    }

    fn write_row(&self, row: &StackRow, indent: &str, page: &mut TextOutput) {
        let all = self.backtrace.frames();
        let digits = all.len().saturating_sub(1).max(1).ilog10() as usize + 1;
        let blanks = format!("  {indent}{:digits$}  ", "");
        let start = match row.index {
            Some(index) => format!("  {indent}{index:digits$}: "),
            None => blanks.clone(),
        };
        let pieces = row.pieces.iter().map(|(style, piece)| (*style, &**piece));
        page.styled(&[(Style::Secondary, &*start)].into_iter().chain(pieces).collect::<Vec<_>>());
        if let Some(frame) = row.index.and_then(|index| all.get(index)) {
            source_line(frame, &blanks, self.sources, page);
        }
    }
}

/// Adds the source line of a frame, if the capsule contains it.
fn source_line(frame: &Frame, blanks: &str, lines: &FrameLines<'_>, page: &mut TextOutput) {
    let location = frame.location();
    if let Some(text) = location.and_then(|at| lines.get(at.file, at.line)) {
        page.styled(&[(Style::Secondary, &format!("{blanks}| ")), (Style::Plain, text.trim())]);
    }
}

#[cfg(test)]
mod tests {
    use vitte_capsule::CrashReport;
    use vitte_diag::Terminal;

    use super::*;

    fn drawn(frames: &[&str], width: u16, style: BacktraceStyle) -> String {
        let report = CrashReport::new(vitte_diag::codes::F0001, String::new(), "m".to_owned());
        let backtrace: Backtrace = frames.iter().map(|text| Frame::new(*text)).collect();
        let mut page = TextOutput::new(Terminal::default().with_width(width));
        let capsule = Capsule::new(report);
        let sources = &FrameLines::new(&capsule);
        StackLines { backtrace: &backtrace, style, sources }.write("", &mut page);
        page.finish()
    }

    #[test]
    fn repeated_frames_and_libraries_are_folded() {
        let frames = [
            &["core::panicking::panic"][..],
            &["vittec::expr::<u8> at src/expr.rs:1:2"; 9],
            &["vittec::main at src/main.rs:3:4", "main"],
        ];
        let frames = frames.concat();
        let expected = "     1 frame of std, called by\n   1: vittec::expr  src/expr.rs:1:2\n      \
                        ... repeated 8 more times\n  10: vittec::main  src/main.rs:3:4\n      \
                        ... 1 frame of the runtime\n";
        assert_eq!(drawn(&frames, 80, BacktraceStyle::Short), format!(" {expected}"));
        let all = drawn(&frames, 80, BacktraceStyle::All);
        assert_eq!(all.lines().count(), 12);
        assert!(all.starts_with("   0: core::panicking::panic\n   1: vittec::expr "), "{all}");
        let full = drawn(&frames, 80, BacktraceStyle::Full);
        assert!(full.contains("\n   9: vittec::expr::<u8> at src/expr.rs:1:2\n"), "{full}");
    }

    #[test]
    fn deep_stacks_are_flat() {
        let names: Vec<String> = (0..60).map(|depth| format!("vittec::call_{depth}")).collect();
        let frames: Vec<&str> = names.iter().map(String::as_str).collect();
        let drawn = drawn(&frames, 80, BacktraceStyle::Short);
        assert!(drawn.starts_with("   0: vittec::call_0\n   1: vittec::call_1\n"), "{drawn}");
        assert!(drawn.ends_with("\n  59: vittec::call_59\n"), "{drawn}");
    }
}
