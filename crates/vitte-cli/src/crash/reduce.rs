//! `vitte crash reduce`: finds the smallest sources that reproduce a crash.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use vitte_capsule::reduce::{Progress, ReduceError, ReductionResult, SourceSize, StopReason};
use vitte_capsule::{Capsule, CapsuleSource, Reducer, Replay, shell_command};
use vitte_diag::text::{self, one_line};

use super::ask::AskArgs;
use super::directory::OneCrash;
use super::page::display_path;
use super::replay::{exit, write_text};
use super::shell::{CommandResult, Failure, Shell};
use super::{ask, interrupt, limit};

/// The arguments of `vitte crash reduce`.
#[derive(Debug, Args)]
pub(super) struct ReduceArgs {
    #[command(flatten)]
    crash: OneCrash,
    #[command(flatten)]
    ask: AskArgs,
    /// The limit of everything; the result is the smallest sources so far
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 120,
        value_parser = clap::value_parser!(u64).range(1..=86400)
    )]
    time_limit: u64,
    /// The limit of each run of the program
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=86400)
    )]
    each_limit: u64,
    /// Set the variables of the capsule with this prefix [default: the name of the program, such as VITTEC_]
    #[arg(long, value_name = "PREFIX")]
    env_prefix: Option<String>,
    /// The new directory for the reduced sources [default: reduced-ID]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the result as JSON
    #[arg(long)]
    json: bool,
    /// Run COMMAND instead of the recorded program; without arguments, the recorded ones are used
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

impl ReduceArgs {
    /// Exits with 0 if the smallest sources were found, 1 if the crash was not reproduced, and 2 otherwise.
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        let limit = Duration::from_secs(self.time_limit);
        let (capsule, left) = limit::load(&self.crash, limit, shell)?;
        let (stop, start) = (Arc::default(), Instant::now());
        let dir = self.out.clone().unwrap_or_else(|| default_dir(&capsule));
        if dir.symlink_metadata().is_ok() {
            let shown = display_path(&dir);
            return Err(Failure::Message(format!(
                "`{shown}` already exists; pass another directory with --out"
            )));
        }
        let mut replay = Replay::new(&capsule)
            .command(self.command.clone())
            .time_limit(Duration::from_secs(self.each_limit))
            .owns_children(true)
            .stop_when(Arc::clone(&stop));
        if let Some(prefix) = &self.env_prefix {
            replay = replay.environment_prefix(prefix);
        }
        let limits = format!("{} s in total, {} s for each run", self.time_limit, self.each_limit);
        let plan = replay.plan().map_err(Failure::message)?;
        let left = left.saturating_sub(start.elapsed());
        if !self.ask.confirm(&plan, &limits, shell)? {
            return Ok(());
        }
        interrupt::watch(&stop);
        let bar = Bar::new(&capsule.sources, left);
        let reduced =
            Reducer::new(replay.clone()).time_limit(left).run(&mut |progress| bar.show(progress));
        bar.bar.finish_and_clear();
        match reduced {
            Ok(reduction) => self.save(&capsule, reduction, &dir, shell),
            Err(error) => {
                shell.warn(&error)?;
                let ReduceError::NotReproduced(replayed) = error else {
                    return Err(Failure::Exit(2));
                };
                write_text(&capsule, &replayed, shell.err)?;
                exit(&replayed)
            }
        }
    }

    /// Stores the reduced crash in the repository, and writes its sources as files.
    fn save(
        &self,
        first: &Capsule,
        mut reduction: ReductionResult,
        dir: &Path,
        shell: &mut Shell<'_>,
    ) -> CommandResult {
        if let Some(error) = &reduction.error {
            writeln!(shell.err, "{}: {error}", shell.program)?;
        }
        let is_smaller = reduction.after.bytes < reduction.before.bytes
            || reduction.after.files < reduction.before.files;
        let mut stored = None;
        if is_smaller {
            let capsule = &mut reduction.capsule;
            // The notes of the report have changed since the diagnostic was made.
            capsule.diagnostic = Capsule::new(capsule.report.clone()).diagnostic;
            match self.crash.directory.repository().save(capsule) {
                Ok(path) => stored = Some(path),
                Err(error) => shell.warn(&error)?,
            }
            if let Err(error) = write_files(&capsule.sources, dir) {
                shell.warn(&format!("cannot write to `{}`: {error}", display_path(dir)))?;
                stored = None;
            }
        }
        if self.json {
            write_json(first, &reduction, stored.as_deref(), dir, shell)?;
        } else {
            write_reduction(&reduction, stored.as_deref(), dir, shell.out)?;
        }
        // Without a reduction, success means that the sources were already the smallest.
        let is_done =
            stored.is_some() || (!is_smaller && reduction.stop_reason == StopReason::Smallest);
        if is_done { Ok(()) } else { Err(Failure::Exit(2)) }
    }
}

