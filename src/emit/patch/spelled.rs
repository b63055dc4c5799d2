//! Finds the lines that look like those in their place, and the characters in which they differ.

use std::ops::Range;

use super::MAX_LINES;
use crate::text::{self, Appearance};

/// The maximum length in bytes of a line whose characters are spelled out. A row shows a small part of a longer one.
const MAX_BYTES: usize = 1 << 14;

/// The bytes of lines that are spelled out.
#[derive(Debug, Default)]
pub(super) struct SpelledLines {
    removed: Vec<SpelledLine>,
    added: Vec<SpelledLine>,
}

#[derive(Debug)]
struct SpelledLine {
    /// The start of the line, which identifies it.
    start: usize,
    ranges: Vec<Range<usize>>,
}

impl SpelledLines {
    /// Compares the lines that may be shown, each with its start. A removed line and an added one that are not equal
    /// but look the same are spelled out where they differ.
    pub(super) fn new<'s>(
        removed: impl ExactSizeIterator<Item = (usize, &'s str)>,
        added: impl ExactSizeIterator<Item = (usize, &'s str)>,
    ) -> Self {
        let mut spelled = Self::default();
        if removed.len() == 0 || added.len() == 0 {
            return spelled;
        }
        let (removed, added) = (shown(removed), shown(added));
        if removed.iter().chain(&added).all(|(_, text)| text::is_plain(text)) {
            return spelled;
        }
        let appearance = |&(start, text): &(usize, &'s str)| (start, Appearance::new(text));
        let removed: Vec<_> = removed.iter().map(appearance).collect();
        for (start, new) in added.iter().map(appearance) {
            let differences = |(old_start, old): &(usize, Appearance<'_>)| {
                Some((*old_start, old.hidden_differences(&new)?))
            };
            if let Some((old_start, [old, new])) = removed.iter().find_map(differences) {
                spelled.removed.push(SpelledLine { start: old_start, ranges: old });
                spelled.added.push(SpelledLine { start, ranges: new });
            }
        }
        spelled
    }

    /// Returns the bytes of a removed line that are spelled out.
    pub(super) fn removed(&self, start: usize) -> Vec<Range<usize>> {
        ranges(&self.removed, start)
    }

    /// Returns the bytes of an added line that are spelled out.
    pub(super) fn added(&self, start: usize) -> Vec<Range<usize>> {
        ranges(&self.added, start)
    }
}

fn shown<'s>(lines: impl Iterator<Item = (usize, &'s str)>) -> Vec<(usize, &'s str)> {
    lines.take(MAX_LINES).filter(|(_, text)| text.len() <= MAX_BYTES).collect()
}

fn ranges(lines: &[SpelledLine], start: usize) -> Vec<Range<usize>> {
    let line = lines.iter().find(|line| line.start == start);
    line.map(|line| line.ranges.clone()).unwrap_or_default()
}
