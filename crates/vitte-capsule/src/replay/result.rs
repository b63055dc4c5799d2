//! The result of a replay.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use super::output::CapturedOutput;
use crate::capsule::Capsule;
use crate::fingerprint::Fingerprint;
use crate::report::CrashKind;

/// The result of a replay.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplayResult {
    /// Whether the program crashed in the same way.
    pub outcome: ReplayOutcome,
    /// How long the program ran; zero if it was not started.
    pub elapsed: Duration,
    /// The program's standard output.
    pub stdout: CapturedOutput,
    /// The program's standard error.
    pub stderr: CapturedOutput,
    /// The same crash if it was reproduced, else the newest crash. `None` if the program stored no crash.
    pub crash: Option<Capsule>,
    /// The directory of the replay, if it was kept or could not be removed.
    pub dir: Option<PathBuf>,
    /// What the user should know, one sentence each: crashes that were not examined, processes that could not be killed,
    /// a directory that could not be removed, another version of the program.
    pub notes: Vec<String>,
}

/// How a replay ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReplayOutcome {
    /// The program crashed with the same fingerprint.
    Same,
    /// The program crashed in other ways, newest first.
    Other(Vec<OtherCrash>),
    /// The program ended without storing a crash.
    NoCrash {
        /// The exit status.
        status: ExitStatus,
    },
    /// The time limit was reached, and the program had not stored the same crash.
    TimedOut,
    /// The program was killed because [`Replay::stop_when`](super::Replay::stop_when) asked for it.
    Stopped,
    /// The program could not be started.
    NotStarted(io::Error),
}

impl ReplayOutcome {
    /// Returns the name: `same`, `other`, `no-crash`, `timed-out`, `stopped` or `not-started`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Other(_) => "other",
            Self::NoCrash { .. } => "no-crash",
            Self::TimedOut => "timed-out",
            Self::Stopped => "stopped",
            Self::NotStarted(_) => "not-started",
        }
    }
}

/// A crash that is not the one that was replayed.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct OtherCrash {
    /// The fingerprint.
    pub fingerprint: Fingerprint,
    /// The kind, such as `panic`.
    pub kind: CrashKind,
    /// The message, truncated to 4096 bytes.
    pub message: String,
}

impl ReplayResult {
    /// Creates the result of a replay that has not run the program.
    pub(super) fn new(outcome: ReplayOutcome) -> Self {
        Self {
            outcome,
            elapsed: Duration::ZERO,
            stdout: CapturedOutput::default(),
            stderr: CapturedOutput::default(),
            crash: None,
            dir: None,
            notes: Vec::new(),
        }
    }

    /// Returns whether the same crash was reproduced.
    #[must_use]
    pub const fn is_same(&self) -> bool {
        matches!(self.outcome, ReplayOutcome::Same)
    }
}
