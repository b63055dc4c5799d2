//! The rows of a backtrace. Short names and other rules of folding belong here.

use std::ops::Range;

use vitte_diag::{Backtrace, BacktraceLine, Frame};

use super::super::node::{List, Node, Part, Stack};

/// A row of a backtrace: a frame, or a run of frames that opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum FrameRow {
    Frame(usize),
    Folded(Range<usize>, String),
}

/// Returns the rows of a backtrace, the innermost first.
pub(super) fn frame_rows(backtrace: &Backtrace) -> Vec<FrameRow> {
    let mut next = 0;
    let row = |line: BacktraceLine<'_>| {
        let start = next;
        // A marker of omitted frames is a frame too, but represents none.
        next += line.count().max(1);
        match line {
            BacktraceLine::Frame(index, _) => FrameRow::Frame(index),
            line => FrameRow::Folded(start..next, line.remark().unwrap_or_default()),
        }
    };
    backtrace.lines(false).map(row).collect()
}

impl FrameRow {
    pub(super) fn node(&self, stack: Stack, backtrace: &Backtrace) -> Node {
        match self {
            Self::Frame(index) => {
                frame_node(stack, *index, backtrace).unwrap_or_else(|| Node::leaf("<unknown>"))
            }
            Self::Folded(range, _) if range.len() == 1 => {
                frame_node(stack, range.start, backtrace).unwrap_or_else(|| Node::leaf("<unknown>"))
            }
            Self::Folded(range, remark) => {
                Node::new(remark, Part::List(List::Folded(stack), range.clone()))
            }
        }
    }
}

/// Returns the node of a frame.
pub(super) fn frame_node(stack: Stack, index: usize, backtrace: &Backtrace) -> Option<Node> {
    let frame = backtrace.frames().get(index)?;
    let label = format!("{index:>3}: {}", name(frame));
    Some(Node::new(&label, Part::Item(List::Frames(stack), index)))
}

/// Returns the text of a frame in the tree.
fn name(frame: &Frame) -> &str {
    frame.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_runtime_frames_are_folded() {
        let frames = ["core::panicking::panic", "std::a::b", "mycc::f", "mycc::main", "std::rt::x"];
        let backtrace: Backtrace = frames.iter().map(|text| Frame::new(*text)).collect();
        let rows = frame_rows(&backtrace);
        let range = |row: &FrameRow| match row {
            FrameRow::Frame(index) => *index..index + 1,
            FrameRow::Folded(range, _) => range.clone(),
        };
        assert_eq!(rows.iter().map(range).collect::<Vec<_>>(), [0..2, 2..3, 3..4, 4..5]);
        let node = rows[0].node(Stack::Crashed, &backtrace);
        assert!(node.can_open() && node.label == "[... omitted 2 runtime frames ...]");
        // One frame is shown itself.
        let node = rows[3].node(Stack::Crashed, &backtrace);
        assert_eq!(node.label, "  4: std::rt::x");
    }
}
