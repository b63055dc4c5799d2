//! Runs a plan.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use vitte_diag::text;

use super::crashes::{self, StoredCrashes};
use super::process::{self, ProcessEnd};
use super::result::{ReplayOutcome, ReplayResult};
use super::sandbox::Sandbox;
use super::schedule::Schedule;
use super::{ReplayError, ReplayPlan};
use crate::capsule::CapsuleSource;
use crate::report::CrashReport;

impl ReplayPlan<'_> {
    /// Runs the program in a new directory that only its owner can access, and removes the directory.
    ///
    /// The program gets the [variables](Self::variables) of the plan, and no others. Standard input is empty, unless the
    /// capsule has a source that was read from it. When the program ends, and at the time limit, all processes that it
    /// started are killed.
    ///
    /// # Errors
    ///
    /// A [`ReplayError`] if the directory or a file in it cannot be created.
    pub fn run(&self) -> Result<ReplayResult, ReplayError> {
        self.run_within(self.time_limit())
    }

    /// Runs the program with another time limit, such as what is left of one.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn run_within(&self, limit: Duration) -> Result<ReplayResult, ReplayError> {
        let sources = self.replay.capsule.sources.iter().zip(&self.paths);
        self.run_on(sources.map(|(source, path)| (&**path, &*source.text)), limit)
    }

    /// Runs the program on other versions of the capsule's sources. Sources that are missing are not written.
    pub(crate) fn run_with(
        &self,
        sources: &[CapsuleSource],
        limit: Duration,
    ) -> Result<ReplayResult, ReplayError> {
        let sources = sources.iter().filter_map(|source| {
            let mut originals = self.replay.capsule.sources.iter();
            let index = originals.position(|original| original.file == source.file)?;
            Some((&**self.paths.get(index)?, &*source.text))
        });
        self.run_on(sources, limit)
    }

    fn run_on<'s>(
        &self,
        sources: impl Iterator<Item = (&'s str, &'s [u8])>,
        limit: Duration,
    ) -> Result<ReplayResult, ReplayError> {
        let schedule = Schedule::new(limit, &self.replay.stop);
        if schedule.is_run_over() {
            return Ok(ReplayResult::new(not_run(&schedule)));
        }
        let sandbox = Sandbox::new(self.replay.keep_dir)?;
        let mut result = match write(&sandbox, sources, &schedule)? {
            true => self.run_in(&sandbox, &schedule),
            false => ReplayResult::new(not_run(&schedule)),
        };
        let root = sandbox.root.clone();
        match sandbox.remove(schedule.end) {
            Ok(()) => result.dir = self.replay.keep_dir.then_some(root),
            Err(error) => {
                let shown = root.to_string_lossy();
                let shown = text::one_line(&shown);
                result.notes.push(format!("cannot remove the directory `{shown}`: {error}"));
                result.dir = Some(root);
            }
        }
        Ok(result)
    }

    fn run_in(&self, sandbox: &Sandbox, schedule: &Schedule) -> ReplayResult {
        let start = Instant::now();
        let owns_children = self.replay.owns_children;
        let run = process::run(self.command(sandbox), schedule, &sandbox.root, owns_children);
        let elapsed = start.elapsed();
        let finished = match run {
            Ok(finished) => finished,
            Err(error) => return ReplayResult::new(ReplayOutcome::NotStarted(error)),
        };
        let crashes = crashes::read(&sandbox.crashes(), &self.expected, schedule);
        let mut notes = Vec::new();
        if finished.survivors > 0 {
            let processes = match finished.survivors {
                1 => "process",
                _ => "processes",
            };
            notes.push(format!("cannot kill {} {processes} of the program", finished.survivors));
        }
        if crashes.unread > 0 && crashes.same.is_none() {
            let files = text::plural("crash report", crashes.unread);
            notes.push(format!("{} {files} of the run not examined", crashes.unread));
        }
        if crashes.unreadable > 0 {
            let files = text::plural("crash report", crashes.unreadable);
            notes.push(format!("{} {files} of the run cannot be read", crashes.unreadable));
        }
        let StoredCrashes { same, other, others, unread, .. } = crashes;
        let outcome = match finished.end {
            // Checked first: the program may have stored the crash, continued, and then hung.
            _ if same.is_some() => ReplayOutcome::Same,
            ProcessEnd::Stopped => ReplayOutcome::Stopped,
            ProcessEnd::TimedOut => ReplayOutcome::TimedOut,
            // What was not examined may be the same crash.
            ProcessEnd::Exited(_) if others.is_empty() && unread > 0 => ReplayOutcome::TimedOut,
            ProcessEnd::Exited(status) if others.is_empty() => ReplayOutcome::NoCrash { status },
            ProcessEnd::Exited(_) => ReplayOutcome::Other(others),
        };
        let crash = same.or(other);
        let original = &self.replay.capsule.report;
        notes.extend(crash.as_ref().and_then(|crash| other_build(original, &crash.report)));
        let (stdout, stderr) = (finished.stdout, finished.stderr);
        ReplayResult { elapsed, stdout, stderr, crash, notes, ..ReplayResult::new(outcome) }
    }

    fn command(&self, sandbox: &Sandbox) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(sandbox.work()).env_clear();
        let variables = self.environment.all(&sandbox.root).into_iter();
        command.envs(variables.map(|variable| (variable.name, variable.value)));
        // A source that was read from standard input is passed there again.
        let stdin = self.stdin.as_ref();
        let stdin = stdin.and_then(|path| fs::File::open(sandbox.work().join(path)).ok());
        command.stdin(stdin.map_or_else(Stdio::null, Stdio::from));
        command
    }
}

/// Returns the outcome if there was no time to start the program.
fn not_run(schedule: &Schedule) -> ReplayOutcome {
    if schedule.is_stopped() { ReplayOutcome::Stopped } else { ReplayOutcome::TimedOut }
}

/// Writes the sources. Returns false if the time is over.
fn write<'s>(
    sandbox: &Sandbox,
    sources: impl Iterator<Item = (&'s str, &'s [u8])>,
    schedule: &Schedule,
) -> Result<bool, ReplayError> {
    for (path, text) in sources {
        if !sandbox.write(path, text, schedule)? {
            return Ok(false);
        }
    }
    Ok(!schedule.is_run_over())
}

/// Returns a note if the program that was run is not the recorded one.
fn other_build(recorded: &CrashReport, run: &CrashReport) -> Option<String> {
    let [recorded, run] = [recorded, run].map(super::plan::build);
    (recorded != run)
        .then(|| format!("the program is {run}; the capsule was recorded by {recorded}"))
}
