//! The rows of a backtrace, folded as in all other views.

use std::ops::Range;

use vitte_diag::{Backtrace, FoldedFrames, FoldedRow, ShortFrame};

use super::super::node::{List, Node, Part, Stack};

/// Returns the number of rows of a backtrace.
pub(super) fn row_count(backtrace: &Backtrace) -> usize {
    FoldedFrames::new(backtrace).rows().len()
}

/// Returns the nodes of the rows in a range, the innermost first: a frame of the project, or a run of frames that opens. If
/// no frame belongs to the project, the runs of libraries are open.
pub(super) fn row_nodes(stack: Stack, backtrace: &Backtrace, range: Range<usize>) -> Vec<Node> {
    let folded = FoldedFrames::new(backtrace);
    let mut next = 0;
    let rows = folded.rows().iter().map(|row| {
        let start = next;
        // A marker of omitted frames is a frame too, but represents none.
        next += row.count().max(1);
        (row, start..next)
    });
    let rows = rows.skip(range.start).take(range.len());
    rows.map(|(row, frames)| {
        let text = row.remark().unwrap_or_default();
        match row {
            FoldedRow::Frame(frame) => frame_node(stack, frame),
            FoldedRow::Omitted(_) => {
                Node::new(&format!("... {text}"), Part::Item(List::Frames(stack), frames.start))
            }
            row => {
                let list = Part::List(List::Folded(stack), frames);
                let mut node = Node::new(&format!("... {text}"), list);
                node.is_open =
                    matches!(row, FoldedRow::Libraries(_)) && !folded.has_project_frames();
                node
            }
        }
    })
    .collect()
}

/// Returns the nodes of the frames with these indices in the backtrace.
pub(super) fn frame_nodes(stack: Stack, backtrace: &Backtrace, range: &Range<usize>) -> Vec<Node> {
    let folded = FoldedFrames::without_repetitions(backtrace);
    let frames = folded.frames().filter(|frame| range.contains(&frame.index));
    frames.map(|frame| frame_node(stack, frame)).collect()
}

fn frame_node(stack: Stack, frame: &ShortFrame<'_>) -> Node {
    let text = frame.to_string();
    let blanks = " ".repeat(3_usize.saturating_sub(text.find(':').unwrap_or(3)));
    Node::new(&format!("{blanks}{text}"), Part::Item(List::Frames(stack), frame.index))
}

#[cfg(test)]
mod tests {
    use vitte_diag::Frame;

    use super::*;

    fn labels(nodes: &[Node]) -> Vec<&str> {
        nodes.iter().map(|node| &*node.label).collect()
    }

    fn backtrace(frames: &[&str]) -> Backtrace {
        frames.iter().map(|text| Frame::new(*text)).collect()
    }

    #[test]
    fn rows_are_those_of_all_views() {
        let recursion = ["mycc::g::<u8> at src/a.rs:2:3"; 5];
        let frames = [
            &["core::panicking::panic", "std::a::b", "mycc::f::{closure#1} at src/a.rs:1:2"][..],
            &recursion,
            &["[... omitted 7 frames ...]", "mycc::main at src/main.rs:1:1", "std::rt::x"],
        ]
        .concat();
        let backtrace = backtrace(&frames);
        let nodes = row_nodes(Stack::Crashed, &backtrace, 0..row_count(&backtrace));
        let expected = [
            "... 2 frames of std",
            "  2: mycc::f at src/a.rs:1:2",
            "  3: mycc::g at src/a.rs:2:3",
            "... repeated 4 more times",
            "... omitted 7 frames",
            "  9: mycc::main at src/main.rs:1:1",
            "... 1 frame of std",
        ];
        assert_eq!(labels(&nodes), expected);
        assert!(nodes.iter().all(|node| !node.is_open));
        assert_eq!(labels(&row_nodes(Stack::Crashed, &backtrace, 1..3)), expected[1..3]);
        let Part::List(List::Folded(_), range) = &nodes[3].part else { panic!("{nodes:#?}") };
        let inner = frame_nodes(Stack::Crashed, &backtrace, range);
        assert_eq!(labels(&inner)[3], "  7: mycc::g at src/a.rs:2:3");
        assert_eq!(inner.len(), 4);
    }

    #[test]
    fn libraries_are_open_if_there_is_nothing_else() {
        let backtrace = backtrace(&["std::a::b", "rayon::c at rayon-1.12.0/src/a.rs:1:1"]);
        let nodes = row_nodes(Stack::Crashed, &backtrace, 0..9);
        assert_eq!(labels(&nodes), ["... 2 frames of std, rayon"]);
        assert!(nodes[0].is_open);
    }
}
