//! Places the labels of a row of which a message does not fit below its underline.
//!
//! ```text
//! 2 |   let some_name = other_function(first, second);
//!   |                                  ^^^^^  ------
//!   |                                  |      |
//!   |                                  | this one is a string slice
//!   |                                  |
//!   |           a message that begins further left: the stem ends above it
//! ```
//!
//! The labels are placed one below another. A message may be moved left, but it must not cover a stem that goes on to a
//! lower line: its place is the gap between the next stems on its left and its right. The label on the right comes first,
//! as in other rows, if there is room for its message; else the one on the left, or the one with the widest gap.

use std::cmp::Reverse;
use std::ops::Range;

use super::placement::{Message, MessageLayout, Part, Placed, Stem};

/// The number of cells in which a wrapped message can be read well.
const ENOUGH_CELLS: usize = 30;

/// Connects each message to its underline. Moves messages that would cover other labels.
pub(super) fn connect(placed: &mut [Placed<'_>], layout: MessageLayout) {
    if placed.len() > 1 && has_conflict(placed) {
        place(placed, layout);
    }
}

/// Adds a stem to each message that is moved left. Returns true if the labels have to be placed one below another: a
/// message would cover a stem or another message, or the end of a multi-line label is below a message in the same cell.
fn has_conflict(placed: &mut [Placed<'_>]) -> bool {
    let mut has_moved = false;
    for label in placed.iter_mut().filter(|label| label.level > 0) {
        if let Some(message) = label.message.as_mut().filter(|message| message.stem == Stem::None) {
            message.stem = Stem::Turned;
            // Without room for a lead, the message hangs from the stem itself.
            message.column = message.column.min(label.annotation.start);
            has_moved = true;
        }
    }
    (has_moved && placed.iter().any(|label| covers_others(label, placed)))
        || placed.chunk_by(is_in_same_cell).any(|labels| {
            let dashes = labels.iter().filter(|label| label.annotation.has_dashes());
            let last = dashes.map(|label| label.level).max().unwrap_or(0);
            let hangs = |label: &Placed<'_>| {
                label.message.as_ref().is_some_and(|message| (1..=last).contains(&message.level))
            };
            labels.iter().any(hangs)
        })
}

/// Returns true if the message of a label is moved, and it or the end of its stem touches another label.
fn covers_others<'m>(label: &Placed<'m>, all: &[Placed<'m>]) -> bool {
    let moved = label.message.as_ref().filter(|message| message.stem == Stem::Turned);
    let Some(&Message { column, cells, level, .. }) = moved else { return false };
    let others = || all.iter().filter(|other| !std::ptr::eq(*other, label));
    let turn = column.min(label.annotation.start)..label.annotation.start;
    // A message needs a blank on each side.
    others().any(|other| touches(other, &(column.saturating_sub(1)..column + cells + 1), level))
        || others().any(|other| touches(other, &turn, label.level))
}

/// Returns true if a label has a message, a stem or dashes in some cells of a level.
fn touches(label: &Placed<'_>, cells: &Range<usize>, level: usize) -> bool {
    let stem = label.annotation.start;
    let messages = label.message.iter().filter(|message| message.level == level);
    let mut messages = messages.map(|message| message.column..message.column + message.cells);
    messages.any(|message| message.start < cells.end && cells.start < message.end)
        || (label.stem_level() > level && cells.contains(&stem))
        || (label.annotation.has_dashes() && label.level == level && cells.start <= stem)
}

/// Places the labels that are not beside their underlines. All of them are sorted from right to left.
fn place(placed: &mut [Placed<'_>], layout: MessageLayout) {
    let hangs = |label: &Placed<'_>| {
        label.level > 0 && (label.message.is_some() || label.annotation.has_dashes())
    };
    let mut rest: Vec<Group<'_, '_>> = Vec::new();
    for label in placed.iter_mut().filter(|label| hangs(label)) {
        let start = label.annotation.start;
        let longest_word = label.annotation.message.map_or(0, |text| layout.longest_word(text));
        match rest.last_mut().filter(|group| group.start == start) {
            Some(group) => {
                group.longest_word = group.longest_word.max(longest_word);
                group.labels.push(label);
            }
            None => rest.push(Group { start, longest_word, labels: vec![label] }),
        }
    }
    let mut level = 1;
    while !rest.is_empty() {
        let index = next(&rest, layout);
        let gap = gap(&rest, index, layout);
        level = rest.remove(index).place(level, gap, layout);
    }
}

fn is_in_same_cell(a: &Placed<'_>, b: &Placed<'_>) -> bool {
    a.annotation.start == b.annotation.start
}

/// Labels whose stems begin in the same cell.
struct Group<'p, 'm> {
    start: usize,
    /// The cells of the longest word of all messages.
    longest_word: usize,
    labels: Vec<&'p mut Placed<'m>>,
}

/// Returns the index of the group that comes next from top to bottom.
fn next(rest: &[Group<'_, '_>], layout: MessageLayout) -> usize {
    let last = rest.len().saturating_sub(1);
    let fits = |&index: &usize| {
        let gap = gap(rest, index, layout);
        rest.get(index).is_some_and(|group| group.fits(&gap, layout))
    };
    let widest = || {
        (0..=last).max_by_key(|&index| {
            let cells = gap(rest, index, layout).len();
            let has_whole_words = rest.get(index).is_some_and(|group| group.longest_word <= cells);
            (has_whole_words, cells, Reverse(index))
        })
    };
    [0, last].into_iter().find(fits).or_else(widest).unwrap_or(0)
}

/// Returns the cells between the stems beside those of a group.
fn gap(rest: &[Group<'_, '_>], index: usize, layout: MessageLayout) -> Range<usize> {
    let start = |index: usize| rest.get(index).map(|group| group.start);
    let own = start(index).unwrap_or(0);
    let left = start(index + 1).map_or(0, |left| own.min(left + 2));
    let right = index.checked_sub(1).and_then(start);
    let right = right.map_or(layout.width, |right| right.saturating_sub(1));
    left..right.max(left)
}

impl Group<'_, '_> {
    /// Returns true if all messages can be read well in the cells `gap`.
    fn fits(&self, gap: &Range<usize>, layout: MessageLayout) -> bool {
        let texts = self.labels.iter().filter_map(|label| label.annotation.message);
        texts.into_iter().all(|text| {
            let (_, cells) = layout.wrap(text, layout.width);
            layout.fits(text, cells, gap.len())
                || (gap.len() >= ENOUGH_CELLS && self.longest_word <= gap.len())
        })
    }

    /// Gives each label its level, the first one `level`. Returns the level after the last one.
    fn place(mut self, mut level: usize, gap: Range<usize>, layout: MessageLayout) -> usize {
        // The bars of ends go up, those of starts go down: in this order no dashes cross them.
        self.labels.sort_by_key(|label| match label.annotation.part {
            Part::End(lane) => (0, Reverse(lane), 0),
            Part::Start(lane) => (1, Reverse(0), lane),
            Part::Whole => (2, Reverse(0), 0),
        });
        for label in self.labels.iter_mut().filter(|label| label.annotation.has_dashes()) {
            label.level = level;
            level += 1;
        }
        let mut is_below_stem = self.labels.iter().any(|label| label.annotation.has_dashes());
        let with_message = self.labels.into_iter().filter_map(|label| {
            let message = message(label.annotation.message?, self.start, &gap, layout);
            Some((label, message))
        });
        let mut with_message: Vec<_> = with_message.collect();
        with_message.sort_by_key(|(_, message)| message.stem == Stem::Turned);
        for (label, mut message) in with_message {
            let is_moved = message.stem == Stem::Turned;
            if level == 1 || (is_moved && !is_below_stem) {
                level += 1;
            } else {
                message.stem = Stem::Straight;
            }
            if !label.annotation.has_dashes() {
                label.level = level - 1;
            }
            label.message = Some(Message { level, ..message });
            is_below_stem = is_moved;
            level += 1;
        }
        level
    }
}

/// Wraps a message for the cells `gap`, as far right as it fits up to its stem.
fn message<'m>(
    text: &'m str,
    start: usize,
    gap: &Range<usize>,
    layout: MessageLayout,
) -> Message<'m> {
    let (_, cells) = layout.wrap(text, layout.width);
    let column = start + layout.lead;
    let room = gap.end.saturating_sub(column);
    if layout.fits(text, cells, room) {
        let (lines, cells) = layout.wrap(text, room);
        return Message { lines, cells, column, level: 0, stem: Stem::Straight };
    }
    let longest = layout.longest_word(text);
    let most = cells.min(layout.width * 3 / 4).max(room).max(longest);
    let (lines, cells) = layout.wrap(text, most.min(gap.len()));
    let column = match gap.end.saturating_sub(cells) {
        moved if moved >= column => column,
        moved => moved.min(start),
    };
    Message { lines, cells, column, level: 0, stem: Stem::Turned }
}

#[cfg(test)]
mod tests;
