//! `vitte crash stack`: shows the backtrace of a crash.

use clap::Args;
use serde_json::{Value, json};
use vitte_capsule::{Capsule, FoldedFrames};
use vitte_diag::{Backtrace, BacktraceStyle, Frame, FrameLine, FrameLineOptions};

use super::directory::OneCrash;
use super::frame_lines::FrameLines;
use super::page::{OutputArgs, Style, TextOutput, safe};
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
            let threads = threads.iter().map(|(name, backtrace)| {
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
        for (at, (name, backtrace)) in threads.into_iter().enumerate() {
            page.heading(&format!("thread {name}, the innermost frame first"));
            // Only the contexts of the crashed thread are recorded.
            let indent =
                if self.tree && at == 0 { contexts(&capsule, &mut page) } else { String::new() };
            if backtrace.is_empty() {
                page.line(Style::Secondary, format!("{indent}  no frames were recorded"));
            }
            frames(backtrace, style, &indent, &lines, &mut page);
        }
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }

    /// Returns the threads to show, by name; the crashed thread is the first.
    fn threads<'a>(&self, capsule: &'a Capsule) -> Vec<(String, &'a Backtrace)> {
        let report = &capsule.report;
        let crashed = (report.thread.clone(), &report.backtrace);
        let others = report.threads.iter().filter(|_| self.threads);
        let others = others.filter(|thread| thread.backtrace != report.backtrace);
        let others =
            others.map(|thread| (format!("{} {}", thread.id, thread.name), &thread.backtrace));
        [crashed].into_iter().chain(others).collect()
    }
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

/// Adds the contexts of the crashed thread, the outermost first, each nested in the one before. Returns the indentation of
/// the frames. A report does not record which frame opened a context, so all frames follow the innermost one.
///
/// ```text
/// check (file: src/shapes.vitte)
/// `- typeck (fn: area) at src/shapes.vitte:3:4
///    `- frames; which of them opened a context is not recorded
/// ```
fn contexts(capsule: &Capsule, page: &mut TextOutput) -> String {
    let contexts = &capsule.report.contexts;
    let mut indent = String::new();
    let mut branch = "";
    for entry in contexts.iter().rev() {
        let fields = entry.fields.iter().map(|field| format!("{}: {}", field.key, field.value));
        let fields = fields.collect::<Vec<_>>().join(", ");
        let fields = if fields.is_empty() { fields } else { format!(" ({fields})") };
        let at = entry.location.as_ref().map_or_else(String::new, |at| format!(" at {at}"));
        let name = safe(&entry.name);
        let rest = safe(&format!("{fields}{at}"));
        let start = format!("  {indent}{branch}");
        page.styled(&[(Style::Secondary, &start), (Style::Heading, &name), (Style::Plain, &rest)]);
        indent.push_str(branch_indent(branch));
        branch = "`- ";
    }
    if !contexts.is_empty() {
        let text = "frames; which of them opened a context is not recorded";
        page.line(Style::Secondary, format!("  {indent}{branch}{text}"));
        indent.push_str(branch_indent(branch));
    }
    indent
}

/// Returns the blanks below a branch.
fn branch_indent(branch: &str) -> &'static str {
    if branch.is_empty() { "" } else { "   " }
}

/// Adds the lines of a backtrace, the innermost frame first. The numbers are the 0-based indices of the frames in the
/// backtrace.
///
/// ```text
///      2 frames of std, called by
///   2: vittec::front::blocks::close  src/front/blocks.rs:77:13
///      | let depth = self.open - 1;
///   3: vittec::main                  src/main.rs:40:9
///      ... 1 frame of std
/// ```
fn frames(
    backtrace: &Backtrace,
    style: BacktraceStyle,
    indent: &str,
    lines: &FrameLines<'_>,
    page: &mut TextOutput,
) {
    let all = backtrace.frames();
    let digits = all.len().saturating_sub(1).max(1).ilog10() as usize + 1;
    let blanks = format!("  {indent}{:digits$}  ", "");
    let number = |index: usize| format!("  {indent}{index:digits$}: ");
    if style == BacktraceStyle::Full {
        for (index, frame) in all.iter().enumerate() {
            let style = if frame.is_runtime() { Style::Secondary } else { Style::Plain };
            let name = if style == Style::Plain { Style::Heading } else { style };
            let at = frame.text().strip_prefix(frame.function()).unwrap_or_default();
            page.styled(&[
                (Style::Secondary, &number(index)),
                (name, frame.function()),
                (style, at),
            ]);
            self::source_line(frame, &blanks, lines, page);
        }
        return;
    }
    let folded = match style {
        BacktraceStyle::Short => FoldedFrames::new(backtrace),
        _ => FoldedFrames::without_repetitions(backtrace),
    };
    if let Some(heading) = folded.heading().filter(|_| style == BacktraceStyle::Short) {
        page.line(Style::Secondary, format!("{blanks}{heading}"));
    }
    let options = FrameLineOptions::new(style, page.width().saturating_sub(2 + indent.len()));
    for FrameLine { index, text, gap, location, is_project, .. } in folded.lines(options) {
        let Some(index) = index else {
            page.line(Style::Secondary, format!("{blanks}{text}"));
            continue;
        };
        let (name, at) = match is_project {
            true => (Style::Heading, Style::Plain),
            false => (Style::Secondary, Style::Secondary),
        };
        let location = format!("{:gap$}{location}", "");
        page.styled(&[(Style::Secondary, &number(index)), (name, &text), (at, &location)]);
        if let Some(frame) = all.get(index) {
            source_line(frame, &blanks, lines, page);
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
    use vitte_capsule::{ContextEntry, ContextField, CrashReport};
    use vitte_diag::Terminal;

    use super::*;

    fn capsule() -> Capsule {
        let mut report = CrashReport::new(vitte_diag::codes::F0001, String::new(), "m".to_owned());
        let mut file = ContextEntry::new("checking");
        file.fields.push(ContextField::new("file", "a.vitte"));
        report.contexts = vec![ContextEntry::new("typeck"), file];
        Capsule::new(report)
    }

    fn drawn(frames: &[&str], width: u16, style: BacktraceStyle) -> String {
        let backtrace: Backtrace = frames.iter().map(|text| Frame::new(*text)).collect();
        let mut page = TextOutput::new(Terminal::default().with_width(width));
        super::frames(&backtrace, style, "", &FrameLines::new(&capsule()), &mut page);
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

    #[test]
    fn the_tree_says_what_is_not_recorded() {
        let mut page = TextOutput::new(Terminal::default());
        assert_eq!(contexts(&capsule(), &mut page), "      ");
        let expected = "  checking (file: a.vitte)\n  `- typeck\n     \
                        `- frames; which of them opened a context is not recorded\n";
        assert_eq!(page.finish(), expected);
    }
}
