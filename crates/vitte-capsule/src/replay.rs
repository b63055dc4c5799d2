//! Replay: runs the program of a crash again on the sources of its capsule, to check whether it crashes in the
//! same way.
//!
//! ```text
//! capsule ─▶ plan ────────────▶ run ─────────────────────────────────────▶ ReplayResult
//!            layout: paths      /tmp/vitte-replay-XXXXXX/                  Same, Other, NoCrash,
//!            environment        ├── work/      sources, current directory  TimedOut, NotStarted, …
//!            program            ├── crashes/   the crashes that it stores
//!                               └── tmp/       its TMPDIR
//! ```
//!
//! A capsule is untrusted, and its command line runs with the user's rights: show the [`ReplayPlan`] first.
//!
//! ```no_run
//! use vitte_capsule::{Capsule, Replay};
//!
//! let capsule = Capsule::read("crash.vittecrash")?;
//! let replay = Replay::new(&capsule);
//! let plan = replay.plan()?;
//! println!("run {} {:?}?", plan.program.display(), plan.arguments);
//! let result = plan.run()?;
//! println!("reproduced: {}", result.is_same());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "symbols")]
mod compiler;
mod crashes;
mod environment;
mod error;
mod layout;
mod output;
mod plan;
mod process;
mod program;
mod result;
mod run;
mod sandbox;
mod schedule;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub use environment::{ReplayVariable, VariableOrigin};
pub use error::ReplayError;
pub use output::CapturedOutput;
pub use plan::ReplayPlan;
pub use result::{OtherCrash, ReplayOutcome, ReplayResult};

use crate::capsule::Capsule;
use crate::redact::REDACTED;

/// The names of the source that was read from standard input.
const STDIN: [&str; 2] = ["<stdin>", "-"];

/// Runs the program of a crash again, on the sources of its capsule in a new directory. A builder:
/// [`run`](Self::run) starts it.
///
/// ```no_run
/// use vitte_capsule::{Replay, Repository};
///
/// let repository = Repository::new(Repository::DEFAULT_DIR);
/// let capsule = repository.load(&repository.find("latest")?)?;
/// let result = Replay::new(&capsule).run()?;
/// println!("{}", if result.is_same() { "reproduced" } else { "not reproduced" });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a `Replay` does nothing until `run` is called"]
pub struct Replay<'a> {
    pub(super) capsule: &'a Capsule,
    command: Vec<String>,
    time_limit: Duration,
    keep_dir: bool,
    stop: Arc<AtomicBool>,
    environment_prefix: Option<String>,
    owns_children: bool,
    /// Whether the outermost frames may differ.
    is_lenient: bool,
}

impl<'a> Replay<'a> {
    /// Creates the replay of a capsule, with the recorded command line and a time limit of 10 seconds.
    pub fn new(capsule: &'a Capsule) -> Self {
        let time_limit = Duration::from_secs(10);
        Self {
            capsule,
            command: Vec::new(),
            time_limit,
            keep_dir: false,
            stop: Arc::default(),
            environment_prefix: None,
            owns_children: false,
            is_lenient: false,
        }
    }

    /// Sets the command. Default: the recorded command line. A program without arguments is run with the
    /// recorded arguments; a program with arguments is run with those. Arguments that name a source of the
    /// capsule are replaced by the path of the unpacked source, see [`plan`](Self::plan).
    pub fn command(mut self, command: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.command = command.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the time limit of the whole run: unpacking the sources, the program, killing all processes that it started,
    /// reading the crashes that it stored, and removing the directory. Default: 10 seconds.
    ///
    /// The program is killed when a fifth of the limit is left, or 2 seconds.
    pub const fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Sets whether the directory of the replay is kept. Default: false.
    pub const fn keep_dir(mut self, keep_dir: bool) -> Self {
        self.keep_dir = keep_dir;
        self
    }

    /// Sets a flag that another thread can set to true, to kill the program. Default: none.
    pub fn stop_when(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = stop;
        self
    }

    /// Sets the prefix of the environment variables of the program that are taken from the capsule. Default: the file name
    /// of the program in capitals with `_` after it, if the program links the crash handler; see
    /// [`SafeVariables`](crate::SafeVariables).
    pub fn environment_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.environment_prefix = Some(prefix.into());
        self
    }

    /// Declares that this process starts no other programs during the run. All of its new child processes are then
    /// killed at the end; this finds those that hide, with another session and without environment. Default: false.
    ///
    /// Only Linux needs it. On other systems, a process that leaves the process group of the program is not killed.
    pub const fn owns_children(mut self, owns_children: bool) -> Self {
        self.owns_children = owns_children;
        self
    }

    /// Ignores differences in the outermost frames: with fewer files, a compiler may do its work in another thread.
    pub(super) const fn lenient(mut self) -> Self {
        self.is_lenient = true;
        self
    }

    /// Plans the replay and runs it.
    ///
    /// # Errors
    ///
    /// A [`ReplayError`] of [`plan`](Self::plan) or [`ReplayPlan::run`].
    pub fn run(&self) -> Result<ReplayResult, ReplayError> {
        self.plan()?.run()
    }
}
