//! Where the bars of labels over many lines stand.

use std::cmp::Reverse;

use super::LineRange;

/// The columns of bars of the labels over many lines: labels that share no line share a column.
///
/// ```text
/// lane 0 1
/// 1 |  /    fn f(
/// 2 |  | /  a: u8
/// 3 |  | \-------^
/// 4 |  \-^
/// 5 |  /    fn g(
/// ```
#[derive(Debug)]
pub(in crate::emit) struct Lanes {
    /// The lane of each label.
    pub(in crate::emit) lane_of: Vec<usize>,
    pub(in crate::emit) count: usize,
}

impl Lanes {
    /// The label that begins first stands left, of two the one that ends later.
    pub(super) fn new(labels: impl Iterator<Item = LineRange>) -> Self {
        let mut order: Vec<(usize, LineRange)> = labels.enumerate().collect();
        let mut lane_of = vec![0; order.len()];
        order.sort_by_key(|(_, lines)| (lines.first, Reverse(lines.last)));
        // The line up to which each lane is taken.
        let mut taken: Vec<u32> = Vec::new();
        for (label, lines) in order {
            let free = taken.iter().position(|&last| last < lines.first);
            let lane = free.unwrap_or(taken.len());
            match taken.get_mut(lane) {
                Some(last) => *last = lines.last,
                None => taken.push(lines.last),
            }
            if let Some(slot) = lane_of.get_mut(label) {
                *slot = lane;
            }
        }
        Self { lane_of, count: taken.len() }
    }
}
