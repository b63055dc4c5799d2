//! Delta debugging: removes parts of sources while a test finds them interesting.

use std::collections::HashSet;
use std::hash::Hasher as _;
use std::ops::Range;
use std::time::Instant;

use siphasher::sip128::{Hasher128 as _, SipHasher13};

use super::pieces::Piece;
use super::{blocks, tokens};
use crate::capsule::CapsuleSource;

/// The result of one test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The sources still have the property that is searched for, such as a crash.
    Interesting,
    /// The sources do not have the property.
    Uninteresting,
    /// The test could not decide, and the search must stop.
    Stop,
}

/// The limits of a search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SearchLimits {
    /// No test starts after this time. `None` is no limit.
    pub deadline: Option<Instant>,
    /// The maximum number of tests.
    pub max_tests: usize,
}

/// Why a search stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum StopReason {
    /// The sources are minimal: no single file, block, line or token can be removed.
    Smallest,
    /// The deadline has passed.
    TimeLimit,
    /// The maximum number of tests was reached.
    TestLimit,
    /// The remaining sources are too large to be split into lines and tokens: more than 8 MiB, or more than a million
    /// lines. Files and large parts of files were removed where possible.
    TooLarge,
    /// The test returned [`Verdict::Stop`].
    Stopped,
}

/// The limits of sources that are split into blocks, lines and tokens. A token takes about 80 bytes of memory.
const MAX_SPLIT: SourceSize = SourceSize { files: usize::MAX, lines: 1_000_000, bytes: 8 << 20 };

/// The size of sources.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct SourceSize {
    /// The number of files.
    pub files: usize,
    /// The number of lines in all files. A last line without a line feed counts.
    pub lines: usize,
    /// The number of bytes in all files.
    pub bytes: usize,
}

impl SourceSize {
    /// Measures sources.
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

/// A pass of the search, which removes pieces of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Pass {
    /// Removes whole files.
    Files,
    /// Removes blocks with their content.
    Blocks,
    /// Removes the first and the last line of blocks, but not their content.
    BlockDelimiters,
    /// Removes lines.
    Lines,
    /// Removes words, numbers, string literals and punctuation.
    Tokens,
}

impl Pass {
    /// Returns what the pass removes, such as `files` or `block delimiters`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Blocks => "blocks",
            Self::BlockDelimiters => "block delimiters",
            Self::Lines => "lines",
            Self::Tokens => "tokens",
        }
    }
}

/// The progress of a search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// The current pass.
    pub pass: Pass,
    /// The number of tests so far.
    pub tests: usize,
    /// The size of the smallest interesting sources so far.
    pub remaining: SourceSize,
}

/// The result of a search.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ReducedSources {
    /// The smallest interesting sources.
    pub sources: Vec<CapsuleSource>,
    /// The number of tests.
    pub tests: usize,
    /// Why the search stopped.
    pub stop_reason: StopReason,
}

/// Removes pieces from interesting sources, coarse pieces first, and repeats that until nothing more can be
/// removed.
///
/// Text is only removed, never changed or added. No sources are tested twice. The search is deterministic: the
/// same sources and verdicts give the same result.
///
/// `sources` must be interesting; they are not tested. The result is the last sources for which `test` returned
/// [`Verdict::Interesting`], or `sources`. `progress` is called after each test.
pub fn reduce_sources(
    sources: Vec<CapsuleSource>,
    limits: &SearchLimits,
    test: &mut dyn FnMut(&[CapsuleSource]) -> Verdict,
    progress: &mut dyn FnMut(&Progress),
) -> ReducedSources {
    reduce_and_split(sources, limits, &MAX_SPLIT, test, progress)
}

/// Like [`reduce_sources`], with another limit of the sources that are split into blocks, lines and tokens.
pub(super) fn reduce_and_split(
    sources: Vec<CapsuleSource>,
    limits: &SearchLimits,
    max_split: &SourceSize,
    test: &mut dyn FnMut(&[CapsuleSource]) -> Verdict,
    progress: &mut dyn FnMut(&Progress),
) -> ReducedSources {
    let mut search = Search {
        remaining: SourceSize::of(&sources),
        best: sources,
        limits: *limits,
        test,
        progress,
        uninteresting: HashSet::new(),
        tests: 0,
        pass: Pass::Files,
        stop_reason: None,
    };
    while search.stop_reason.is_none() {
        let has_fewer_files = search.remove_files();
        if search.remaining.bytes > max_split.bytes || search.remaining.lines > max_split.lines {
            if !search.remove_pieces(Pass::Lines, blocks::parts) && !has_fewer_files {
                search.stop_reason.get_or_insert(StopReason::TooLarge);
            }
            continue;
        }
        let is_smaller = has_fewer_files
            | search.remove_blocks()
            | search.remove_pieces(Pass::BlockDelimiters, blocks::delimiters)
            | search.remove_pieces(Pass::Lines, blocks::lines);
        if !is_smaller && !search.remove_pieces(Pass::Tokens, tokens::tokens) {
            break;
        }
    }
    let Search { best, tests, stop_reason, .. } = search;
    let stop_reason = stop_reason.unwrap_or(StopReason::Smallest);
    ReducedSources { sources: best, tests, stop_reason }
}

struct Search<'t> {
    best: Vec<CapsuleSource>,
    /// The size of `best`.
    remaining: SourceSize,
    limits: SearchLimits,
    test: &'t mut dyn FnMut(&[CapsuleSource]) -> Verdict,
    progress: &'t mut dyn FnMut(&Progress),
    /// Hashes of the sources that were tested and are uninteresting.
    uninteresting: HashSet<u128>,
    tests: usize,
    pass: Pass,
    stop_reason: Option<StopReason>,
}

