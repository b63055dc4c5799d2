//! Decides what happened to the lines of each change: changed in part, moved, removed or added.

use std::borrow::Cow;
use std::collections::HashMap;

use super::lines::Lines;
use super::sequence::{Change, similar_pairs};
use super::words::{Profile, look};

/// The maximum number of lines on each side of a change that are compared with each other.
const MAX_COMPARED: usize = 64;
/// The lowest similarity, in per cent, of two lines that are shown as one changed line.
const MIN_SIMILARITY: u32 = 45;
/// The same for a change of one line to one line.
const MIN_SIMILARITY_ALONE: u32 = 15;

/// What happened to one line. The numbers are indexes of lines of the expected and the actual text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Entry {
    /// With an actual line that looks the same.
    Removed(usize, Option<usize>),
    /// With an expected line that looks the same.
    Added(usize, Option<usize>),
    /// The line changed in part.
    Changed(usize, usize),
    /// The expected line is elsewhere in the actual text.
    MovedTo(usize, usize),
    /// The actual line, and where it is in the expected text.
    MovedFrom(usize, usize),
}

/// The lines that were only moved.
#[derive(Default, Debug)]
pub(super) struct Moves {
    to: HashMap<usize, usize>,
    from: HashMap<usize, usize>,
    /// Removed lines that look like added ones, but differ.
    alike_to: HashMap<usize, usize>,
    alike_from: HashMap<usize, usize>,
}

impl Moves {
    /// Finds the removed lines that were added elsewhere. Each is moved once; blank lines and lines of punctuation are
    /// not moved.
    pub(super) fn find(old: &Lines<'_>, new: &Lines<'_>, changes: &[Change]) -> Self {
        let mut removed: HashMap<&str, Vec<usize>> = HashMap::new();
        // The last line is found first, so that the first one is taken first.
        for line in changes.iter().rev().flat_map(|change| change.old.clone().rev()) {
            removed.entry(old.text(line)).or_default().push(line);
        }
        let mut moves = Self::default();
        for line in changes.iter().flat_map(|change| change.new.clone()) {
            let text = new.text(line);
            if !text.contains(char::is_alphanumeric) {
                continue;
            }
            if let Some(from) = removed.get_mut(text).and_then(Vec::pop) {
                moves.to.insert(from, line);
                moves.from.insert(line, from);
            }
        }
        moves.find_alike(old, new, changes);
        moves
    }

    /// Finds the removed and added lines that look the same, but differ.
    fn find_alike(&mut self, old: &Lines<'_>, new: &Lines<'_>, changes: &[Change]) {
        let olds = changes.iter().flat_map(|change| change.old.clone());
        let news = changes.iter().flat_map(|change| change.new.clone());
        let olds: Vec<_> = olds.filter(|line| !self.to.contains_key(line)).collect();
        let news: Vec<_> = news.filter(|line| !self.from.contains_key(line)).collect();
        let (old_looks, new_looks) = (looks(old, &olds), looks(new, &news));
        let alike = |lines: &Lines<'_>, own: &[usize], looks: &HashMap<Cow<'_, str>, usize>| {
            let find = |line: &usize| Some((*line, *looks.get(&look(lines.text(*line)))?));
            own.iter().filter_map(find).collect()
        };
        self.alike_to = alike(old, &olds, &new_looks);
        self.alike_from = alike(new, &news, &old_looks);
    }

    /// Returns the pairs of expected and actual lines.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        self.to.iter().map(|(old, new)| (*old, *new))
    }
}

/// Returns the first line of each look. Blank lines are omitted.
fn looks<'t>(lines: &Lines<'t>, own: &[usize]) -> HashMap<Cow<'t, str>, usize> {
    let looks = own.iter().rev().map(|line| (look(lines.text(*line)), *line));
    looks.filter(|(look, _)| !look.is_empty()).collect()
}

/// Returns what happened to the lines of `change`, in their order.
pub(super) fn entries(
    old: &Lines<'_>,
    new: &Lines<'_>,
    change: &Change,
    moves: &Moves,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    let (mut olds, mut news) = (change.old.clone(), change.new.clone());
    let mut push_until = |old_end: usize, new_end: usize, entries: &mut Vec<Entry>| {
        while olds.start < old_end {
            entries.extend(olds.next().map(|line| match moves.to.get(&line) {
                Some(to) => Entry::MovedTo(line, *to),
                None => Entry::Removed(line, moves.alike_to.get(&line).copied()),
            }));
        }
        while news.start < new_end {
            entries.extend(news.next().map(|line| match moves.from.get(&line) {
                Some(from) => Entry::MovedFrom(line, *from),
                None => Entry::Added(line, moves.alike_from.get(&line).copied()),
            }));
        }
        (olds.start, news.start) = (olds.start.max(old_end + 1), news.start.max(new_end + 1));
    };
    for (old_line, new_line) in changed_lines(old, new, change, moves) {
        push_until(old_line, new_line, &mut entries);
        entries.push(Entry::Changed(old_line, new_line));
    }
    push_until(change.old.end, change.new.end, &mut entries);
    entries
}

/// Returns the pairs of lines that are similar, in the order of both texts.
pub(super) fn changed_lines(
    old: &Lines<'_>,
    new: &Lines<'_>,
    change: &Change,
    moves: &Moves,
) -> Vec<(usize, usize)> {
    let olds = change.old.clone().filter(|line| !moves.to.contains_key(line));
    let news = change.new.clone().filter(|line| !moves.from.contains_key(line));
    let olds: Vec<usize> = olds.take(MAX_COMPARED).collect();
    let news: Vec<usize> = news.take(MAX_COMPARED).collect();
    let is_alone = olds.len() == 1 && news.len() == 1;
    let min = if is_alone { MIN_SIMILARITY_ALONE } else { MIN_SIMILARITY };
    let old_profiles: Vec<_> = olds.iter().map(|line| Profile::new(old.text(*line))).collect();
    let new_profiles: Vec<_> = news.iter().map(|line| Profile::new(new.text(*line))).collect();
    let score = |old: usize, new: usize| {
        let profiles = old_profiles.get(old).zip(new_profiles.get(new));
        let similarity = profiles.map_or(0, |(old, new)| match is_alone {
            true => old.similarity_alone(new),
            false => old.similarity(new),
        });
        if similarity < min { 0 } else { similarity }
    };
    let pairs = similar_pairs(olds.len(), news.len(), score);
    pairs.into_iter().filter_map(|(old, new)| Some((*olds.get(old)?, *news.get(new)?))).collect()
}
