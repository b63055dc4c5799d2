//! Runs libraries in turns, checks that their outputs do not change, and computes medians.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::time::{Duration, Instant};

use crate::libraries::Prepared;

/// The size of the work.
#[derive(Clone, Copy)]
pub struct Scale {
    /// Small sizes and few rounds, to check that everything works.
    pub quick: bool,
}

impl Scale {
    /// Returns the first value for a full run, the second one for a quick run.
    pub fn pick<T>(self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// The minimum number of timed runs of each library.
    pub fn rounds(self) -> usize {
        self.pick(7, 2)
    }
}

/// A library that runs in turns with others.
pub struct Lane<'w> {
    /// The name in the table.
    pub name: String,
    /// The work.
    pub prepared: Box<dyn Prepared + 'w>,
}

/// The result of a lane.
pub struct Measured {
    /// The name in the table.
    pub name: String,
    /// The median of the runs; `None` if the library panics.
    pub time: Option<Duration>,
    /// The size of the output.
    pub bytes: usize,
}

impl Measured {
    /// Returns the time in seconds. Panics if the library panicked.
    pub fn seconds(&self) -> f64 {
        self.time.unwrap_or_else(|| panic!("{} panics", self.name)).as_secs_f64()
    }
}

/// The maximum time of all runs of a lane; after it, the lane has no more turns. The first run counts only if
/// it takes longer than this: then it is the only one.
const MAX_LANE_TIME: Duration = Duration::from_secs(5);

/// The minimum time of all runs of a lane. Short runs are repeated until it is reached, but at most ten times
/// as often, so that the first runs, which allocate memory, do not determine the median.
const MIN_LANE_TIME: Duration = Duration::from_millis(100);

/// Runs all lanes once without timing, and passes each output to `check`. Then runs the lanes in turns, so that
/// changes of the machine's speed affect all of them. Each lane has its own buffer, which has its final size
/// after the first run.
pub fn in_turns<'w>(
    lanes: impl IntoIterator<Item = Lane<'w>>,
    rounds: usize,
    check: impl Fn(&str, &[u8]),
) -> Vec<Measured> {
    let mut runs: Vec<_> = lanes.into_iter().map(|lane| Run::first(lane, &check)).collect();
    for round in 0..10 * rounds {
        let limit = if round < rounds { MAX_LANE_TIME } else { MIN_LANE_TIME };
        for run in &mut runs {
            if !run.panics && run.times.iter().sum::<Duration>() < limit {
                run.again();
            }
        }
    }
    let measured = runs.into_iter().map(|run| Measured {
        time: (!run.panics).then(|| median(run.times)),
        bytes: run.buffer.len(),
        name: run.lane.name,
    });
    measured.collect()
}

struct Run<'w> {
    lane: Lane<'w>,
    buffer: Vec<u8>,
    hash: u64,
    times: Vec<Duration>,
    panics: bool,
}

impl<'w> Run<'w> {
    fn first(mut lane: Lane<'w>, check: &impl Fn(&str, &[u8])) -> Self {
        let Some((time, buffer)) = once(&mut *lane.prepared) else {
            return Self { lane, buffer: Vec::new(), hash: 0, times: Vec::new(), panics: true };
        };
        assert!(!buffer.is_empty(), "{}: the output is empty", lane.name);
        check(&lane.name, &buffer);
        let times = if time > MAX_LANE_TIME { vec![time] } else { Vec::new() };
        Self { lane, hash: hash(&buffer), buffer, times, panics: false }
    }

    fn again(&mut self) {
        self.buffer.clear();
        let start = Instant::now();
        self.lane.prepared.render(&mut self.buffer);
        self.times.push(start.elapsed());
        let same = hash(&self.buffer) == self.hash;
        assert!(same, "{}: the output differs between runs", self.lane.name);
    }
}

/// Returns the time and the output of one run. Returns `None` if the library panics.
pub fn once(prepared: &mut (dyn Prepared + '_)) -> Option<(Duration, Vec<u8>)> {
    let mut buffer = Vec::new();
    let hook = take_hook();
    set_hook(Box::new(|_| ()));
    let start = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(|| prepared.render(&mut buffer)));
    let time = start.elapsed();
    set_hook(hook);
    result.ok().map(|()| (time, buffer))
}

/// Returns the median, or the larger of the two middle values.
pub fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
