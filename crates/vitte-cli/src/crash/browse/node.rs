//! A node of the tree of a crash. Its children are made when it is opened.

use std::ops::Range;

use vitte_diag::text::one_line;

/// What a node shows, and where its children come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// Nothing to open.
    Leaf,
    /// Items of a list. A long list is divided into ranges.
    List(List, Range<usize>),
    /// Lines of a text: a range of its bytes, and the 1-based number of its first line.
    Text(TextOf, Range<usize>, usize),
    /// One item of a list.
    Item(List, usize),
}

/// A list in a capsule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum List {
    Facts,
    Notes,
    /// The contexts of a thread, the innermost first.
    Contexts(Stack),
    /// The fields and the variables of a context.
    Values(ContextOf),
    /// The items of a value: the context, the variable, and the positions on the way to the value.
    Json(ContextOf, usize, Vec<usize>),
    /// The rows of a backtrace: frames, and folded runs of frames.
    Frames(Stack),
    /// The frames of a folded run: their indices in the backtrace.
    Folded(Stack),
    Threads,
    /// What is known of a thread: its contexts and its frames.
    Thread(usize),
    Sources,
    /// The lines of a file of which the report has only some.
    SourceLines(usize),
    Environment,
    Registers,
    /// The breadcrumbs, the oldest first.
    Breadcrumbs,
}

/// A context of a capsule: its thread, and its index there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ContextOf(pub(super) Stack, pub(super) usize);

/// A thread of a capsule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stack {
    Crashed,
    Thread(usize),
}

/// A text in a capsule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum TextOf {
    Item(List, usize),
    Message,
    Source(usize),
}

/// A row of the tree.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Safe text of one line, cut to [`MAX_LABEL_CHARS`].
    pub(super) label: String,
    pub(super) part: Part,
    pub(super) is_open: bool,
    /// `None` if they were not made yet.
    pub(super) children: Option<Vec<Node>>,
}

/// Characters of a label; no row of a terminal is longer.
pub(super) const MAX_LABEL_CHARS: usize = 500;
/// Children of one node. More are divided into ranges.
pub(super) const MAX_CHILDREN: usize = 1000;

impl Node {
    pub(super) fn new(label: &str, part: Part) -> Self {
        Self { label: label_of(label), part, is_open: false, children: None }
    }

    pub(super) fn leaf(label: &str) -> Self {
        Self::new(label, Part::Leaf)
    }

    /// Returns whether the node can be opened.
    pub(super) fn can_open(&self) -> bool {
        match &self.part {
            Part::Leaf | Part::Item(..) => false,
            Part::List(_, range) => !range.is_empty(),
            Part::Text(..) => true,
        }
    }
}

/// Returns the start of a text as one safe line.
pub(super) fn label_of(text: &str) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(MAX_LABEL_CHARS).collect();
    let line = one_line(&head);
    if chars.next().is_some() { format!("{line}...") } else { line.into_owned() }
}

/// Divides a range of items into at most [`MAX_CHILDREN`] ranges of equal length, or `None` if it is short enough.
pub(super) fn divided(range: &Range<usize>) -> Option<impl Iterator<Item = Range<usize>> + use<>> {
    let step = step_of(range.len())?;
    let end = range.end;
    Some(range.clone().step_by(step).map(move |start| start..(start + step).min(end)))
}

/// Returns the number of items in each range of a list of this length, or `None` if it needs no ranges.
pub(super) fn step_of(len: usize) -> Option<usize> {
    let mut step = 1_usize;
    while len.div_ceil(step) > MAX_CHILDREN {
        step = step.saturating_mul(MAX_CHILDREN);
    }
    (step > 1).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_divided() {
        assert!(divided(&(0..1000)).is_none());
        let ranges: Vec<_> = divided(&(5..2006)).unwrap().collect();
        assert_eq!(ranges, [5..1005, 1005..2005, 2005..2006]);
        assert_eq!(divided(&(0..64_000_000)).unwrap().count(), 64);
    }

    #[test]
    fn labels_are_short_and_safe() {
        assert_eq!(label_of("a\n\u{1b}[2J"), "a\\n␛[2J");
        assert_eq!(label_of(&"\u{202e}".repeat(10 << 20)).len(), 8 * MAX_LABEL_CHARS + 3);
    }
}
