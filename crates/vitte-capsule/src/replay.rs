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

mod environment;
mod error;
mod layout;
mod plan;
mod process;
mod program;

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

pub use error::ReplayError;
pub use plan::ReplayPlan;
pub use process::CapturedOutput;
use process::ProcessEnd;

use crate::atomic_file;
use crate::capsule::{Capsule, CapsuleSource};
use crate::fingerprint::Fingerprint;
use crate::redact::REDACTED;
use crate::report::{CrashKind, CrashReport};
use crate::repository::Repository;

/// The name of the source that was read from standard input.
const STDIN: &str = "<stdin>";
/// The number of crashes of one run that are examined, newest first.
const MAX_CRASHES: usize = 16;

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
    /// Whether the outermost frames may differ, see [`is_similar`].
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

    /// Sets the time limit, after which the program and its children are killed. Default: 10 seconds.
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

    /// Ignores differences in the outermost frames, see [`is_similar`].
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

/// The result of a replay.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplayResult {
    /// Whether the program crashed in the same way.
    pub outcome: ReplayOutcome,
    /// How long the program ran.
    pub elapsed: Duration,
    /// The program's standard output.
    pub stdout: CapturedOutput,
    /// The program's standard error.
    pub stderr: CapturedOutput,
    /// The same crash if it was reproduced, else the newest crash. `None` if the program stored no crash.
    pub crash: Option<Capsule>,
    /// The directory of the replay, if it was kept.
    pub dir: Option<PathBuf>,
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
    /// The program was killed at the time limit and had not stored the same crash.
    TimedOut,
    /// The program was killed because [`Replay::stop_when`] asked for it.
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
    /// The message.
    pub message: String,
}

impl ReplayResult {
    /// Returns whether the same crash was reproduced.
    #[must_use]
    pub const fn is_same(&self) -> bool {
        matches!(self.outcome, ReplayOutcome::Same)
    }
}

impl ReplayPlan<'_> {
    /// Runs the program in a new directory that only its owner can access.
    ///
    /// Of this process's environment it gets only `PATH`. Standard input is empty, unless the capsule has a source
    /// that was read from it.
    ///
    /// # Errors
    ///
    /// A [`ReplayError`] if the directory cannot be created or the stored crashes cannot be read.
    pub fn run(&self) -> Result<ReplayResult, ReplayError> {
        let sources = self.replay.capsule.sources.iter().zip(&self.paths);
        self.run_on(sources.map(|(source, path)| (&**path, &*source.text)))
    }

    /// Runs the program on other versions of the capsule's sources. Sources that are missing are not written.
    pub(super) fn run_with(&self, sources: &[CapsuleSource]) -> Result<ReplayResult, ReplayError> {
        self.run_on(sources.iter().filter_map(|source| {
            let mut originals = self.replay.capsule.sources.iter();
            let index = originals.position(|original| original.file == source.file)?;
            Some((&**self.paths.get(index)?, &*source.text))
        }))
    }

    fn run_on<'s>(
        &self,
        sources: impl Iterator<Item = (&'s str, &'s [u8])>,
    ) -> Result<ReplayResult, ReplayError> {
        let dir = ReplayDir::new(self.replay.keep_dir)?;
        for (path, text) in sources {
            dir.write(path, text)?;
        }
        let command = self.command(&dir);
        let start = Instant::now();
        let finished = process::run(command, self.replay.time_limit, &self.replay.stop);
        let elapsed = start.elapsed();
        let mut result = ReplayResult {
            outcome: ReplayOutcome::Stopped,
            elapsed,
            stdout: CapturedOutput::default(),
            stderr: CapturedOutput::default(),
            crash: None,
            dir: self.replay.keep_dir.then(|| dir.root.clone()),
        };
        let finished = match finished {
            Ok(finished) => finished,
            Err(error) => {
                return Ok(ReplayResult { outcome: ReplayOutcome::NotStarted(error), ..result });
            }
        };
        (result.stdout, result.stderr) = (finished.stdout, finished.stderr);
        let crashes = stored_crashes(&dir.crashes()).map_err(ReplayError::Repository)?;
        result.outcome = self.outcome(&crashes, &finished.end);
        let index = crashes.iter().position(|crash| self.is_same(crash)).unwrap_or(0);
        result.crash = crashes.into_iter().nth(index);
        Ok(result)
    }

    fn outcome(&self, crashes: &[Capsule], end: &ProcessEnd) -> ReplayOutcome {
        // Checked first: the program may have stored the crash, continued, and then hung.
        if crashes.iter().any(|crash| self.is_same(crash)) {
            return ReplayOutcome::Same;
        }
        let other = |crash: &Capsule| OtherCrash {
            fingerprint: crash.fingerprint,
            kind: crash.report.kind(),
            message: crash.report.message.clone(),
        };
        match end {
            ProcessEnd::Stopped => ReplayOutcome::Stopped,
            ProcessEnd::TimedOut => ReplayOutcome::TimedOut,
            ProcessEnd::Exited(status) if crashes.is_empty() => {
                ReplayOutcome::NoCrash { status: *status }
            }
            ProcessEnd::Exited(_) => ReplayOutcome::Other(crashes.iter().map(other).collect()),
        }
    }

    /// Returns whether a crash has the fingerprint of the replayed one. The stored fingerprints are compared,
    /// and those that this version computes, because the capsule may come from another version.
    fn is_same(&self, crash: &Capsule) -> bool {
        let original = self.replay.capsule;
        crash.fingerprint == original.fingerprint
            || Fingerprint::of(&crash.report) == Fingerprint::of(&original.report)
            || (self.replay.is_lenient && is_similar(&crash.report, &original.report))
    }

    fn command(&self, dir: &ReplayDir) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(dir.work()).env_clear();
        command.envs(&self.environment.variables);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.env("TMPDIR", dir.root.join("tmp"));
        command.env(Repository::DIR_ENV_VAR, dir.crashes());
        // A source that was read from standard input is passed there again.
        let stdin = self.stdin.as_ref().and_then(|path| fs::File::open(dir.work().join(path)).ok());
        command.stdin(stdin.map_or_else(Stdio::null, Stdio::from));
        command
    }
}

