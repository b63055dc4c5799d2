//! Finds which elements of two JSON arrays, or lines of JSON Lines, belong together.

use std::collections::{HashMap, HashSet};

use super::lines::equal_pairs;
use super::node::Node;
use super::sequence::{self, similar_pairs};
use super::value::similarity;

/// The lowest similarity, in per cent, of two elements of which one may have become the other.
const MIN_SIMILARITY: u32 = 45;
/// The same if only one element changed.
const MIN_SIMILARITY_ALONE: u32 = 15;

/// What happened to the elements of two sequences, by index.
#[derive(Default, Debug)]
pub(super) struct Alignment {
    /// The elements that are compared with each other.
    pub(super) pairs: Vec<(usize, usize)>,
    /// The elements with equal values that are in another order.
    pub(super) moved: Vec<(usize, usize)>,
    pub(super) removed: Vec<usize>,
    pub(super) added: Vec<usize>,
}

/// Aligns the elements of two sequences: equal ones in the same order, other equal ones, then similar ones.
///
/// The order of fields does not matter.
pub(super) fn align(olds: &[Node], news: &[Node]) -> Alignment {
    let [old_sorted, new_sorted] =
        [olds, news].map(|nodes| nodes.iter().map(Node::sorted).collect::<Vec<_>>());
    let changes = sequence::changes(&old_sorted, &new_sorted);
    let mut alignment = Alignment::default();
    alignment.pairs.extend(equal_pairs(olds.len(), &changes));
    let mut removed: HashMap<&Node, Vec<usize>> = HashMap::new();
    // The last element is found first, so that the first one is taken first.
    for index in changes.iter().rev().flat_map(|change| change.old.clone().rev()) {
        if let Some(node) = old_sorted.get(index) {
            removed.entry(node).or_default().push(index);
        }
    }
    for index in changes.iter().flat_map(|change| change.new.clone()) {
        let same = new_sorted.get(index).and_then(|node| removed.get_mut(node)).and_then(Vec::pop);
        alignment.moved.extend(same.map(|old| (old, index)));
    }
    let moved_olds: HashSet<_> = alignment.moved.iter().map(|(old, _)| *old).collect();
    let moved_news: HashSet<_> = alignment.moved.iter().map(|(_, new)| *new).collect();
    for change in changes {
        let own_olds: Vec<_> = change.old.filter(|index| !moved_olds.contains(index)).collect();
        let own_news: Vec<_> = change.new.filter(|index| !moved_news.contains(index)).collect();
        alignment.add_similar(olds, news, &own_olds, &own_news);
    }
    alignment
}

impl Alignment {
    /// Adds the elements of one change: similar ones as pairs, the others as removed and added.
    fn add_similar(
        &mut self,
        olds: &[Node],
        news: &[Node],
        own_olds: &[usize],
        own_news: &[usize],
    ) {
        let is_alone = own_olds.len() == 1 && own_news.len() == 1;
        let has_same_len = own_olds.len() == own_news.len();
        let old_nodes: Vec<_> = own_olds.iter().filter_map(|index| olds.get(*index)).collect();
        let new_nodes: Vec<_> = own_news.iter().filter_map(|index| news.get(*index)).collect();
        let pairs = similar_pairs(own_olds.len(), own_news.len(), |old, new| {
            let nodes = old_nodes.get(old).zip(new_nodes.get(new));
            nodes.map_or(0, |(old, new)| score(old, new, is_alone, has_same_len))
        });
        let (mut paired_olds, mut paired_news) = (HashSet::new(), HashSet::new());
        for (old, new) in pairs {
            if let Some((old, new)) = own_olds.get(old).zip(own_news.get(new)) {
                self.pairs.push((*old, *new));
                paired_olds.insert(*old);
                paired_news.insert(*new);
            }
        }
        self.removed.extend(own_olds.iter().filter(|index| !paired_olds.contains(index)));
        self.added.extend(own_news.iter().filter(|index| !paired_news.contains(index)));
    }
}

/// Returns how similar two elements are, or 0 if they should not be compared.
fn score(old: &Node, new: &Node, is_alone: bool, has_same_len: bool) -> u32 {
    let is_scalar = |node: &Node| matches!(node, Node::Plain(_) | Node::Text(_));
    let is_array = |node: &Node| matches!(node, Node::Array(_));
    let both = |is: &dyn Fn(&Node) -> bool| is(old) && is(new);
    let similarity = similarity(old, new);
    let min = if is_alone { MIN_SIMILARITY_ALONE } else { MIN_SIMILARITY };
    if similarity >= min {
        return similarity;
    }
    // `[1, 2]` became `[1, 3]`, or `[[1]]` became `[[2]]`.
    u32::from((has_same_len && both(&is_scalar)) || (is_alone && both(&is_array)))
}
