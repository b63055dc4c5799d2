//! Finds the diagnostics of an earlier run again.
//!
//! Diagnostics are paired in steps, from the strictest criterion to the loosest; what a step has paired takes part in no
//! later one. Equal diagnostics are paired in their order, so that of three where there were two, one is new.
//!
//! ```text
//!                kind  path  line  context  position
//! unchanged        =     =     =      =
//! moved in file    =     =     =
//! line edited      =     =            =
//! text unknown     =     =                     =      then only its column and length, then none of it
//! renamed file     =  renamed  …                      the steps above, for a file that is only in one of the runs
//! moved code       =           =      =
//! ```

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

use super::identity::{Identity, Position};

/// Which diagnostics of two runs are the same.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Matches {
    /// For each diagnostic of the earlier run, whether the later one has it, too.
    pub old: Vec<bool>,
    /// For each diagnostic of the later run, whether the earlier one has it, too.
    pub new: Vec<bool>,
}

/// Compares two runs. The time is linear in their size.
#[must_use]
pub fn compare(old: &[Identity], new: &[Identity]) -> Matches {
    let mut renames = Renames::new(paths(old), paths(new));
    renames.vote(old, new);
    renames.decide();
    compare_with(old, new, &renames)
}

fn paths(identities: &[Identity]) -> HashSet<u64> {
    identities.iter().map(|identity| identity.path).collect()
}

/// Compares two runs, or a part of each, with the files that were renamed in between. Diagnostics of one
/// [`kind`](Identity::kind) have to be in one part.
#[must_use]
pub fn compare_with(old: &[Identity], new: &[Identity], renames: &Renames) -> Matches {
    let mut pairing = Pairing::new(old, new);
    pairing.in_files(&|path| path);
    if !renames.new_paths.is_empty() {
        pairing.in_files(&|path| renames.new_paths.get(&path).copied().unwrap_or(path));
    }
    pairing.step(|one| one.line_text().map(|text| (one.kind, text)));
    pairing.matches
}

/// The files that were renamed between two runs.
///
/// Runs that are too large for memory are compared in parts: first each part [votes](Self::vote), then, after the
/// [decision](Self::decide), each is [compared](compare_with).
#[derive(Clone, Debug, Default)]
pub struct Renames {
    /// The paths that only one of the runs has.
    only_old: HashSet<u64>,
    only_new: HashSet<u64>,
    /// The number of diagnostics that two of these paths have in common.
    votes: HashMap<(u64, u64), Votes>,
    /// The number of diagnostics with each of these paths.
    counts: HashMap<u64, u64>,
    /// The new path of each renamed file.
    new_paths: HashMap<u64, u64>,
}

impl Renames {
    /// Creates a comparison of runs that have diagnostics in files with these [paths](Identity::path).
    #[must_use]
    #[allow(
        clippy::needless_pass_by_value,
        reason = "the sets are large, and are not needed later"
    )]
    pub fn new(old: HashSet<u64>, new: HashSet<u64>) -> Self {
        let only_old = old.difference(&new).copied().collect();
        let only_new = new.difference(&old).copied().collect();
        Self { only_old, only_new, ..Self::default() }
    }

    /// Counts the diagnostics that files with different paths have in common: on the same lines, or if the text of one is
    /// unknown, at the same positions.
    pub fn vote(&mut self, old: &[Identity], new: &[Identity]) {
        if self.only_old.is_empty() || self.only_new.is_empty() {
            return;
        }
        let is_gone = |one: &&Identity| self.only_old.contains(&one.path);
        let is_added = |one: &&Identity| self.only_new.contains(&one.path);
        let old: Vec<Identity> = old.iter().filter(is_gone).copied().collect();
        let new: Vec<Identity> = new.iter().filter(is_added).copied().collect();
        for one in old.iter().chain(&new) {
            *self.counts.entry(one.path).or_default() += 1;
        }
        let mut pairing = Pairing::new(&old, &new);
        let mut paths = Vec::new();
        pairing.step_with(|one| one.line_text().map(|text| (one.kind, text)), &mut paths);
        pairing.without_text(|one| one.position.map(|at| (one.kind, at)), &mut paths);
        for pair in paths.drain(..) {
            self.votes.entry(pair).or_default().same += 1;
        }
        pairing.step_with(|one| one.line_text().map(|text| (one.kind, text.line)), &mut paths);
        pairing.without_text(|one| one.position.map(|at| (one.kind, at.len)), &mut paths);
        for pair in paths {
            self.votes.entry(pair).or_default().similar += 1;
        }
    }

    /// Decides by the votes which files were renamed: the pair of paths with the most votes first, and each path once. Files
    /// that have nothing in common for certain need half of the diagnostics of both.
    pub fn decide(&mut self) {
        let count = |path: &u64| self.counts.get(path).copied().unwrap_or(0);
        let is_enough = |((old, new), votes): &((u64, u64), Votes)| {
            votes.same > 0 || 2 * votes.similar >= count(old).max(count(new))
        };
        let votes = std::mem::take(&mut self.votes).into_iter().filter(is_enough);
        let mut votes: Vec<_> = votes.map(|(paths, votes)| (votes, paths)).collect();
        votes.sort_unstable_by(|a, b| b.cmp(a));
        let mut taken = HashSet::new();
        for (_, (old, new)) in votes {
            if !self.new_paths.contains_key(&old) && taken.insert(new) {
                self.new_paths.insert(old, new);
            }
        }
    }
}