/// Returns whether two crashes have the same kind, message and inner frames, where one may have additional
/// outermost frames. A compiler may compile one file in its main thread and several files in worker threads,
/// whose stacks start with other frames.
fn is_similar(a: &CrashReport, b: &CrashReport) -> bool {
    const MIN_SHARED_FRAMES: usize = 2;
    let (a, b) = (Fingerprint::parts(a), Fingerprint::parts(b));
    let shared = a.frames.len().min(b.frames.len());
    shared >= MIN_SHARED_FRAMES
        && (a.kind, a.message) == (b.kind, b.message)
        && a.frames.get(..shared) == b.frames.get(..shared)
}

/// Loads the newest crashes in a directory, newest first.
fn stored_crashes(dir: &Path) -> Result<Vec<Capsule>, crate::repository::RepositoryError> {
    let repository = Repository::new(dir);
    let index = repository.index()?;
    let ids: Vec<&str> = index.ids().collect();
    let newest = ids.iter().rev().take(MAX_CRASHES);
    // A crash may be incomplete if the program was killed while it stored it.
    Ok(newest.filter_map(|id| repository.load(id).ok()).collect())
}

/// The directory of a replay. It is removed on drop, unless it is kept.
struct ReplayDir {
    root: PathBuf,
    _guard: tempfile::TempDir,
}

impl ReplayDir {
    fn new(keep: bool) -> Result<Self, ReplayError> {
        let parent = std::env::temp_dir();
        let failed = |error| ReplayError::Create { path: parent.clone(), error };
        // A relative path would be wrong for the program, whose current directory is another one.
        let parent = std::path::absolute(&parent).map_err(failed)?;
        let failed = |error| ReplayError::Create { path: parent.clone(), error };
        let mut builder = tempfile::Builder::new();
        builder.prefix("vitte-replay-").disable_cleanup(keep);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(fs::Permissions::from_mode(0o700));
        }
        let guard = builder.tempdir_in(&parent).map_err(failed)?;
        let dir = Self { root: guard.path().to_owned(), _guard: guard };
        for path in [dir.work(), dir.crashes(), dir.root.join("tmp")] {
            atomic_file::create_private_dir(&path)
                .map_err(|error| ReplayError::Create { path, error })?;
        }
        Ok(dir)
    }

    fn work(&self) -> PathBuf {
        self.root.join("work")
    }

    fn crashes(&self) -> PathBuf {
        self.root.join("crashes")
    }

    /// Writes a new source file. It is an error if the file exists.
    fn write(&self, path: &str, text: &[u8]) -> Result<(), ReplayError> {
        let path = self.work().join(path);
        let write = || -> io::Result<()> {
            if let Some(dir) = path.parent() {
                fs::create_dir_all(dir)?;
            }
            OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(text)
        };
        write().map_err(|error| ReplayError::Create { path: path.clone(), error })
    }
}
