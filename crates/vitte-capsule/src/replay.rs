//! Replays: the program of a crash is run again on the sources of its capsule, to see whether it crashes
//! in the same way.
//!
//! ```text
//! capsule ─▶ plan ────────────▶ run ──────────────────────────────▶ Replayed
//!            layout: paths      /tmp/vitte-replay-XXXXXX/           Same, Other, NoCrash,
//!            environment        ├── work/      the sources; here    TimedOut, NotStarted, …
//!            program            ├── crashes/   what it stores
//!                               └── tmp/       its TMPDIR
//! ```
//!
//! A capsule may come from anywhere, and its command line runs as the user: show the [`Plan`] first.

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
pub use plan::Plan;
use process::End;
pub use process::Output;

use crate::capsule::{Capsule, CapsuleSource};
use crate::disk;
use crate::fingerprint::Fingerprint;
use crate::mask::MASKED;
use crate::report::CrashReport;
use crate::repository::Repository;

/// The source that was read from standard input.
const STDIN: &str = "<stdin>";
/// The most crashes of one run that are looked at, the newest ones.
const MOST_CRASHES: usize = 16;

/// A crash that is to be run again, on the sources of its capsule in a folder of its own.
///
/// ```no_run
/// use vitte_capsule::{Replay, ReplayOutcome, Repository};
///
/// let repository = Repository::new(Repository::DEFAULT_FOLDER);
/// let capsule = repository.load(&repository.find("latest")?)?;
/// let replayed = Replay::new(&capsule).run()?;
/// println!("{}", if replayed.is_same() { "again" } else { "not this time" });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is run until `run` is called"]
pub struct Replay<'a> {
    pub(super) capsule: &'a Capsule,
    command: Vec<String>,
    time_limit: Duration,
    keep: bool,
    stop: Arc<AtomicBool>,
    /// Whether it may come from another thread, see [`is_alike`].
    is_lenient: bool,
}

impl<'a> Replay<'a> {
    /// That of a capsule.
    pub fn new(capsule: &'a Capsule) -> Self {
        let time_limit = Duration::from_secs(10);
        Self {
            capsule,
            command: Vec::new(),
            time_limit,
            keep: false,
            stop: Arc::default(),
            is_lenient: false,
        }
    }

    /// What is run? By default the command line that the report has. A program alone is run with the
    /// arguments of the report; a program with arguments is run with these. Arguments that name a source of
    /// the capsule name it where it is unpacked.
    pub fn command(mut self, command: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.command = command.into_iter().map(Into::into).collect();
        self
    }

    /// How long may it take? By default 10 seconds; then it is killed, with what it started.
    pub const fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Does its folder stay? By default no.
    pub const fn keep(mut self, keep: bool) -> Self {
        self.keep = keep;
        self
    }

    /// Once this is true it is killed. By default it never is.
    pub fn stop_when(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = stop;
        self
    }

    /// The same crash in another thread is the same crash.
    pub(super) const fn lenient(mut self) -> Self {
        self.is_lenient = true;
        self
    }

    /// Runs it, see [`plan`](Self::plan).
    ///
    /// # Errors
    ///
    /// A [`ReplayError`].
    pub fn run(&self) -> Result<Replayed, ReplayError> {
        self.plan()?.run()
    }
}

/// What came of a replay.
#[derive(Debug)]
#[non_exhaustive]
pub struct Replayed {
    /// Whether it crashed in the same way.
    pub outcome: ReplayOutcome,
    /// How long the program ran.
    pub elapsed: Duration,
    /// What it wrote to standard output.
    pub stdout: Output,
    /// What it wrote to standard error.
    pub stderr: Output,
    /// The crash that is the same; else the newest one, where there is one.
    pub crash: Option<Capsule>,
    /// The folder, where it was to be kept.
    pub folder: Option<PathBuf>,
}

/// Whether a program crashed in the same way.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReplayOutcome {
    /// It did: the fingerprint is the same.
    Same,
    /// It crashed in other ways, the newest first.
    Other(Vec<OtherCrash>),
    /// It stored no crash.
    NoCrash {
        /// How it ended.
        status: ExitStatus,
    },
    /// It was killed at the time limit, and had stored no such crash.
    TimedOut,
    /// It was to stop, and was killed.
    Stopped,
    /// The system did not start it.
    NotStarted(io::Error),
}

impl ReplayOutcome {
    /// Its name: `same`, `other`, `no-crash`, `timed-out`, `stopped` or `not-started`.
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
    /// What is the same for crashes of the same defect.
    pub fingerprint: Fingerprint,
    /// Such as `panic`.
    pub kind: String,
    /// What went wrong.
    pub message: String,
}

impl Replayed {
    /// Whether the same crash came back.
    #[must_use]
    pub const fn is_same(&self) -> bool {
        matches!(self.outcome, ReplayOutcome::Same)
    }
}

