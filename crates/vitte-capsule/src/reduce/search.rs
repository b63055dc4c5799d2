//! Delta debugging: what can be removed while a test holds.

use std::collections::HashSet;
use std::hash::Hasher as _;
use std::ops::Range;
use std::time::Instant;

use siphasher::sip128::{Hasher128 as _, SipHasher13};

use super::pieces::Piece;
use super::{blocks, tokens};
use crate::capsule::CapsuleSource;

/// What a test says of some sources.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// What is looked for is there.
    Holds,
    /// It is not.
    Fails,
    /// It cannot be said, and no more tests are wanted.
    Stop,
}

/// When a search ends at the latest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// No test begins after this.
    pub deadline: Option<Instant>,
    /// No more tests than these.
    pub most_tests: usize,
}

/// Why a search ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ShrinkEnd {
    /// Nothing more can be removed by itself: no file, block, line or token.
    Smallest,
    /// The deadline.
    TimeLimit,
    /// There were as many tests as there may be.
    TestLimit,
    /// The test said so.
    Stopped,
}

/// How much there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Size {
    /// Files.
    pub files: usize,
    /// Lines of all of them; one that has no line feed at its end is one too.
    pub lines: usize,
    /// Bytes of all of them.
    pub bytes: usize,
}

impl Size {
    /// That of some sources.
    #[must_use]
    pub fn of(sources: &[CapsuleSource]) -> Self {
        let lines = |text: &[u8]| text.split_inclusive(|byte| *byte == b'\n').count();
        Self {
            files: sources.len(),
            lines: sources.iter().map(|source| lines(&source.text)).sum(),
            bytes: sources.iter().map(|source| source.text.len()).sum(),
        }
    }
}

/// What is being removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Step {
    /// Whole files.
    Files,
    /// Blocks, with what is in them.
    Blocks,
    /// The first and the last lines of blocks, whose insides stay.
    Hulls,
    /// Lines.
    Lines,
    /// Words, numbers, texts and signs.
    Tokens,
}

impl Step {
    /// What it removes, in a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Blocks => "blocks",
            Self::Hulls => "hulls",
            Self::Lines => "lines",
            Self::Tokens => "tokens",
        }
    }
}

/// How far a search is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// What is being removed.
    pub step: Step,
    /// The tests so far.
    pub tests: usize,
    /// What is left.
    pub left: Size,
}

/// The end of a search.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Shrunk {
    /// The smallest sources that the test holds for.
    pub sources: Vec<CapsuleSource>,
    /// How many tests there were.
    pub tests: usize,
    /// Why it ended.
    pub end: ShrinkEnd,
}

/// Removes what it can from sources for which a test holds, coarse pieces first, and again from the
/// beginning until nothing is removed any more. Nothing is ever changed or added. No text is tested twice;
/// the same sources and verdicts have the same result.
///
/// The test is not asked about the sources that are given. The result is the last one that it held for.
pub fn shrink(
    sources: Vec<CapsuleSource>,
    bounds: &Bounds,
    test: &mut dyn FnMut(&[CapsuleSource]) -> Verdict,
    progress: &mut dyn FnMut(&Progress),
) -> Shrunk {
    let left = Size::of(&sources);
    let step = Step::Files;
    let failed = HashSet::new();
    let mut search = Search {
        best: sources,
        left,
        bounds: *bounds,
        test,
        progress,
        failed,
        tests: 0,
        step,
        end: None,
    };
    while search.end.is_none() {
        let is_smaller = search.files()
            | search.blocks()
            | search.pieces(Step::Hulls, blocks::hulls)
            | search.pieces(Step::Lines, blocks::lines);
        if !is_smaller && !search.pieces(Step::Tokens, tokens::tokens) {
            break;
        }
    }
    let Search { best, tests, end, .. } = search;
    Shrunk { sources: best, tests, end: end.unwrap_or(ShrinkEnd::Smallest) }
}

struct Search<'t> {
    best: Vec<CapsuleSource>,
    left: Size,
    bounds: Bounds,
    test: &'t mut dyn FnMut(&[CapsuleSource]) -> Verdict,
    progress: &'t mut dyn FnMut(&Progress),
    /// Hashes of what the test failed for.
    failed: HashSet<u128>,
    tests: usize,
    step: Step,
    end: Option<ShrinkEnd>,
}

