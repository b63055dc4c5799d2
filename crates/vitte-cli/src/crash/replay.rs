//! `vitte crash replay`: does the same crash come back?

use std::io::{self, Write};
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use vitte_capsule::{Capsule, Output, Replay, ReplayOutcome, Replayed};
use vitte_diag::text::one_line;

use super::folder::One;
use super::shell::{Done, Failure, Shell};
use super::{ask, interrupt};

/// The arguments of `vitte crash replay`.
#[derive(Debug, Args)]
pub(super) struct Replays {
    #[command(flatten)]
    one: One,
    /// Do not ask whether the program may be run
    #[arg(long)]
    yes: bool,
    /// The most time that the program may take
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=86400)
    )]
    time_limit: u64,
    /// Keep the folder that it is run in
    #[arg(long)]
    keep: bool,
    /// Write what came of it as JSON
    #[arg(long)]
    json: bool,
    /// Another program, run with the arguments of the crash; or a program with all of its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// What the JSON says.
#[derive(Serialize)]
struct Json<'a> {
    outcome: &'static str,
    /// That of the crash which was replayed.
    fingerprint: String,
    elapsed_ms: u64,
    /// How the program ended, where it stored no crash.
    status: Option<String>,
    /// Why the system did not start it.
    error: Option<String>,
    /// The crashes that came instead.
    crashes: Vec<JsonCrash<'a>>,
    /// The folder that it was run in, where it is kept.
    folder: Option<String>,
    /// The end of standard error.
    stderr: String,
}

#[derive(Serialize)]
struct JsonCrash<'a> {
    fingerprint: String,
    kind: &'a str,
    message: &'a str,
}

impl Replays {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> Done {
        let target = self.one.load()?;
        let stop = Arc::default();
        let replay = Replay::new(&target.capsule)
            .command(self.command)
            .keep(self.keep)
            .time_limit(Duration::from_secs(self.time_limit))
            .stop_when(Arc::clone(&stop));
        let plan = replay.plan().map_err(Failure::said)?;
        ask::show(&plan, &format!("{} s", self.time_limit), shell.err)?;
        ask::may_run(self.yes, shell)?;
        interrupt::watch(&stop);
        let replayed = plan.run().map_err(Failure::said)?;
        if self.json {
            write_json(&target.capsule, &replayed, shell)?;
        } else {
            write_text(&target.capsule, &replayed, shell.out)?;
            if !replayed.is_same() {
                write_end("standard error", &replayed.stderr, shell.out)?;
            }
            if let Some(folder) = &replayed.folder {
                writeln!(shell.out, "its folder is `{}`", one_line(&folder.to_string_lossy()))?;
            }
        }
        verdict(&replayed)
    }
}

/// How the command ends: exit code 1 where the same crash did not come back, and 2 where nobody knows.
pub(super) fn verdict(replayed: &Replayed) -> Done {
    match replayed.outcome {
        ReplayOutcome::Same => Ok(()),
        ReplayOutcome::NotStarted(_) | ReplayOutcome::Stopped => Err(Failure::Code(2)),
        _ => Err(Failure::Code(1)),
    }
}

/// Says what came of a replay.
pub(super) fn write_text(
    capsule: &Capsule,
    replayed: &Replayed,
    out: &mut dyn Write,
) -> io::Result<()> {
    let wanted = capsule.fingerprint.short();
    let seconds = replayed.elapsed.as_secs_f64();
    match &replayed.outcome {
        ReplayOutcome::Same => {
            writeln!(out, "the same crash came back after {seconds:.2} s: {wanted}")
        }
        ReplayOutcome::Other(crashes) => {
            writeln!(out, "another crash came instead of {wanted}, after {seconds:.2} s:")?;
            for crash in crashes {
                let (short, message) = (crash.fingerprint.short(), one_line(&crash.message));
                writeln!(out, "  {short}  {}: {message}", crash.kind)?;
            }
            Ok(())
        }
        ReplayOutcome::NoCrash { status } => {
            let how = how(*status);
            writeln!(out, "no crash came, and the program ended after {seconds:.2} s: {how}")
        }
        ReplayOutcome::TimedOut => {
            writeln!(out, "no such crash came within {seconds:.0} s, and the program was killed")
        }
        ReplayOutcome::Stopped => writeln!(out, "the program was killed as you wished"),
        ReplayOutcome::NotStarted(error) => {
            writeln!(out, "the program could not be started: {error}")
        }
        other => writeln!(out, "{}", other.name()),
    }
}

fn how(status: ExitStatus) -> String {
    status.to_string()
}

/// The most lines of a stream that are shown, and characters of each.
const MOST_LINES: usize = 20;
const MOST_CHARS: usize = 300;

/// The last lines of a stream, with nothing in them that a terminal obeys.
fn write_end(name: &str, stream: &Output, out: &mut dyn Write) -> io::Result<()> {
    if stream.bytes == 0 {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&stream.end);
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.get(lines.len().saturating_sub(MOST_LINES)..).unwrap_or_default();
    writeln!(out, "the end of its {} bytes of {name}:", stream.bytes)?;
    for line in last {
        let line: String = line.chars().take(MOST_CHARS).collect();
        writeln!(out, "  | {}", one_line(&line))?;
    }
    Ok(())
}

fn write_json(capsule: &Capsule, replayed: &Replayed, shell: &mut Shell<'_>) -> Done {
    let (mut status, mut error, mut crashes) = (None, None, Vec::new());
    match &replayed.outcome {
        ReplayOutcome::Other(others) => {
            crashes.extend(others.iter().map(|other| JsonCrash {
                fingerprint: other.fingerprint.to_string(),
                kind: &other.kind,
                message: &other.message,
            }));
        }
        ReplayOutcome::NoCrash { status: ended } => status = Some(how(*ended)),
        ReplayOutcome::NotStarted(why) => error = Some(why.to_string()),
        _ => {}
    }
    let stderr = &replayed.stderr.end;
    let end = stderr.get(stderr.len().saturating_sub(16 << 10)..).unwrap_or_default();
    shell.json(&Json {
        outcome: replayed.outcome.name(),
        fingerprint: capsule.fingerprint.to_string(),
        elapsed_ms: u64::try_from(replayed.elapsed.as_millis()).unwrap_or(u64::MAX),
        status,
        error,
        crashes,
        folder: replayed.folder.as_ref().map(|folder| folder.to_string_lossy().into_owned()),
        stderr: String::from_utf8_lossy(end).into_owned(),
    })
}