impl Plan<'_> {
    /// Runs it in a new folder that only its owner may look into, without standard input, and with nothing
    /// of this environment but `PATH`.
    ///
    /// # Errors
    ///
    /// A [`ReplayError`] where the folder cannot be made, or what was stored cannot be read.
    pub fn run(&self) -> Result<Replayed, ReplayError> {
        let sources = self.replay.capsule.sources.iter().zip(&self.paths);
        self.run_on(sources.map(|(source, path)| (&**path, &*source.text)))
    }

    /// Runs it on other texts of its sources; those that are not among them are not there.
    pub(super) fn run_with(&self, sources: &[CapsuleSource]) -> Result<Replayed, ReplayError> {
        self.run_on(sources.iter().filter_map(|source| {
            let own = &self.replay.capsule.sources;
            let index = own.iter().position(|own| own.file == source.file)?;
            Some((&**self.paths.get(index)?, &*source.text))
        }))
    }

    fn run_on<'s>(
        &self,
        sources: impl Iterator<Item = (&'s str, &'s [u8])>,
    ) -> Result<Replayed, ReplayError> {
        let folder = Folder::new(self.replay.keep)?;
        for (path, text) in sources {
            folder.write(path, text)?;
        }
        let command = self.command(&folder);
        let begin = Instant::now();
        let ran = process::run(command, self.replay.time_limit, &self.replay.stop);
        let elapsed = begin.elapsed();
        let mut replayed = Replayed {
            outcome: ReplayOutcome::Stopped,
            elapsed,
            stdout: Output::default(),
            stderr: Output::default(),
            crash: None,
            folder: self.replay.keep.then(|| folder.root.clone()),
        };
        let ran = match ran {
            Ok(ran) => ran,
            Err(error) => {
                return Ok(Replayed { outcome: ReplayOutcome::NotStarted(error), ..replayed });
            }
        };
        (replayed.stdout, replayed.stderr) = (ran.stdout, ran.stderr);
        let crashes = stored(&folder.crashes()).map_err(ReplayError::Stored)?;
        replayed.outcome = self.outcome(&crashes, &ran.end);
        let shown = crashes.iter().position(|crash| self.is_same(crash)).unwrap_or(0);
        replayed.crash = crashes.into_iter().nth(shown);
        Ok(replayed)
    }

    fn outcome(&self, crashes: &[Capsule], end: &End) -> ReplayOutcome {
        // What crashed may go on, and hang after that.
        if crashes.iter().any(|crash| self.is_same(crash)) {
            return ReplayOutcome::Same;
        }
        let other = |crash: &Capsule| OtherCrash {
            fingerprint: crash.fingerprint,
            kind: crash.report.kind().to_owned(),
            message: crash.report.message.clone(),
        };
        match end {
            End::Stopped => ReplayOutcome::Stopped,
            End::TimedOut => ReplayOutcome::TimedOut,
            End::Itself(status) if crashes.is_empty() => ReplayOutcome::NoCrash { status: *status },
            End::Itself(_) => ReplayOutcome::Other(crashes.iter().map(other).collect()),
        }
    }

    /// Whether a crash has the fingerprint: as it is stored, or as this version would make it of both.
    fn is_same(&self, crash: &Capsule) -> bool {
        let own = self.replay.capsule;
        crash.fingerprint == own.fingerprint
            || Fingerprint::of(&crash.report) == Fingerprint::of(&own.report)
            || (self.replay.is_lenient && is_alike(&crash.report, &own.report))
    }

    fn command(&self, folder: &Folder) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(folder.work()).env_clear();
        command.envs(&self.environment.variables);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.env("TMPDIR", folder.root.join("tmp"));
        command.env(Repository::FOLDER_VARIABLE, folder.crashes());
        // What it read from there it reads again.
        let stdin =
            self.stdin.as_ref().and_then(|path| fs::File::open(folder.work().join(path)).ok());
        command.stdin(stdin.map_or_else(Stdio::null, Stdio::from));
        command
    }
}

/// Whether two crashes say the same and come from the same calls, of which one has more on the outside: a
/// compiler that is given one file may do in its first thread what it does with two in another one, whose
/// stack begins there.
fn is_alike(a: &CrashReport, b: &CrashReport) -> bool {
    const FEWEST: usize = 2;
    let (a, b) = (Fingerprint::parts(a), Fingerprint::parts(b));
    let shared = a.frames.len().min(b.frames.len());
    shared >= FEWEST
        && (a.kind, a.message) == (b.kind, b.message)
        && a.frames.get(..shared) == b.frames.get(..shared)
}

/// The crashes that a program stored, the newest first.
fn stored(folder: &Path) -> Result<Vec<Capsule>, crate::repository::StoreError> {
    let repository = Repository::new(folder);
    let index = repository.index()?;
    let ids: Vec<&str> = index.ids().collect();
    let newest = ids.iter().rev().take(MOST_CRASHES);
    // One that was being written when its program was killed is none.
    Ok(newest.filter_map(|id| repository.load(id).ok()).collect())
}

/// The folder of a replay. It goes when this is dropped, unless it is kept.
struct Folder {
    root: PathBuf,
    _guard: tempfile::TempDir,
}

impl Folder {
    fn new(keep: bool) -> Result<Self, ReplayError> {
        let parent = std::env::temp_dir();
        let failed = |error| ReplayError::Folder { path: parent.clone(), error };
        // The program is in another folder.
        let parent = std::path::absolute(&parent).map_err(failed)?;
        let failed = |error| ReplayError::Folder { path: parent.clone(), error };
        let mut builder = tempfile::Builder::new();
        builder.prefix("vitte-replay-").disable_cleanup(keep);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(fs::Permissions::from_mode(0o700));
        }
        let guard = builder.tempdir_in(&parent).map_err(failed)?;
        let folder = Self { root: guard.path().to_owned(), _guard: guard };
        for path in [folder.work(), folder.crashes(), folder.root.join("tmp")] {
            disk::make_folder(&path).map_err(|error| ReplayError::Folder { path, error })?;
        }
        Ok(folder)
    }

    fn work(&self) -> PathBuf {
        self.root.join("work")
    }

    fn crashes(&self) -> PathBuf {
        self.root.join("crashes")
    }

    /// Writes a file that is not there yet.
    fn write(&self, path: &str, text: &[u8]) -> Result<(), ReplayError> {
        let path = self.work().join(path);
        let write = || -> io::Result<()> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(text)
        };
        write().map_err(|error| ReplayError::Folder { path: path.clone(), error })
    }
}
