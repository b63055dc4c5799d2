//! `vitte crash reduce`: the smallest sources for which the same crash comes back.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use vitte_capsule::{
    Capsule, CapsuleSource, Progress, ReduceError, Reducer, Reduction, Replay, ShrinkEnd, Size,
};
use vitte_diag::text::{self, one_line};

use super::folder::One;
use super::replay::{verdict, write_text};
use super::shell::{Done, Failure, Shell};
use super::{ask, interrupt};

/// The arguments of `vitte crash reduce`.
#[derive(Debug, Args)]
pub(super) struct Reduces {
    #[command(flatten)]
    one: One,
    /// Do not ask whether the program may be run
    #[arg(long)]
    yes: bool,
    /// The most time for all; what is smallest then is the result
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 120,
        value_parser = clap::value_parser!(u64).range(1..=86400)
    )]
    time_limit: u64,
    /// The most time for each run of the program
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=86400)
    )]
    each_limit: u64,
    /// The folder for the sources that are left, which is made [default: reduced-ID]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write what came of it as JSON
    #[arg(long)]
    json: bool,
    /// Another program, run with the arguments of the crash; or a program with all of its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

impl Reduces {
    /// The exit code is 0 where there is a smallest one, 1 where the same crash does not come back, and else 2.
    pub(super) fn run(self, shell: &mut Shell<'_>) -> Done {
        let target = self.one.load()?;
        let folder = self.out.clone().unwrap_or_else(|| default_folder(&target.capsule));
        if folder.symlink_metadata().is_ok() {
            let shown = shown(&folder);
            return Err(Failure::Said(format!(
                "`{shown}` is there already: --out names another folder"
            )));
        }
        let stop = Arc::default();
        let replay = Replay::new(&target.capsule)
            .command(self.command.clone())
            .time_limit(Duration::from_secs(self.each_limit))
            .stop_when(Arc::clone(&stop));
        let limits = format!("{} s for all, {} s for each run", self.time_limit, self.each_limit);
        ask::show(&replay.plan().map_err(Failure::said)?, &limits, shell.err)?;
        ask::may_run(self.yes, shell)?;
        interrupt::watch(&stop);
        let limit = Duration::from_secs(self.time_limit);
        let bar = Bar::new(&target.capsule.sources, limit);
        let reduced =
            Reducer::new(replay).time_limit(limit).run(&mut |progress| bar.show(progress));
        bar.0.finish_and_clear();
        match reduced {
            Ok(reduction) => self.keep(&target.capsule, reduction, &folder, shell),
            Err(error) => {
                shell.complain(&error)?;
                let ReduceError::NotSame(replayed) = error else { return Err(Failure::Code(2)) };
                write_text(&target.capsule, &replayed, shell.err)?;
                verdict(&replayed)
            }
        }
    }

    /// Keeps what is left: as a crash in the repository, and as files.
    fn keep(
        &self,
        first: &Capsule,
        mut reduction: Reduction,
        folder: &Path,
        shell: &mut Shell<'_>,
    ) -> Done {
        if let Some(error) = &reduction.error {
            writeln!(shell.err, "{}: {error}", shell.name)?;
        }
        let is_smaller = reduction.after.bytes < reduction.before.bytes
            || reduction.after.files < reduction.before.files;
        let mut stored = None;
        if is_smaller {
            let capsule = &mut reduction.capsule;
            // It says the notes too.
            capsule.diagnostic = Capsule::new(capsule.report.clone()).diagnostic;
            match self.one.folder.repository().save(capsule) {
                Ok(path) => stored = Some(path),
                Err(error) => shell.complain(&error)?,
            }
            if let Err(error) = write_files(&capsule.sources, folder) {
                shell.complain(&format!("cannot write to `{}`: {error}", shown(folder)))?;
                stored = None;
            }
        }
        if self.json {
            write_json(first, &reduction, stored.as_deref(), folder, shell)?;
        } else {
            write_reduction(&reduction, stored.as_deref(), folder, shell.out)?;
        }
        // Where nothing could be removed, it is as small as it can be, or nobody knows.
        let is_done = stored.is_some() || (!is_smaller && reduction.end == ShrinkEnd::Smallest);
        if is_done { Ok(()) } else { Err(Failure::Code(2)) }
    }
}

