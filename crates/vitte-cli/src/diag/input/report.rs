//! Messages about the inputs, and the progress bar.

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{BinaryBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use vitte_diag::text;

use super::Problem;

/// Invalid lines of one file beyond this number are only counted.
pub(in crate::diag) const MAX_REPORTED_LINES: u64 = 20;

/// The maximum length of a reason in bytes. It may quote the line.
const MAX_REASON_BYTES: usize = 200;

/// Writes what could not be read.
pub(in crate::diag) struct Report<'w> {
    out: &'w mut dyn Write,
    progress: Progress,
    /// The current input.
    name: String,
    /// The number of its lines before the current block.
    lines: u64,
    /// The number of its lines that are invalid.
    bad: u64,
    /// Whether some input could not be read.
    has_errors: bool,
}

impl<'w> Report<'w> {
    pub(super) fn new(out: &'w mut dyn Write, progress: Progress) -> Self {
        Self { out, progress, name: String::new(), lines: 0, bad: 0, has_errors: false }
    }

    /// Writes a message.
    pub(in crate::diag) fn message(&mut self, message: &str) -> io::Result<()> {
        self.progress.hide();
        writeln!(self.out, "vitte: {message}")
    }

    /// Writes other messages: what `write` writes.
    pub(in crate::diag) fn messages(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut messages = Vec::new();
        write(&mut messages)?;
        if !messages.is_empty() {
            self.progress.hide();
            self.out.write_all(&messages)?;
        }
        Ok(())
    }

    /// Returns the name of the current input.
    pub(in crate::diag) fn name(&self) -> &str {
        &self.name
    }

    /// Reports a line of the current block, counted from 1, that was skipped.
    pub(in crate::diag) fn problem(&mut self, line: u64, problem: &Problem) -> io::Result<()> {
        self.block(0, 1, [(line, problem)])
    }

    /// Begins an input.
    pub(super) fn start(&mut self, name: String) -> io::Result<()> {
        self.end()?;
        self.name = name;
        (self.lines, self.bad) = (0, 0);
        Ok(())
    }

    /// Ends the current input.
    pub(super) fn end(&mut self) -> io::Result<()> {
        let more = std::mem::take(&mut self.bad).saturating_sub(MAX_REPORTED_LINES);
        if more > 0 {
            self.progress.hide();
            report_more_lines(&self.name, more, self.out)?;
        }
        self.progress.show();
        Ok(())
    }

    pub(super) fn failed(&mut self, reason: &str) -> io::Result<()> {
        self.has_errors = true;
        let message = format!("cannot read `{}`: {reason}", self.name);
        self.message(&message)
    }

    /// Reports the lines of a block that were skipped: `lines` is the number of all its lines, and `bad` that of those that
    /// were skipped, of which `problems` are the first.
    pub(super) fn block<'p>(
        &mut self,
        lines: u64,
        bad: u64,
        problems: impl IntoIterator<Item = (u64, &'p Problem)>,
    ) -> io::Result<()> {
        let before = self.bad;
        self.bad += bad;
        self.has_errors |= bad > 0;
        let left = MAX_REPORTED_LINES.saturating_sub(before);
        for (line, problem) in
            problems.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX))
        {
            let (name, number) = (&self.name, self.lines + line);
            let message = match problem {
                Problem::Invalid(invalid) => {
                    let (column, reason) = (invalid.column, &invalid.reason);
                    format!("{name}:{number}:{column}: not a JSON diagnostic: {reason}")
                }
                Problem::Unknown(reason) => {
                    let reason = text::one_line(text::truncate(reason, MAX_REASON_BYTES));
                    format!("{name}:{number}: not a diagnostic: {reason}")
                }
                Problem::TooLong(max) => too_long(name, &format!("line {number}"), *max),
                Problem::LongDiagnostic(max) => {
                    too_long(name, &format!("the diagnostic in line {number}"), *max)
                }
            };
            self.message(&message)?;
        }
        self.lines += lines;
        self.progress.show();
        Ok(())
    }

    /// Ends the last input. Returns true if everything could be read.
    pub(super) fn finish(mut self) -> io::Result<bool> {
        self.end()?;
        self.progress.hide();
        Ok(!self.has_errors)
    }
}

fn too_long(name: &str, what: &str, max: usize) -> String {
    format!(
        "cannot read `{name}`: {what} has more than {max} bytes, the limit; --max-line-bytes sets another one"
    )
}

/// Reports how many further lines are not diagnostics.
pub(in crate::diag) fn report_more_lines(
    name: &str,
    count: u64,
    report: &mut dyn Write,
) -> io::Result<()> {
    let more = text::more("line", usize::try_from(count).unwrap_or(usize::MAX));
    let are = if count == 1 { "is not a diagnostic" } else { "are not diagnostics" };
    writeln!(report, "vitte: {name}: {more} {are}")
}

/// A bar on standard error for work that takes longer than a second.
pub(in crate::diag) struct Progress {
    read: Arc<AtomicU64>,
    /// The size of all inputs, or 0 if it is not known.
    total: u64,
    start: Instant,
    shown: Instant,
    bar: Option<ProgressBar>,
    is_enabled: bool,
}

impl Progress {
    /// `read` counts bytes. Without `is_enabled`, or if standard error is not a terminal, nothing is shown.
    pub(super) fn new(inputs: &[PathBuf], read: Arc<AtomicU64>, is_enabled: bool) -> Self {
        let sizes =
            inputs.iter().map(|path| path.metadata().ok().filter(std::fs::Metadata::is_file));
        let total = sizes.map(|file| Some(file?.len())).sum::<Option<u64>>().unwrap_or(0);
        let start = Instant::now();
        let is_enabled = is_enabled && io::stderr().is_terminal();
        Self { read, total, start, shown: start, bar: None, is_enabled }
    }

    /// Shows or updates the bar, at most ten times a second.
    fn show(&mut self) {
        const DELAY: Duration = Duration::from_secs(1);
        const INTERVAL: Duration = Duration::from_millis(100);
        if !self.is_enabled || self.start.elapsed() < DELAY || self.shown.elapsed() < INTERVAL {
            return;
        }
        self.shown = Instant::now();
        let total = self.total;
        let bar = self.bar.get_or_insert_with(|| {
            let length = Some(total).filter(|total| *total > 0);
            let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
            let template = match length {
                Some(_) => "{bar:24} {binary_bytes} of {binary_total_bytes}, {msg}/s",
                None => "{binary_bytes}, {msg}/s",
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        });
        let read = self.read.load(Ordering::Relaxed);
        // Since the start: the bar itself would measure from when it is shown.
        let milliseconds = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let speed = read.saturating_mul(1000) / milliseconds.max(1);
        bar.set_message(BinaryBytes(speed).to_string());
        bar.set_position(read);
    }

    /// Removes the bar, so that something else can be written. It comes back with the next block.
    fn hide(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