/// Returns `reduced-ID`, or `reduced-crash` if the id is not a plain name: a capsule from elsewhere can have any id.
fn default_dir(capsule: &Capsule) -> PathBuf {
    let id = &capsule.report.id;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_name = !id.is_empty() && id.len() <= 64 && id.chars().all(is_plain);
    PathBuf::from(format!("reduced-{}", if is_name { id } else { "crash" }))
}

/// Creates `dir` and writes the files below it.
fn write_files(sources: &[CapsuleSource], dir: &Path) -> io::Result<()> {
    fs::create_dir(dir)?;
    for source in sources {
        let path = dir.join(&source.file);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(&source.text)?;
    }
    Ok(())
}

/// Sources of at most this many lines are written to the terminal.
const MAX_SHOWN_LINES: usize = 24;

/// ```text
/// 2000 lines in 1 file reduced to 7 lines in 1 file: 164 runs in 31.2 s
///   crash    2025-10-22T13-05-42-123-9f8e7d6c
///   sources  reduced-2025-10-22T13-05-40-007-01234567
///   command  vittec check src/main.vitte
///
///   src/main.vitte
///   | fn a
/// ```
fn write_reduction(
    reduction: &ReductionResult,
    stored: Option<&Path>,
    dir: &Path,
    out: &mut dyn Write,
) -> io::Result<()> {
    let ReductionResult { capsule, before, after, tests, elapsed, stop_reason, .. } = reduction;
    let (before, left) = (ask::size(*before), ask::size(*after));
    let runs = text::plural("run", *tests);
    let seconds = elapsed.as_secs_f64();
    writeln!(out, "{before} reduced to {left}: {tests} {runs} in {seconds:.1} s")?;
    if before == left && *stop_reason == StopReason::Smallest {
        writeln!(out, "nothing can be removed")?;
    }
    if let Some(why) = incomplete(*stop_reason) {
        writeln!(out, "{why}")?;
    }
    if stored.is_none() {
        return Ok(());
    }
    writeln!(out, "  crash    {}", one_line(&capsule.report.id))?;
    writeln!(out, "  sources  {}", display_path(dir))?;
    let command = shell_command(&capsule.report.args);
    writeln!(out, "  command  {command}")?;
    if after.lines <= MAX_SHOWN_LINES {
        for source in &capsule.sources {
            writeln!(out, "\n  {}", one_line(&source.file))?;
            for line in String::from_utf8_lossy(&source.text).lines() {
                writeln!(out, "  | {}", one_line(line))?;
            }
        }
    }
    Ok(())
}

/// Returns why the result may not be the smallest.
const fn incomplete(end: StopReason) -> Option<&'static str> {
    match end {
        StopReason::Smallest => None,
        StopReason::TimeLimit => Some(
            "stopped at the time limit before everything was tried; --time-limit sets a longer one",
        ),
        StopReason::TooLarge => Some("the remaining sources are too large to be split further"),
        _ => Some("stopped before everything was tried"),
    }
}

fn write_json(
    first: &Capsule,
    reduction: &ReductionResult,
    stored: Option<&Path>,
    dir: &Path,
    shell: &mut Shell<'_>,
) -> CommandResult {
    let size =
        |size: SourceSize| json!({"files": size.files, "lines": size.lines, "bytes": size.bytes});
    shell.json(&json!({
        "from": first.report.id,
        "id": stored.map(|_| &reduction.capsule.report.id),
        "capsule": stored.map(Path::to_string_lossy),
        "sources": stored.map(|_| dir.to_string_lossy()),
        "fingerprint": reduction.capsule.fingerprint,
        "before": size(reduction.before),
        "after": size(reduction.after),
        "tests": reduction.tests,
        "elapsed_ms": u64::try_from(reduction.elapsed.as_millis()).unwrap_or(u64::MAX),
        "is_smallest": reduction.stop_reason == StopReason::Smallest,
    }))
}

/// The progress bar; invisible if standard error is not a terminal.
struct Bar {
    bar: ProgressBar,
    /// Bytes of the sources before the reduction.
    bytes: usize,
    deadline: Instant,
}

impl Bar {
    fn new(sources: &[CapsuleSource], limit: Duration) -> Self {
        let bytes = SourceSize::of(sources).bytes;
        let length = u64::try_from(bytes).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message("the first run");
        Self { bar, bytes, deadline: Instant::now() + limit }
    }

    fn show(&self, Progress { pass, tests, remaining, .. }: &Progress) {
        let removed = self.bytes.saturating_sub(remaining.bytes);
        self.bar.set_position(u64::try_from(removed).unwrap_or(u64::MAX));
        let seconds = self.deadline.saturating_duration_since(Instant::now()).as_secs();
        let SourceSize { lines, bytes, .. } = *remaining;
        let (line_noun, byte_noun) = (text::plural("line", lines), text::plural("byte", bytes));
        self.bar.set_message(format!(
            "{lines} {line_noun}, {bytes} {byte_noun} left; {}: run {tests}; {seconds} s",
            pass.name()
        ));
    }
}
