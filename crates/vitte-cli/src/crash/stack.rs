//! `vitte crash stack`: shows the backtrace of a crash as a tree of frames.

use clap::Args;
use serde_json::{Value, json};
use vitte_capsule::Capsule;
use vitte_diag::{Backtrace, BacktraceLine, Frame};

use super::directory::OneCrash;
use super::page::{OutputArgs, Style, TextOutput};
use super::shell::{CommandResult, Shell};

/// The arguments of `vitte crash stack`.
#[derive(Debug, Args)]
pub(super) struct Stack {
    #[command(flatten)]
    crash: OneCrash,
    /// Show the runtime frames too
    #[arg(long)]
    all: bool,
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
        let threads = self.threads(&capsule);
        if self.json {
            let json = |(name, backtrace): &(String, &Backtrace)| {
                let frames = backtrace.frames().iter().enumerate();
                let frames: Vec<Value> =
                    frames.map(|(index, frame)| frame_json(index, frame, &capsule)).collect();
                json!({"thread": name, "frames": frames})
            };
            return shell.json(&threads.iter().map(json).collect::<Vec<_>>());
        }
        let mut page = self.output.page();
        for (name, backtrace) in threads {
            page.heading(&format!("thread {name}, the outermost frame first"));
            if backtrace.is_empty() {
                page.line(Style::Secondary, "  no frames were recorded");
            }
            tree(backtrace, self.all, &capsule, &mut page);
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

fn frame_json(index: usize, frame: &Frame, capsule: &Capsule) -> Value {
    let location = frame.location();
    json!({
        "index": index,
        "text": frame.text(),
        "function": frame.function(),
        "file": location.map(|location| location.file),
        "line": location.map(|location| location.line),
        "column": location.and_then(|location| location.col),
        "runtime": frame.is_runtime(),
        "source": location.and_then(|at| source(capsule, at.file, at.line)),
    })
}

/// Adds one line for each frame, the outermost first, each indented further than its caller. The numbers are the
/// 0-based indices of the frames in the backtrace.
///
/// ```text
///      [... omitted 1 runtime frame ...]
///   3: vittec::main at src/main.rs:40:9
///   2: `- vittec::front::blocks::close at src/front/blocks.rs:77:13
///         | let depth = self.open - 1;
///      [... omitted 2 runtime frames ...]
/// ```
fn tree(backtrace: &Backtrace, is_full: bool, capsule: &Capsule, page: &mut TextOutput) {
    let mut shown: Vec<BacktraceLine<'_>> = backtrace.lines(is_full).collect();
    // The lines are written in reverse, but a repeat count must still follow its frame.
    for at in 1..shown.len() {
        if matches!(shown.get(at), Some(BacktraceLine::Repeated(_))) {
            shown.swap(at - 1, at);
        }
    }
    let digits = backtrace.frames().len().saturating_sub(1).max(1).ilog10() as usize + 1;
    // The indentation is limited so that most of the line is left for the names.
    let max_depth = page.width() / 8;
    let mut depth = 0;
    for line in shown.into_iter().rev() {
        let BacktraceLine::Frame(index, frame) = line else {
            let remark = line.remark().unwrap_or_default();
            page.line(Style::Secondary, format!("  {:digits$}  {remark}", ""));
            continue;
        };
        let indent = " ".repeat(3 * usize::saturating_sub(depth, 1).min(max_depth));
        let branch = if depth > 0 { "`- " } else { "" };
        let number = format!("  {index:digits$}: {indent}{branch}");
        let style = if frame.is_runtime() { Style::Secondary } else { Style::Plain };
        let at = frame.text().strip_prefix(frame.function()).unwrap_or_default();
        let name = if style == Style::Plain { Style::Heading } else { style };
        page.styled(&[(Style::Secondary, &number), (name, frame.function()), (style, at)]);
        let location = frame.location();
        if let Some(text) = location.and_then(|at| source(capsule, at.file, at.line)) {
            let blanks = " ".repeat(number.len());
            page.styled(&[(Style::Secondary, &format!("{blanks}| ")), (Style::Plain, text.trim())]);
        }
        depth += 1;
    }
}

/// Returns a line (1-based) of a source file, if the capsule contains it.
fn source(capsule: &Capsule, file: &str, line: u32) -> Option<String> {
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let of_file = capsule.sources.iter().find(|source| source.file == file).and_then(|source| {
        let line = source.text.split(|byte| *byte == b'\n').nth(index)?;
        Some(String::from_utf8_lossy(line).into_owned())
    });
    of_file.or_else(|| {
        let file = capsule.report.sources.iter().find(|lines| lines.file == file)?;
        Some(file.lines.iter().find(|own| own.line == line)?.text.clone())
    })
}

#[cfg(test)]
mod tests {
    use vitte_capsule::CrashReport;
    use vitte_diag::Terminal;

    use super::*;

    fn drawn(frames: &[&str], width: u16, is_full: bool) -> String {
        let json = r#"{"timestamp": "", "version": "", "module": "vittec", "thread": "main",
            "signal": null, "message": "m", "backtrace": [], "code": "F0001",
            "system": {"os": "", "arch": ""}}"#;
        let report: CrashReport = serde_json::from_str(json).unwrap();
        let backtrace: Backtrace = frames.iter().map(|text| Frame::new(*text)).collect();
        let mut page = TextOutput::new(Terminal::default().with_width(width));
        tree(&backtrace, is_full, &Capsule::new(report), &mut page);
        page.finish()
    }

    #[test]
    fn repeated_frames_are_folded() {
        let frames = [&["core::panicking::panic"][..], &["vittec::expr"; 9], &["vittec::main"]];
        let expected = [
            "  10: vittec::main",
            "   1: `- vittec::expr",
            "      [... repeated 8 more times ...]",
            "      [... omitted 1 runtime frame ...]\n",
        ];
        assert_eq!(drawn(&frames.concat(), 80, false), expected.join("\n"));
        assert_eq!(drawn(&frames.concat(), 80, true).lines().count(), 11);
    }

    #[test]
    fn deep_frames_fit_the_width() {
        let names: Vec<String> = (0..60).map(|depth| format!("vittec::call_{depth}")).collect();
        let frames: Vec<&str> = names.iter().map(String::as_str).collect();
        let drawn = drawn(&frames, 80, false);
        assert!(drawn.lines().all(|line| line.len() <= 80), "{drawn}");
        assert!(drawn.ends_with("`- vittec::call_0\n"), "{drawn}");
    }
}