impl Search<'_> {
    fn files(&mut self) -> bool {
        self.step = Step::Files;
        let all = self.best.clone();
        self.minimise(all.len(), &|is_gone| {
            let kept = all.iter().zip(is_gone).filter(|(_, is_gone)| !**is_gone);
            kept.map(|(source, _)| source.clone()).collect()
        })
    }

    /// Blocks from the outermost to the innermost ones.
    fn blocks(&mut self) -> bool {
        let mut is_smaller = false;
        for depth in 0..blocks::DEEPEST {
            // Those that are left after the last depth.
            let has_any =
                self.best.iter().any(|source| !blocks::at(&source.text, depth).is_empty());
            if !has_any || self.end.is_some() {
                break;
            }
            is_smaller |= self.pieces(Step::Blocks, |text| blocks::at(text, depth));
        }
        is_smaller
    }

    /// Removes pieces of all files.
    fn pieces(&mut self, step: Step, pieces: impl Fn(&[u8]) -> Vec<Piece>) -> bool {
        self.step = step;
        let all = self.best.clone();
        let of_file = |(file, source): (usize, &CapsuleSource)| {
            let pieces = pieces(&source.text).into_iter();
            pieces.map(move |piece| (file, piece)).collect::<Vec<_>>()
        };
        let pieces: Vec<(usize, Piece)> = all.iter().enumerate().flat_map(of_file).collect();
        self.minimise(pieces.len(), &|is_gone| {
            let mut gone = vec![Vec::new(); all.len()];
            for ((file, piece), _) in pieces.iter().zip(is_gone).filter(|(_, is_gone)| **is_gone) {
                if let Some(gone) = gone.get_mut(*file) {
                    gone.extend_from_slice(piece);
                }
            }
            let cut = |(source, gone): (&CapsuleSource, Vec<Range<usize>>)| {
                CapsuleSource::new(source.file.clone(), without(&source.text, gone))
            };
            all.iter().zip(gone).map(cut).collect()
        })
    }

    /// Removes some of so many things: all of them if it can, else the halves, the quarters, and so on down
    /// to each by itself. The last ones go first, as what stands behind seldom is what something before
    /// needs. Each test is of a complement, what is left without a part: the parts alone, which the first
    /// form of the method tests too, are what is left when their complements are gone.
    fn minimise(&mut self, count: usize, build: &dyn Fn(&[bool]) -> Vec<CapsuleSource>) -> bool {
        let mut is_gone = vec![false; count];
        let mut kept: Vec<usize> = (0..count).collect();
        let mut size = count;
        let mut is_smaller = false;
        while size > 0 && self.end.is_none() {
            let mut has_found = false;
            let mut end = kept.len();
            while end > 0 && self.end.is_none() {
                let start = end.saturating_sub(size);
                let mut trial = is_gone.clone();
                for at in kept.get(start..end).unwrap_or_default() {
                    if let Some(is_gone) = trial.get_mut(*at) {
                        *is_gone = true;
                    }
                }
                if self.holds(build(&trial)) {
                    is_gone = trial;
                    kept.drain(start..end);
                    has_found = true;
                }
                end = start;
            }
            is_smaller |= has_found;
            size = match size {
                1 if has_found => 1,
                1 => 0,
                size => size.div_ceil(2).min(kept.len()),
            };
        }
        is_smaller
    }

    /// Whether the test holds for smaller sources, which are the best ones then.
    fn holds(&mut self, sources: Vec<CapsuleSource>) -> bool {
        let hash = hash(&sources);
        if self.end.is_some() || self.failed.contains(&hash) {
            return false;
        }
        if self.tests >= self.bounds.most_tests {
            self.end = Some(ShrinkEnd::TestLimit);
            return false;
        }
        if self.bounds.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            self.end = Some(ShrinkEnd::TimeLimit);
            return false;
        }
        let size = Size::of(&sources);
        if (size.bytes, size.files) >= (self.left.bytes, self.left.files) {
            return false;
        }
        self.tests += 1;
        let verdict = (self.test)(&sources);
        match verdict {
            Verdict::Holds => (self.best, self.left) = (sources, size),
            Verdict::Fails => _ = self.failed.insert(hash),
            Verdict::Stop => self.end = Some(ShrinkEnd::Stopped),
        }
        (self.progress)(&Progress { step: self.step, tests: self.tests, left: self.left });
        verdict == Verdict::Holds
    }
}

/// A text without some ranges of it, which may overlap.
fn without(text: &[u8], mut gone: Vec<Range<usize>>) -> Vec<u8> {
    gone.sort_unstable_by_key(|range| range.start);
    let mut left = Vec::with_capacity(text.len());
    let mut at = 0;
    for range in gone {
        left.extend_from_slice(text.get(at..range.start).unwrap_or_default());
        at = at.max(range.end);
    }
    left.extend_from_slice(text.get(at..).unwrap_or_default());
    left
}

fn hash(sources: &[CapsuleSource]) -> u128 {
    let mut hasher = SipHasher13::new();
    for part in sources.iter().flat_map(|source| [source.file.as_bytes(), &source.text]) {
        hasher.write_usize(part.len());
        hasher.write(part);
    }
    hasher.finish128().as_u128()
}
