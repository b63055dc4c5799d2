//! `vitte crash stack`: the calls of a crash as a tree.

use clap::Args;
use serde_json::{Value, json};
use vitte_capsule::Capsule;
use vitte_diag::{Backtrace, BacktraceLine, Frame};

use super::folder::One;
use super::look::{Ink, Look, Page};
use super::shell::{Done, Shell};

/// The arguments of `vitte crash stack`.
#[derive(Debug, Args)]
pub(super) struct Stack {
    #[command(flatten)]
    one: One,
    /// Show the calls of the runtime too
    #[arg(long)]
    all: bool,
    /// Show the calls of every thread
    #[arg(long)]
    threads: bool,
    #[command(flatten)]
    look: Look,
    /// Write JSON: all calls of each thread, the innermost first
    #[arg(long)]
    json: bool,
}

impl Stack {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> Done {
        let capsule = self.one.load()?.capsule;
        let threads = self.threads(&capsule);
        if self.json {
            let json = |(name, calls): &(String, &Backtrace)| {
                let frames = calls.frames().iter().enumerate();
                let frames: Vec<Value> =
                    frames.map(|(index, frame)| frame_json(index, frame, &capsule)).collect();
                json!({"thread": name, "frames": frames})
            };
            return shell.json(&threads.iter().map(json).collect::<Vec<_>>());
        }
        let mut page = self.look.page();
        for (name, calls) in threads {
            page.heading(&format!("thread {name}, the outermost call first"));
            if calls.is_empty() {
                page.line(Ink::Aside, "  its calls are not known");
            }
            tree(calls, self.all, &capsule, &mut page);
        }
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }

    /// The threads that are shown, by name: the one that crashed first.
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
    let place = frame.place();
    json!({
        "index": index,
        "text": frame.text(),
        "function": frame.function(),
        "file": place.map(|place| place.file),
        "line": place.map(|place| place.line),
        "column": place.and_then(|place| place.col),
        "runtime": frame.is_runtime(),
        "source": place.and_then(|place| source(capsule, place.file, place.line)),
    })
}

/// Adds a call a line, the outermost first, each further to the right than the one that made it. The
/// numbers are those of a backtrace.
///
/// ```text
///      ... 1 call of the runtime ...
///   3: vittec::main at src/main.rs:40:9
///   2: `- vittec::front::blocks::close at src/front/blocks.rs:77:13
///         | let depth = self.open - 1;
///      ... 2 calls of the runtime ...
/// ```
fn tree(calls: &Backtrace, is_full: bool, capsule: &Capsule, page: &mut Page) {
    let mut shown: Vec<BacktraceLine<'_>> = calls.lines(is_full).collect();
    // How often a call is repeated stands behind it in this order, too.
    for at in 1..shown.len() {
        if matches!(shown.get(at), Some(BacktraceLine::Repeated(_))) {
            shown.swap(at - 1, at);
        }
    }
    let digits = calls.frames().len().saturating_sub(1).max(1).ilog10() as usize + 1;
    // Deeper calls stand below one another, so that most of the line is left for what they are.
    let deepest = page.width() / 8;
    let mut depth = 0;
    for line in shown.into_iter().rev() {
        let BacktraceLine::Frame(index, frame) = line else {
            let remark = line.remark().unwrap_or_default();
            page.line(Ink::Aside, format!("  {:digits$}  {remark}", ""));
            continue;
        };
        let indent = " ".repeat(3 * usize::saturating_sub(depth, 1).min(deepest));
        let branch = if depth > 0 { "`- " } else { "" };
        let number = format!("  {index:digits$}: {indent}{branch}");
        let ink = if frame.is_runtime() { Ink::Aside } else { Ink::Plain };
        let at = frame.text().strip_prefix(frame.function()).unwrap_or_default();
        let name = if ink == Ink::Plain { Ink::Heading } else { ink };
        page.inked(&[(Ink::Aside, &number), (name, frame.function()), (ink, at)]);
        let place = frame.place();
        if let Some(text) = place.and_then(|place| source(capsule, place.file, place.line)) {
            let blanks = " ".repeat(number.len());
            page.inked(&[(Ink::Aside, &format!("{blanks}| ")), (Ink::Plain, text.trim())]);
        }
        depth += 1;
    }
}

/// A line of a source file that the capsule has, 1-based.
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
        let calls: Backtrace = frames.iter().map(|text| Frame::new(*text)).collect();
        let mut page = Page::new(Terminal::default().with_width(width));
        tree(&calls, is_full, &Capsule::new(report), &mut page);
        page.finish()
    }

    #[test]
    fn a_recursion_is_one_call_with_a_number() {
        let frames = [&["core::panicking::panic"][..], &["vittec::expr"; 9], &["vittec::main"]];
        let expected = [
            "  10: vittec::main",
            "   1: `- vittec::expr",
            "      ... 8 times more the same call ...",
            "      ... 1 call of the runtime ...\n",
        ];
        assert_eq!(drawn(&frames.concat(), 80, false), expected.join("\n"));
        assert_eq!(drawn(&frames.concat(), 80, true).lines().count(), 11);
    }

    #[test]
    fn deep_calls_stay_on_the_page() {
        let names: Vec<String> = (0..60).map(|depth| format!("vittec::call_{depth}")).collect();
        let frames: Vec<&str> = names.iter().map(String::as_str).collect();
        let drawn = drawn(&frames, 80, false);
        assert!(drawn.lines().all(|line| line.len() <= 80), "{drawn}");
        assert!(drawn.ends_with("`- vittec::call_0\n"), "{drawn}");
    }
}
