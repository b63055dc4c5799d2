//! A list of labels.

use std::ops::Deref;

use super::ResolvedLabel;

/// The labels of a diagnostic. Most diagnostics have at most two, which need no allocation.
///
/// Unlike a `SmallVec`, the list can be used where one with a shorter lifetime is expected.
#[derive(Debug)]
pub(crate) enum LabelList<'a> {
    /// The first `len` labels, 1 or 2. A missing second one is a copy of the first.
    Few { labels: [ResolvedLabel<'a>; 2], len: usize },
    /// Any number of labels.
    Many(Vec<ResolvedLabel<'a>>),
}

impl<'a> LabelList<'a> {
    pub(super) const fn new() -> Self {
        Self::Many(Vec::new())
    }

    #[inline]
    pub(super) fn push(&mut self, label: ResolvedLabel<'a>) {
        match self {
            Self::Many(labels) if labels.is_empty() => {
                *self = Self::Few { labels: [label; 2], len: 1 };
            }
            Self::Many(labels) => labels.push(label),
            Self::Few { labels: [_, second], len: len @ 1 } => (*second, *len) = (label, 2),
            Self::Few { labels: [first, second], .. } => {
                *self = Self::Many(vec![*first, *second, label]);
            }
        }
    }
}

impl<'a> Deref for LabelList<'a> {
    type Target = [ResolvedLabel<'a>];

    #[inline]
    fn deref(&self) -> &[ResolvedLabel<'a>] {
        match self {
            Self::Few { labels, len } => labels.get(..*len).unwrap_or_default(),
            Self::Many(labels) => labels,
        }
    }
}