/// `reduced-ID`; the id of a file may be any text.
fn default_folder(capsule: &Capsule) -> PathBuf {
    let id = &capsule.report.id;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_name = !id.is_empty() && id.len() <= 64 && id.chars().all(is_plain);
    PathBuf::from(format!("reduced-{}", if is_name { id } else { "crash" }))
}

/// Writes files whose paths are inside of a new folder.
fn write_files(sources: &[CapsuleSource], folder: &Path) -> io::Result<()> {
    fs::create_dir(folder)?;
    for source in sources {
        let path = folder.join(&source.file);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(&source.text)?;
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    one_line(&path.to_string_lossy()).into_owned()
}

/// So few lines are shown at once.
const FEW_LINES: usize = 24;

/// ```text
/// 2000 lines in 1 file are now 7 lines in 1 file: 164 runs in 31.2 s
///   crash    2025-10-22T13-05-42-123-9f8e7d6c
///   sources  reduced-2025-10-22T13-05-40-007-01234567
///   command  vittec check src/main.vitte
///
///   src/main.vitte
///   | fn a
/// ```
fn write_reduction(
    reduction: &Reduction,
    stored: Option<&Path>,
    folder: &Path,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Reduction { capsule, before, after, tests, elapsed, end, .. } = reduction;
    let (before, left) = (ask::size(*before), ask::size(*after));
    let runs = text::plural("run", *tests);
    let seconds = elapsed.as_secs_f64();
    writeln!(out, "{before} are now {left}: {tests} {runs} in {seconds:.1} s")?;
    if before == left && *end == ShrinkEnd::Smallest {
        writeln!(out, "nothing of it can be removed")?;
    }
    if let Some(more) = more(*end) {
        writeln!(out, "{more}")?;
    }
    if stored.is_none() {
        return Ok(());
    }
    writeln!(out, "  crash    {}", one_line(&capsule.report.id))?;
    writeln!(out, "  sources  {}", shown(folder))?;
    let command = ask::words(capsule.report.command.iter().map(String::as_str));
    writeln!(out, "  command  {command}")?;
    if after.lines <= FEW_LINES {
        for source in &capsule.sources {
            writeln!(out, "\n  {}", one_line(&source.file))?;
            for line in String::from_utf8_lossy(&source.text).lines() {
                writeln!(out, "  | {}", one_line(line))?;
            }
        }
    }
    Ok(())
}

/// Why there may be a smaller one.
const fn more(end: ShrinkEnd) -> Option<&'static str> {
    match end {
        ShrinkEnd::Smallest => None,
        ShrinkEnd::TimeLimit => {
            Some("the time was over before all was tried: --time-limit gives more")
        }
        _ => Some("it was stopped before all was tried"),
    }
}

fn write_json(
    first: &Capsule,
    reduction: &Reduction,
    stored: Option<&Path>,
    folder: &Path,
    shell: &mut Shell<'_>,
) -> Done {
    let size = |size: Size| json!({"files": size.files, "lines": size.lines, "bytes": size.bytes});
    shell.json(&json!({
        "from": first.report.id,
        "id": stored.map(|_| &reduction.capsule.report.id),
        "capsule": stored.map(Path::to_string_lossy),
        "sources": stored.map(|_| folder.to_string_lossy()),
        "fingerprint": reduction.capsule.fingerprint,
        "before": size(reduction.before),
        "after": size(reduction.after),
        "tests": reduction.tests,
        "elapsed_ms": u64::try_from(reduction.elapsed.as_millis()).unwrap_or(u64::MAX),
        "is_smallest": reduction.end == ShrinkEnd::Smallest,
    }))
}

/// How far it is; where standard error is no terminal it is nowhere.
struct Bar(ProgressBar, usize, Instant);

impl Bar {
    fn new(sources: &[CapsuleSource], limit: Duration) -> Self {
        let bytes = Size::of(sources).bytes;
        let length = u64::try_from(bytes).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message("the first run");
        Self(bar, bytes, Instant::now() + limit)
    }

    fn show(&self, Progress { step, tests, left, .. }: &Progress) {
        let gone = self.1.saturating_sub(left.bytes);
        self.0.set_position(u64::try_from(gone).unwrap_or(u64::MAX));
        let seconds = self.2.saturating_duration_since(Instant::now()).as_secs();
        let (lines, bytes) = (left.lines, left.bytes);
        self.0.set_message(format!(
            "{lines} lines, {bytes} bytes left; {}: run {tests}; {seconds} s",
            step.name()
        ));
    }
}
