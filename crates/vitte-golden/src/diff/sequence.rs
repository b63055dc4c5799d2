//! Compares two sequences, in a time that is bounded by their lengths and not by a clock.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The maximum number of items, of both sequences, that are compared exactly.
const MAX_EXACT: usize = 20_000;
/// The maximum number of times that a part of a large sequence is divided at unique items.
const MAX_DIVISIONS: usize = 8;
/// The number of items, of each sequence, that are compared with each other to find similar ones.
const WINDOW: usize = 64;
/// The number of items at the end of a window that are compared in the next one.
const MARGIN: usize = 16;
/// The maximum number of windows.
const MAX_WINDOWS: usize = 16;

/// A part of two sequences that differs. One of the ranges may be empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Change {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

/// Returns the parts of two sequences that differ, in their order. All other items are equal.
///
/// The result depends on the items only. It is the shortest one for most short sequences. Long ones are divided at items
/// that are unique in both; a long part without such an item is one change.
pub(super) fn changes<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<Change> {
    let [old, new] = numbered(old, new);
    let mut finder = Finder { old: &old, new: &new, changes: Vec::new() };
    finder.find(0..old.len(), 0..new.len(), MAX_DIVISIONS);
    finder.changes
}

/// Returns the items as numbers, which are equal if the items are.
fn numbered<T: Eq + Hash>(old: &[T], new: &[T]) -> [Vec<usize>; 2] {
    let mut numbers = HashMap::new();
    [old, new].map(|items| {
        let number = |item| {
            let next = numbers.len();
            *numbers.entry(item).or_insert(next)
        };
        items.iter().map(number).collect()
    })
}

struct Finder<'n> {
    old: &'n [usize],
    new: &'n [usize],
    changes: Vec<Change>,
}

impl Finder<'_> {
    /// Appends the changes between two ranges.
    fn find(&mut self, old: Range<usize>, new: Range<usize>, divisions: usize) {
        let (olds, news) = self.items(&old, &new);
        let prefix = olds.iter().zip(news).take_while(|(old, new)| old == new).count();
        let max_suffix = olds.len().min(news.len()) - prefix;
        let backwards = olds.iter().rev().zip(news.iter().rev()).take(max_suffix);
        let suffix = backwards.take_while(|(old, new)| old == new).count();
        let old = old.start + prefix..old.end - suffix;
        let new = new.start + prefix..new.end - suffix;
        if old.is_empty() || new.is_empty() {
            self.push(old, new);
        } else if old.len() + new.len() <= MAX_EXACT {
            self.find_exactly(&old, &new);
        } else {
            self.divide(old, new, divisions);
        }
    }

    fn items(&self, old: &Range<usize>, new: &Range<usize>) -> (&[usize], &[usize]) {
        let olds = self.old.get(old.clone()).unwrap_or_default();
        (olds, self.new.get(new.clone()).unwrap_or_default())
    }

    fn find_exactly(&mut self, old: &Range<usize>, new: &Range<usize>) {
        let (olds, news) = self.items(old, new);
        for op in capture_diff_slices(Algorithm::Myers, olds, news) {
            if !matches!(op, DiffOp::Equal { .. }) {
                let shifted = |by: usize, range: Range<usize>| by + range.start..by + range.end;
                let (olds, news) = (op.old_range(), op.new_range());
                self.push(shifted(old.start, olds), shifted(new.start, news));
            }
        }
    }

    /// Appends the changes between the items that are unique in both ranges and are in the same order.
    fn divide(&mut self, old: Range<usize>, new: Range<usize>, divisions: usize) {
        let anchors = if divisions == 0 { Vec::new() } else { self.anchors(&old, &new) };
        if anchors.is_empty() {
            return self.push(old, new);
        }
        let (mut old_start, mut new_start) = (old.start, new.start);
        for (old_anchor, new_anchor) in anchors {
            self.find(old_start..old_anchor, new_start..new_anchor, divisions - 1);
            (old_start, new_start) = (old_anchor + 1, new_anchor + 1);
        }
        self.find(old_start..old.end, new_start..new.end, divisions - 1);
    }

    fn anchors(&self, old: &Range<usize>, new: &Range<usize>) -> Vec<(usize, usize)> {
        let (olds, news) = self.items(old, new);
        let mut counts: HashMap<usize, [usize; 2]> = HashMap::new();
        olds.iter().for_each(|item| counts.entry(*item).or_default()[0] += 1);
        news.iter().for_each(|item| counts.entry(*item).or_default()[1] += 1);
        let unique = |items: &[usize], start: usize| -> (Vec<usize>, Vec<usize>) {
            let places =
                items.iter().enumerate().filter(|(_, item)| counts.get(item) == Some(&[1, 1]));
            places.map(|(index, item)| (start + index, *item)).unzip()
        };
        let (old_places, olds) = unique(olds, old.start);
        let (new_places, news) = unique(news, new.start);
        // The matches of unique items are few, so this algorithm takes n log n steps.
        let ops = capture_diff_slices(Algorithm::Hunt, &olds, &news);
        let equal = ops.into_iter().filter(|op| matches!(op, DiffOp::Equal { .. }));
        let pairs = equal.flat_map(|op| op.old_range().zip(op.new_range()));
        pairs
            .filter_map(|(old, new)| Some((*old_places.get(old)?, *new_places.get(new)?)))
            .collect()
    }

    fn push(&mut self, old: Range<usize>, new: Range<usize>) {
        if old.is_empty() && new.is_empty() {
            return;
        }
        match self.changes.last_mut() {
            Some(last) if last.old.end == old.start && last.new.end == new.start => {
                last.old.end = old.end;
                last.new.end = new.end;
            }
            _ => self.changes.push(Change { old, new }),
        }
    }
}

