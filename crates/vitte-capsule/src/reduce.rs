//! Reduction: removes parts of a crash's sources while the same crash is still reproduced.
//!
//! ```text
//! 2000 lines ─▶ files ─▶ blocks ─▶ block delimiters ─▶ lines ─▶ tokens ─▶ 7 lines
//!                 ▲                                               │
//!                 └── repeat while something is removed ◀─────────┘
//! ```
//!
//! [`reduce_sources`] is independent of crashes: it removes what it can while a test finds the sources interesting.
//! A [`Reducer`] uses a [`Replay`] as this test. The algorithm is delta debugging (Zeller and Hildebrandt,
//! *Simplifying and Isolating Failure-Inducing Input*, 2002), applied to blocks from the outermost to the
//! innermost (Misherghi and Su, *HDD: Hierarchical Delta Debugging*, 2006).
//!
//! ```
//! use vitte_capsule::CapsuleSource;
//! use vitte_capsule::reduce::{SearchLimits, Verdict, reduce_sources};
//!
//! let sources = vec![CapsuleSource::new("a.vitte", "fn a\n  bug\n.end\nfn b\n.end\n")];
//! let limits = SearchLimits { deadline: None, max_tests: 1000 };
//! let mut test = |sources: &[CapsuleSource]| match sources {
//!     [source] if source.text.windows(3).any(|text| text == b"bug") => Verdict::Interesting,
//!     _ => Verdict::Uninteresting,
//! };
//! let result = reduce_sources(sources, &limits, &mut test, &mut |_| ());
//! assert_eq!(result.sources[0].text, b"  bug\n");
//! ```

mod blocks;
mod pieces;
mod search;
#[cfg(test)]
mod tests;
mod tokens;

use std::fmt;
use std::time::{Duration, Instant};

pub use search::{
    Pass, Progress, ReducedSources, SearchLimits, SourceSize, StopReason, Verdict, reduce_sources,
};

use vitte_diag::text;

use crate::capsule::{Capsule, CapsuleSource};
use crate::replay::{Replay, ReplayError, ReplayPlan, ReplayResult};

/// Reduces the sources of a crash while the same crash is reproduced. A builder: [`run`](Self::run) starts it.
///
/// ```no_run
/// use vitte_capsule::{Reducer, Replay, Repository};
///
/// let repository = Repository::new(Repository::DEFAULT_DIR);
/// let capsule = repository.load(&repository.find("latest")?)?;
/// let mut reduced = Reducer::new(Replay::new(&capsule)).run(&mut |_| ())?;
/// repository.save(&mut reduced.capsule)?;
/// println!("reduced to {} lines", reduced.after.lines);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a `Reducer` does nothing until `run` is called"]
pub struct Reducer<'a> {
    replay: Replay<'a>,
    time_limit: Duration,
    max_tests: usize,
}

/// The result of a reduction.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReductionResult {
    /// The crash of the run with the smallest sources, and these sources. It is not stored in a repository.
    pub capsule: Capsule,
    /// The size of the original sources.
    pub before: SourceSize,
    /// The size of the reduced sources.
    pub after: SourceSize,
    /// The number of times that the program was run.
    pub tests: usize,
    /// The duration of the whole reduction.
    pub elapsed: Duration,
    /// Why the search stopped.
    pub stop_reason: StopReason,
    /// The error of the last test, if it ended the search.
    pub error: Option<ReplayError>,
}

/// Why a reduction could not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReduceError {
    /// The capsule has no sources.
    NoSources,
    /// The first replay failed.
    Replay(ReplayError),
    /// The first replay did not reproduce the crash.
    NotReproduced(Box<ReplayResult>),
}

impl<'a> Reducer<'a> {
    /// Creates a reducer that runs each test with the command and the time limit of `replay`.
    ///
    /// With fewer files, a compiler may do work in its main thread that it did in a worker thread before. So a
    /// crash also counts as the same if the message is the same and the frames differ only in the outermost
    /// ones.
    pub fn new(replay: Replay<'a>) -> Self {
        Self { replay: replay.lenient(), time_limit: Duration::from_secs(120), max_tests: 100_000 }
    }

    /// Sets the time limit of the whole reduction, after which the smallest sources so far are the result. A run of the
    /// program ends at this time too. Default: 2 minutes.
    pub const fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Sets the maximum number of times that the program is run. Default: 100,000.
    pub const fn max_tests(mut self, max_tests: usize) -> Self {
        self.max_tests = max_tests;
        self
    }