/// What two files have in common. One vote of the first kind counts more than any number of the second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
struct Votes {
    /// Diagnostics on lines with the same neighbours; if the text of one is unknown, at the same position.
    same: u64,
    /// Diagnostics on the same lines; if the text of one is unknown, of the same length.
    similar: u64,
}

/// The state of a comparison.
struct Pairing<'a> {
    old: &'a [Identity],
    new: &'a [Identity],
    matches: Matches,
}

impl<'a> Pairing<'a> {
    fn new(old: &'a [Identity], new: &'a [Identity]) -> Self {
        let matches = Matches { old: vec![false; old.len()], new: vec![false; new.len()] };
        Self { old, new, matches }
    }

    /// Pairs diagnostics of one file; `new_path` returns the later path of a file.
    fn in_files(&mut self, new_path: &dyn Fn(u64) -> u64) {
        let place = |one: &Identity| (one.kind, new_path(one.path));
        self.step(|one| one.text.map(|text| (place(one), text)));
        self.step(|one| one.text.map(|text| (place(one), text.line)));
        self.step(|one| one.text.map(|text| (place(one), text.context)));
        let mut paths = Vec::new();
        self.without_text(|one| one.position.map(|at| (place(one), at)), &mut paths);
        let shape = |at: Position| (at.col, at.len);
        self.without_text(|one| one.position.map(|at| (place(one), shape(at))), &mut paths);
        self.without_text(|one| Some(place(one)), &mut paths);
    }

    /// Pairs diagnostics with the same key; `None` stands for a diagnostic that takes no part.
    fn step<K: Eq + Hash>(&mut self, key: impl Fn(&Identity) -> Option<K>) {
        self.step_with(key, &mut Vec::new());
    }

    /// Pairs diagnostics with the same key, and adds the paths of each pair to `paths`.
    fn step_with<K: Eq + Hash>(
        &mut self,
        key: impl Fn(&Identity) -> Option<K>,
        paths: &mut Vec<(u64, u64)>,
    ) {
        self.pair(|_| true, |_| true, key, paths);
    }

    /// Pairs diagnostics with the same key, of which one at least has no text, and adds the paths of each pair to `paths`.
    fn without_text<K: Eq + Hash>(
        &mut self,
        key: impl Fn(&Identity) -> Option<K>,
        paths: &mut Vec<(u64, u64)>,
    ) {
        let is_unknown = |one: &Identity| one.text.is_none();
        self.pair(is_unknown, |_| true, &key, paths);
        self.pair(|_| true, is_unknown, &key, paths);
    }

    fn pair<K: Eq + Hash>(
        &mut self,
        is_old: impl Fn(&Identity) -> bool,
        is_new: impl Fn(&Identity) -> bool,
        key: impl Fn(&Identity) -> Option<K>,
        paths: &mut Vec<(u64, u64)>,
    ) {
        let mut waiting: HashMap<K, VecDeque<(&mut bool, u64)>> = HashMap::new();
        let open = self.old.iter().zip(&mut self.matches.old);
        for (one, is_matched) in open.filter(|(one, is_matched)| !**is_matched && is_old(one)) {
            if let Some(key) = key(one) {
                waiting.entry(key).or_default().push_back((is_matched, one.path));
            }
        }
        if waiting.is_empty() {
            return;
        }
        let open = self.new.iter().zip(&mut self.matches.new);
        for (one, is_matched) in open.filter(|(one, is_matched)| !**is_matched && is_new(one)) {
            let found = key(one).and_then(|key| waiting.get_mut(&key)?.pop_front());
            if let Some((old, path)) = found {
                (*old, *is_matched) = (true, true);
                paths.push((path, one.path));
            }
        }
    }
}
