//! Reductions: the sources of a crash are made smaller for as long as the same crash comes back.
//!
//! ```text
//! 2000 lines ─▶ files ─▶ blocks ─▶ hulls of blocks ─▶ lines ─▶ tokens ─▶ 7 lines
//!                 ▲                                              │
//!                 └── again, as long as something is removed ◀───┘
//! ```
//!
//! [`shrink`] knows nothing of crashes: it removes what it can while a test holds. A [`Reducer`] gives it a
//! [`Replay`] as its test. The method is delta debugging (Zeller and Hildebrandt, *Simplifying and Isolating
//! Failure-Inducing Input*, 2002), on blocks from the outermost to the innermost ones (Misherghi and Su,
//! *HDD: Hierarchical Delta Debugging*, 2006).

mod blocks;
mod pieces;
mod search;
#[cfg(test)]
mod tests;
mod tokens;

use std::fmt;
use std::time::{Duration, Instant};

pub use search::{Bounds, Progress, ShrinkEnd, Shrunk, Size, Step, Verdict, shrink};

use crate::capsule::{Capsule, CapsuleSource};
use crate::replay::{Plan, Replay, ReplayError, Replayed};

/// Makes the sources of a crash as small as they can be while the same crash comes back.
///
/// ```no_run
/// use vitte_capsule::{Reducer, Replay, Repository};
///
/// let repository = Repository::new(Repository::DEFAULT_FOLDER);
/// let capsule = repository.load(&repository.find("latest")?)?;
/// let mut reduced = Reducer::new(Replay::new(&capsule)).run(&mut |_| ())?;
/// repository.save(&mut reduced.capsule)?;
/// println!("{} lines are left", reduced.after.lines);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is run until `run` is called"]
pub struct Reducer<'a> {
    replay: Replay<'a>,
    time_limit: Duration,
    most_tests: usize,
}

/// What came of a reduction.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reduction {
    /// The smallest one: the crash of the run that had these sources. It is not stored yet.
    pub capsule: Capsule,
    /// What there was at the beginning.
    pub before: Size,
    /// What is left.
    pub after: Size,
    /// How often the program was run.
    pub tests: usize,
    /// How long all took.
    pub elapsed: Duration,
    /// Why it ended.
    pub end: ShrinkEnd,
    /// What kept the last test from being run, if that is why it ended.
    pub error: Option<ReplayError>,
}

/// Why a crash could not be reduced.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReduceError {
    /// The capsule has no sources.
    NoSources,
    /// The first replay was not possible.
    Replay(ReplayError),
    /// The same crash did not come back in the first replay.
    NotSame(Box<Replayed>),
}

impl<'a> Reducer<'a> {
    /// That of a crash; the replay's command and time limit are those of each test.
    ///
    /// With fewer files a compiler may do in its first thread what it did in another one. So a crash is the
    /// same here also where it says the same, and comes from the same calls, but for the outermost ones.
    pub fn new(replay: Replay<'a>) -> Self {
        Self { replay: replay.lenient(), time_limit: Duration::from_secs(120), most_tests: 100_000 }
    }

    /// How long may all take? By default two minutes. What is smallest then is the result.
    pub const fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// How often may the program be run? By default a hundred thousand times.
    pub const fn most_tests(mut self, tests: usize) -> Self {
        self.most_tests = tests;
        self
    }

    /// Replays the crash, and then makes its sources smaller. After each test `progress` is told how far it
    /// is.
    ///
    /// # Errors
    ///
    /// A [`ReduceError`]; once the crash was replayed there is none.
    pub fn run(&self, progress: &mut dyn FnMut(&Progress)) -> Result<Reduction, ReduceError> {
        let begin = Instant::now();
        let capsule = self.replay.capsule;
        let mut sources: Vec<CapsuleSource> = Vec::new();
        for source in &capsule.sources {
            // Of two that are called the same, nobody knows which one was read.
            if !sources.iter().any(|known| known.file == source.file) {
                sources.push(source.clone());
            }
        }
        if sources.is_empty() {
            return Err(ReduceError::NoSources);
        }
        let plan = self.replay.plan().map_err(ReduceError::Replay)?;
        let first = plan.run_with(&sources).map_err(ReduceError::Replay)?;
        let limit = first.elapsed.saturating_mul(PATIENCE).max(SHORTEST);
        let mut crash = match first {
            Replayed { crash: Some(ref crash), .. } if first.is_same() => crash.clone(),
            other => return Err(ReduceError::NotSame(Box::new(other))),
        };
        let test = self.replay.clone().time_limit(limit.min(plan.time_limit()));
        let plan = test.plan().map_err(ReduceError::Replay)?;
        let before = Size::of(&sources);
        let mut error = None;
        let deadline = begin.checked_add(self.time_limit);
        let bounds = Bounds { deadline, most_tests: self.most_tests };
        let mut holds = |sources: &[CapsuleSource]| match plan.run_with(sources) {
            Ok(Replayed { outcome: crate::replay::ReplayOutcome::Stopped, .. }) => Verdict::Stop,
            Ok(replayed) if replayed.is_same() => {
                crash = replayed.crash.unwrap_or_else(|| crash.clone());
                Verdict::Holds
            }
            Ok(_) => Verdict::Fails,
            Err(why) => {
                error = Some(why);
                Verdict::Stop
            }
        };
        let Shrunk { sources, tests, end } = shrink(sources, &bounds, &mut holds, progress);
        let after = Size::of(&sources);
        let capsule = reduced(crash, capsule, sources, &plan, (before, after));
        let elapsed = begin.elapsed();
        Ok(Reduction { capsule, before, after, tests: tests + 1, elapsed, end, error })
    }
}

/// A test may take this many times as long as the first one, and at least as long as that: what is cut may
/// well make a compiler hang.
const PATIENCE: u32 = 5;
const SHORTEST: Duration = Duration::from_secs(2);

/// The crash of a run, with what was found out.
fn reduced(
    mut crash: Capsule,
    first: &Capsule,
    mut sources: Vec<CapsuleSource>,
    plan: &Plan<'_>,
    (before, after): (Size, Size),
) -> Capsule {
    for source in &mut sources {
        // As the program called it in that run.
        if let Some(path) = plan.path_of(&source.file) {
            path.clone_into(&mut source.file);
        }
    }
    crash.sources = sources;
    if crash.environment.is_empty() {
        crash.environment.clone_from(&first.environment);
    }
    // Where the program is on this machine says nothing to others.
    if let ([program, ..], [recorded, ..], true) =
        (&mut *crash.report.command, &*first.report.command, plan.is_recorded())
    {
        program.clone_from(recorded);
    }
    let (from, lines) = (&first.report.id, after.lines);
    crash.report.notes.push(format!("reduced from {from}: {} lines to {lines}", before.lines));
    crash
}

impl fmt::Display for ReduceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSources => f.write_str("the capsule has no sources that could be made smaller"),
            Self::Replay(error) => error.fmt(f),
            Self::NotSame(_) => {
                f.write_str("the same crash does not come back, so that nothing can be reduced")
            }
        }
    }
}

// The text of the error says its cause, so `source` does not say it again.
impl std::error::Error for ReduceError {}
