//! Runs in turns, their medians, and the same output each time.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::time::{Duration, Instant};

use crate::libraries::PreparedUpload;

/// How much is done.
#[derive(Clone, Copy)]
pub struct Scale {
    /// Small sizes and few rounds: does everything still work?
    pub quick: bool,
}

impl Scale {
    /// The size of a full run, or that of a quick one.
    pub fn pick<T>(self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// How often each library has its turn at least.
    pub fn rounds(self) -> usize {
        self.pick(7, 2)
    }
}

/// Who runs in turn with the others.
pub struct Lane<'w> {
    /// The name in the table.
    pub name: String,
    /// What is run.
    pub prepared: Box<dyn PreparedUpload + 'w>,
}

/// What came of a lane.
pub struct Measured {
    /// The name in the table.
    pub name: String,
    /// The median of the rounds; nothing if the library panics.
    pub time: Option<Duration>,
    /// The size of the output.
    pub bytes: usize,
}

impl Measured {
    /// The time, for work that no library fails at.
    pub fn seconds(&self) -> f64 {
        self.time.unwrap_or_else(|| panic!("{} panics", self.name)).as_secs_f64()
    }
}

/// A lane that has taken this long has no more turns: the median is that of those it had. Where the first
/// run, which is not counted otherwise, takes longer, it is the only one.
const ENOUGH: Duration = Duration::from_secs(5);

/// A lane that has not taken as long goes on, up to ten times as often: so the median of short runs is
/// not that of the first ones, in which memory is still being found.
const LITTLE: Duration = Duration::from_millis(100);

/// Runs all lanes once, which is not counted, and gives each output to `check`; then runs one lane after
/// the other, and again, so that a change of the machine's speed meets all alike. Each lane has a buffer
/// of its own, which has its size from the first run on.
pub fn in_turns<'w>(
    lanes: impl IntoIterator<Item = Lane<'w>>,
    rounds: usize,
    check: impl Fn(&str, &[u8]),
) -> Vec<Measured> {
    let mut runs: Vec<_> = lanes.into_iter().map(|lane| Run::first(lane, &check)).collect();
    for round in 0..10 * rounds {
        let enough = if round < rounds { ENOUGH } else { LITTLE };
        for run in &mut runs {
            if !run.panics && run.times.iter().sum::<Duration>() < enough {
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
        assert!(!buffer.is_empty(), "{}: nothing was written", lane.name);
        check(&lane.name, &buffer);
        let times = if time > ENOUGH { vec![time] } else { Vec::new() };
        Self { lane, hash: hash(&buffer), buffer, times, panics: false }
    }

    fn again(&mut self) {
        self.buffer.clear();
        let start = Instant::now();
        self.lane.prepared.render(&mut self.buffer);
        self.times.push(start.elapsed());
        let same = hash(&self.buffer) == self.hash;
        assert!(same, "{}: the output differs from one round to the next", self.lane.name);
    }
}

/// The time of one run, and its output; nothing if the library panics.
pub fn once(prepared: &mut (dyn PreparedUpload + '_)) -> Option<(Duration, Vec<u8>)> {
    let mut buffer = Vec::new();
    let hook = take_hook();
    set_hook(Box::new(|_| ()));
    let start = Instant::now();
    let done = catch_unwind(AssertUnwindSafe(|| prepared.render(&mut buffer)));
    let time = start.elapsed();
    set_hook(hook);
    done.ok().map(|()| (time, buffer))
}

/// The middle one, or the later of the two in the middle.
pub fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
