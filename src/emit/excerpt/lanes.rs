//! Assigns the bars of multi-line labels to columns.

use std::cmp::Reverse;

use super::located::LineRange;

/// The columns of the bars of multi-line labels. Labels that have no line in common may share a lane.
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
    /// The 0-based lane of each label, from left to right.
    pub(in crate::emit) lane_of: Vec<usize>,
    pub(in crate::emit) count: usize,
}

impl Lanes {
    /// Assigns lanes from left to right in the order in which labels start. Of labels that start on the same
    /// line, the one that ends last is leftmost.
    pub(super) fn new(labels: impl Iterator<Item = LineRange>) -> Self {
        let mut order: Vec<(usize, LineRange)> = labels.enumerate().collect();
        let mut lane_of = vec![0; order.len()];
        order.sort_by_key(|(_, lines)| (lines.first, Reverse(lines.last)));
        let mut last_lines: Vec<u32> = Vec::new();
        for (label, lines) in order {
            let free = last_lines.iter().position(|&last| last < lines.first);
            let lane = free.unwrap_or(last_lines.len());
            match last_lines.get_mut(lane) {
                Some(last) => *last = lines.last,
                None => last_lines.push(lines.last),
            }
            if let Some(slot) = lane_of.get_mut(label) {
                *slot = lane;
            }
        }
        Self { lane_of, count: last_lines.len() }
    }
}