    /// Replays the crash once, then reduces its sources. `progress` is called after each test.
    ///
    /// # Errors
    ///
    /// A [`ReduceError`] if there are no sources, or the first replay fails or does not reproduce the crash. Later
    /// errors end the search and are returned in [`ReductionResult::error`].
    pub fn run(&self, progress: &mut dyn FnMut(&Progress)) -> Result<ReductionResult, ReduceError> {
        let start = Instant::now();
        let capsule = self.replay.capsule;
        let mut sources: Vec<CapsuleSource> = Vec::new();
        for source in &capsule.sources {
            // Of several sources with one name, only the first is used: it is unknown which one the program read.
            if !sources.iter().any(|other| other.file == source.file) {
                sources.push(source.clone());
            }
        }
        if sources.is_empty() {
            return Err(ReduceError::NoSources);
        }
        let plan = self.replay.plan().map_err(ReduceError::Replay)?;
        let deadline = start.checked_add(self.time_limit);
        let remaining = |limit: Duration| match deadline {
            Some(deadline) => limit.min(deadline.saturating_duration_since(Instant::now())),
            None => limit,
        };
        let first = plan.run_with(&sources, remaining(plan.time_limit()));
        let first = first.map_err(ReduceError::Replay)?;
        let limit = first.elapsed.saturating_mul(TIME_LIMIT_FACTOR).max(MIN_TIME_LIMIT);
        let mut crash = match first {
            ReplayResult { crash: Some(ref crash), .. } if first.is_same() => crash.clone(),
            other => return Err(ReduceError::NotReproduced(Box::new(other))),
        };
        let limit = limit.min(plan.time_limit());
        let before = SourceSize::of(&sources);
        let mut error = None;
        let limits = SearchLimits { deadline, max_tests: self.max_tests };
        let mut test = |sources: &[CapsuleSource]| match plan.run_with(sources, remaining(limit)) {
            Ok(ReplayResult { outcome: crate::replay::ReplayOutcome::Stopped, .. }) => {
                Verdict::Stop
            }
            Ok(result) if result.is_same() => {
                crash = result.crash.unwrap_or_else(|| crash.clone());
                Verdict::Interesting
            }
            Ok(_) => Verdict::Uninteresting,
            Err(failure) => {
                error = Some(failure);
                Verdict::Stop
            }
        };
        let ReducedSources { sources, tests, stop_reason } =
            reduce_sources(sources, &limits, &mut test, progress);
        let after = SourceSize::of(&sources);
        let capsule = reduced_capsule(crash, capsule, sources, &plan, (before, after));
        let (tests, elapsed) = (tests + 1, start.elapsed());
        Ok(ReductionResult { capsule, before, after, tests, elapsed, stop_reason, error })
    }
}

/// The time limit of a test is this multiple of the first run's duration, because reduced sources may make a
/// compiler hang.
const TIME_LIMIT_FACTOR: u32 = 5;
/// The lower bound of the time limit of a test.
const MIN_TIME_LIMIT: Duration = Duration::from_secs(2);

/// Completes the crash of the last successful run with the reduced sources and the data of the original crash.
fn reduced_capsule(
    mut crash: Capsule,
    original: &Capsule,
    mut sources: Vec<CapsuleSource>,
    plan: &ReplayPlan<'_>,
    (before, after): (SourceSize, SourceSize),
) -> Capsule {
    for source in &mut sources {
        // The path that the program used in that run.
        if let Some(path) = plan.path_of(&source.file) {
            path.clone_into(&mut source.file);
        }
    }
    crash.sources = sources;
    if crash.environment.is_empty() {
        crash.environment.clone_from(&original.environment);
    }
    // The recorded path of the program, because its path on this machine means nothing to others.
    if let ([program, ..], [recorded, ..], true) =
        (&mut *crash.report.args, &*original.report.args, plan.is_recorded())
    {
        program.clone_from(recorded);
    }
    let [before, after] =
        [before, after].map(|size| format!("{} {}", size.lines, text::plural("line", size.lines)));
    let id = &original.report.id;
    crash.report.notes.push(format!("reduced from {before} to {after} (original crash: {id})"));
    crash
}

impl fmt::Display for ReduceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSources => f.write_str("cannot reduce: the capsule has no sources"),
            Self::Replay(error) => error.fmt(f),
            Self::NotReproduced(_) => {
                f.write_str("cannot reduce: the replay did not reproduce the crash")
            }
        }
    }
}

// `Display` includes the cause, so `source` does not return it.
impl std::error::Error for ReduceError {}