/// Returns the pairs of similar items of two sequences, in the order of both, with a great sum of scores.
///
/// A pair with the score 0 is never returned. Short sequences are compared as a whole, long ones window by window, and
/// after some windows, items at the same distance from the last pair.
pub(super) fn similar_pairs(
    olds: usize,
    news: usize,
    mut score: impl FnMut(usize, usize) -> u32,
) -> Vec<(usize, usize)> {
    let (mut old_start, mut new_start, mut pairs) = (0, 0, Vec::new());
    for _ in 0..MAX_WINDOWS {
        let (old_len, new_len) = (olds - old_start, news - new_start);
        let is_last = old_len.saturating_mul(new_len) <= WINDOW * WINDOW;
        let (old_len, new_len) =
            if is_last { (old_len, new_len) } else { (old_len.min(WINDOW), new_len.min(WINDOW)) };
        let mut found =
            best_pairs(old_len, new_len, |old, new| score(old_start + old, new_start + new));
        if !is_last {
            // Pairs at the end of a window may be worse than those with items behind it.
            found.retain(|(old, new)| *old.max(new) < WINDOW - MARGIN);
        }
        pairs.extend(found.iter().map(|(old, new)| (old_start + old, new_start + new)));
        if is_last {
            return pairs;
        }
        let skipped = (old_len.min(WINDOW - MARGIN), new_len.min(WINDOW - MARGIN));
        let (old_end, new_end) = found.last().map_or(skipped, |(old, new)| (old + 1, new + 1));
        (old_start, new_start) = (old_start + old_end, new_start + new_end);
    }
    let rest = (old_start..olds).zip(new_start..news);
    pairs.extend(rest.filter(|(old, new)| score(*old, *new) > 0));
    pairs
}

/// Returns the pairs of items with the greatest sum of scores.
fn best_pairs(
    olds: usize,
    news: usize,
    mut score: impl FnMut(usize, usize) -> u32,
) -> Vec<(usize, usize)> {
    // `sums[old * row + new]` is the greatest sum of the items from `old` and `new` on.
    let row = news + 1;
    let mut sums = vec![0; (olds + 1) * row];
    let mut scores = vec![0; olds * row];
    let at = |sums: &[u32], old: usize, new: usize| sums.get(old * row + new).copied().unwrap_or(0);
    for old in (0..olds).rev() {
        for new in (0..news).rev() {
            let own = score(old, new);
            let paired = if own > 0 { own + at(&sums, old + 1, new + 1) } else { 0 };
            let best = paired.max(at(&sums, old + 1, new)).max(at(&sums, old, new + 1));
            if let (Some(sum), Some(score)) =
                (sums.get_mut(old * row + new), scores.get_mut(old * row + new))
            {
                (*sum, *score) = (best, own);
            }
        }
    }
    let (mut old, mut new, mut pairs) = (0, 0, Vec::new());
    while old < olds && new < news {
        let (sum, own) = (at(&sums, old, new), at(&scores, old, new));
        if own > 0 && sum == own + at(&sums, old + 1, new + 1) {
            pairs.push((old, new));
            (old, new) = (old + 1, new + 1);
        } else if sum == at(&sums, old + 1, new) {
            old += 1;
        } else {
            new += 1;
        }
    }
    pairs
}