impl Search<'_> {
    /// Returns true if a file was removed.
    fn remove_files(&mut self) -> bool {
        self.pass = Pass::Files;
        let all = self.best.clone();
        self.minimise(all.len(), &|is_removed| {
            let remaining = all.iter().zip(is_removed).filter(|(_, is_removed)| !**is_removed);
            remaining.map(|(source, _)| source.clone()).collect()
        })
    }

    /// Removes blocks, from the outermost to the innermost.
    fn remove_blocks(&mut self) -> bool {
        let mut is_smaller = false;
        for depth in 0..blocks::MAX_DEPTH {
            // Checked again for each depth, because blocks were removed at the previous one.
            let has_any =
                self.best.iter().any(|source| !blocks::at_depth(&source.text, depth).is_empty());
            if !has_any || self.stop_reason.is_some() {
                break;
            }
            is_smaller |= self.remove_pieces(Pass::Blocks, |text| blocks::at_depth(text, depth));
        }
        is_smaller
    }

    /// Removes pieces of all files.
    fn remove_pieces(&mut self, pass: Pass, pieces: impl Fn(&[u8]) -> Vec<Piece>) -> bool {
        self.pass = pass;
        let all = self.best.clone();
        let of_file = |(file, source): (usize, &CapsuleSource)| {
            let pieces = pieces(&source.text).into_iter();
            pieces.map(move |piece| (file, piece)).collect::<Vec<_>>()
        };
        let pieces: Vec<(usize, Piece)> = all.iter().enumerate().flat_map(of_file).collect();
        self.minimise(pieces.len(), &|is_removed| {
            let mut removed = vec![Vec::new(); all.len()];
            let removed_pieces =
                pieces.iter().zip(is_removed).filter(|(_, is_removed)| **is_removed);
            for ((file, piece), _) in removed_pieces {
                if let Some(removed) = removed.get_mut(*file) {
                    removed.extend_from_slice(piece);
                }
            }
            let cut = |(source, removed): (&CapsuleSource, Vec<Range<usize>>)| {
                CapsuleSource::new(source.file.clone(), without(&source.text, removed))
            };
            all.iter().zip(removed).map(cut).collect()
        })
    }

    /// Removes as many of `count` pieces as it can: all at once, then halves, quarters, and so on down to single
    /// pieces. Returns true if any was removed.
    ///
    /// It starts at the end, because text seldom depends on what follows it. Only complements are tested (the
    /// sources without a part); the original algorithm also tests each part alone, but this search reaches the
    /// same sources by removing the complement.
    fn minimise(&mut self, count: usize, build: &dyn Fn(&[bool]) -> Vec<CapsuleSource>) -> bool {
        let mut is_removed = vec![false; count];
        let mut remaining: Vec<usize> = (0..count).collect();
        let mut part_len = count;
        let mut is_smaller = false;
        while part_len > 0 && self.stop_reason.is_none() {
            let mut has_removed = false;
            let mut end = remaining.len();
            while end > 0 && self.stop_reason.is_none() {
                let start = end.saturating_sub(part_len);
                let mut trial = is_removed.clone();
                for index in remaining.get(start..end).unwrap_or_default() {
                    if let Some(is_removed) = trial.get_mut(*index) {
                        *is_removed = true;
                    }
                }
                if self.try_sources(build(&trial)) {
                    is_removed = trial;
                    remaining.drain(start..end);
                    has_removed = true;
                }
                end = start;
            }
            is_smaller |= has_removed;
            part_len = match part_len {
                1 if has_removed => 1,
                1 => 0,
                len => len.div_ceil(2).min(remaining.len()),
            };
        }
        is_smaller
    }

    /// Tests smaller sources. If they are interesting, they become the best ones and the result is true.
    fn try_sources(&mut self, sources: Vec<CapsuleSource>) -> bool {
        let hash = hash(&sources);
        if self.stop_reason.is_some() || self.uninteresting.contains(&hash) {
            return false;
        }
        if self.tests >= self.limits.max_tests {
            self.stop_reason = Some(StopReason::TestLimit);
            return false;
        }
        if self.limits.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            self.stop_reason = Some(StopReason::TimeLimit);
            return false;
        }
        let size = SourceSize::of(&sources);
        if (size.bytes, size.files) >= (self.remaining.bytes, self.remaining.files) {
            return false;
        }
        self.tests += 1;
        let verdict = (self.test)(&sources);
        match verdict {
            Verdict::Interesting => (self.best, self.remaining) = (sources, size),
            Verdict::Uninteresting => _ = self.uninteresting.insert(hash),
            Verdict::Stop => self.stop_reason = Some(StopReason::Stopped),
        }
        let (pass, tests, remaining) = (self.pass, self.tests, self.remaining);
        (self.progress)(&Progress { pass, tests, remaining });
        verdict == Verdict::Interesting
    }
}

/// Returns `text` without some byte ranges, which may overlap.
fn without(text: &[u8], mut removed: Vec<Range<usize>>) -> Vec<u8> {
    removed.sort_unstable_by_key(|range| range.start);
    let mut rest = Vec::with_capacity(text.len());
    let mut at = 0;
    for range in removed {
        rest.extend_from_slice(text.get(at..range.start).unwrap_or_default());
        at = at.max(range.end);
    }
    rest.extend_from_slice(text.get(at..).unwrap_or_default());
    rest
}

fn hash(sources: &[CapsuleSource]) -> u128 {
    let mut hasher = SipHasher13::new();
    for part in sources.iter().flat_map(|source| [source.file.as_bytes(), &source.text]) {
        hasher.write_usize(part.len());
        hasher.write(part);
    }
    hasher.finish128().as_u128()
}
