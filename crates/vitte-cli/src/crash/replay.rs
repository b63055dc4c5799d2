//! `vitte crash replay`: runs the program of a crash again.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;
use vitte_capsule::replay::{CapturedOutput, ReplayOutcome, ReplayResult};
use vitte_capsule::{Capsule, Replay};
use vitte_diag::text::{self, one_line};

use super::ask::AskArgs;
use super::directory::OneCrash;
use super::shell::{CommandResult, Failure, Shell};
use super::{interrupt, limit};

/// The arguments of `vitte crash replay`.
#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    #[command(flatten)]
    crash: OneCrash,
    #[command(flatten)]
    ask: AskArgs,
    /// The limit of everything: reading the crash, running the program, and examining its crashes
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=86400)
    )]
    time_limit: u64,
    /// Set the variables of the capsule with this prefix [default: the name of the program, such as VITTEC_]
    #[arg(long, value_name = "PREFIX")]
    env_prefix: Option<String>,
    /// Keep the directory in which the program is run
    #[arg(long)]
    keep: bool,
    /// Write the result as JSON
    #[arg(long)]
    json: bool,
    /// Run COMMAND instead of the recorded program; without arguments, the recorded ones are used
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// The JSON document.
#[derive(Serialize)]
struct ReplayJson<'a> {
    outcome: &'static str,
    /// The fingerprint of the replayed crash.
    fingerprint: String,
    elapsed_ms: u64,
    /// The exit status, if the program stored no crash.
    status: Option<String>,
    /// Why the program could not be started.
    error: Option<String>,
    /// The other crashes.
    crashes: Vec<JsonCrash<'a>>,
    /// The directory in which the program was run, if it is kept.
    folder: Option<String>,
    /// What was not examined, killed or removed.
    notes: &'a [String],
    /// The last 16 KiB of standard error.
    stderr: String,
}

#[derive(Serialize)]
struct JsonCrash<'a> {
    fingerprint: String,
    kind: &'a str,
    message: &'a str,
}

impl ReplayArgs {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        let limit = Duration::from_secs(self.time_limit);
        let (capsule, left) = limit::load(&self.crash, limit, shell)?;
        let (stop, start) = (Arc::default(), Instant::now());
        let mut replay = Replay::new(&capsule)
            .command(self.command)
            .keep_dir(self.keep)
            .time_limit(limit)
            .owns_children(true)
            .stop_when(Arc::clone(&stop));
        if let Some(prefix) = self.env_prefix {
            replay = replay.environment_prefix(prefix);
        }
        let plan = replay.plan().map_err(Failure::message)?;
        // The time that the user takes to answer does not count.
        let left = left.saturating_sub(start.elapsed());
        if !self.ask.confirm(&plan, &format!("{} s", self.time_limit), shell)? {
            return Ok(());
        }
        interrupt::watch(&stop);
        let replayed = plan.run_within(left).map_err(Failure::message)?;
        if self.json {
            write_json(&capsule, &replayed, shell)?;
        } else {
            write_text(&capsule, &replayed, shell.out)?;
            if !replayed.is_same() {
                write_tail("standard error", &replayed.stderr, shell.out)?;
            }
            if let Some(folder) = replayed.dir.as_ref().filter(|_| self.keep) {
                writeln!(
                    shell.out,
                    "kept the directory `{}`",
                    one_line(&folder.to_string_lossy())
                )?;
            }
        }
        exit(&replayed)
    }
}

/// Returns how the command ends: exit code 1 if the crash was not reproduced, 2 if that is not known.
pub(super) fn exit(replayed: &ReplayResult) -> CommandResult {
    match replayed.outcome {
        ReplayOutcome::Same => Ok(()),
        ReplayOutcome::NotStarted(_) | ReplayOutcome::Stopped => Err(Failure::Exit(2)),
        _ => Err(Failure::Exit(1)),
    }
}

/// Writes the result of a replay.
pub(super) fn write_text(
    capsule: &Capsule,
    replayed: &ReplayResult,
    out: &mut dyn Write,
) -> io::Result<()> {
    let expected = &capsule.fingerprint.short();
    let seconds = replayed.elapsed.as_secs_f64();
    write_outcome(expected, seconds, &replayed.outcome, out)?;
    replayed.notes.iter().try_for_each(|note| writeln!(out, "note: {}", one_line(note)))
}

fn write_outcome(
    expected: &str,
    seconds: f64,
    outcome: &ReplayOutcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    match outcome {
        ReplayOutcome::Same => {
            writeln!(out, "reproduced after {seconds:.2} s: {expected}")
        }
        ReplayOutcome::Other(crashes) => {
            writeln!(out, "not reproduced: other crashes than {expected} after {seconds:.2} s:")?;
            for crash in crashes {
                let message: String = crash.message.chars().take(MAX_CHARS).collect();
                let (short, message) = (crash.fingerprint.short(), one_line(&message));
                writeln!(out, "  {short}  {}: {message}", crash.kind)?;
            }
            Ok(())
        }
        ReplayOutcome::NoCrash { status } => {
            writeln!(
                out,
                "not reproduced: the program ended after {seconds:.2} s without a crash ({status})"
            )
        }
        ReplayOutcome::TimedOut if seconds == 0.0 => {
            writeln!(out, "not reproduced within the time limit: the program was not started")
        }
        ReplayOutcome::TimedOut => {
            writeln!(
                out,
                "not reproduced within the time limit: the program ran for {seconds:.1} s"
            )
        }
        ReplayOutcome::Stopped => writeln!(out, "interrupted; the program was killed"),
        ReplayOutcome::NotStarted(error) => {
            writeln!(out, "the program could not be started: {error}")
        }
        other => writeln!(out, "{}", other.name()),
    }
}

/// Lines of a stream that are shown: the last ones.
const MAX_LINES: usize = 20;
/// Characters of such a line.
const MAX_CHARS: usize = 300;

/// Writes the last lines of a stream, safe for a terminal.
fn write_tail(name: &str, stream: &CapturedOutput, out: &mut dyn Write) -> io::Result<()> {
    if stream.total_bytes == 0 {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&stream.tail);
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.get(lines.len().saturating_sub(MAX_LINES)..).unwrap_or_default();
    let bytes = stream.total_bytes;
    let noun = text::plural("byte", usize::try_from(bytes).unwrap_or(usize::MAX));
    writeln!(out, "the last lines of {name} ({bytes} {noun}):")?;
    for line in last {
        let line: String = line.chars().take(MAX_CHARS).collect();
        writeln!(out, "  | {}", one_line(&line))?;
    }
    Ok(())
}

fn write_json(capsule: &Capsule, replayed: &ReplayResult, shell: &mut Shell<'_>) -> CommandResult {
    let (mut status, mut error, mut crashes) = (None, None, Vec::new());
    match &replayed.outcome {
        ReplayOutcome::Other(others) => {
            crashes.extend(others.iter().map(|other| JsonCrash {
                fingerprint: other.fingerprint.to_string(),
                kind: other.kind.as_str(),
                message: &other.message,
            }));
        }
        ReplayOutcome::NoCrash { status: ended } => status = Some(ended.to_string()),
        ReplayOutcome::NotStarted(why) => error = Some(why.to_string()),
        _ => {}
    }
    let stderr = &replayed.stderr.tail;
    let end = stderr.get(stderr.len().saturating_sub(16 << 10)..).unwrap_or_default();
    shell.json(&ReplayJson {
        outcome: replayed.outcome.name(),
        fingerprint: capsule.fingerprint.to_string(),
        elapsed_ms: u64::try_from(replayed.elapsed.as_millis()).unwrap_or(u64::MAX),
        status,
        error,
        crashes,
        notes: &replayed.notes,
        folder: replayed.dir.as_ref().map(|dir| dir.to_string_lossy().into_owned()),
        stderr: String::from_utf8_lossy(end).into_owned(),
    })
}
