//! The bars of multi-line labels, each in its lane.
//!
//! ```text
//! 1 | / fn f()           begins at the margin: a corner beside its first line
//! 2 | |   g(             begins inside its line: dashes lead to its lane
//!   | |____-
//! 3 | ||  )
//!   | ||__- ends
//! 4 | |  }
//!   | |__^ ends
//! ```

use super::placement::{Annotation, Part};
use super::{Mark, Row, Snippet};
use crate::model::LabelStyle;

/// A multi-line label.
#[derive(Clone, Copy, Debug)]
struct Bar<'a> {
    lane: usize,
    mark: &'a Mark<'a>,
}

/// The multi-line labels of a snippet, and those that touch the current row.
#[derive(Debug)]
pub(super) struct Bars<'a> {
    /// The labels that start on a later row, the next one last.
    later: Vec<Bar<'a>>,
    /// The label that passes in each lane.
    lanes: Vec<Option<Bar<'a>>>,
    /// The labels that begin at the margin of the current row.
    tops: Vec<Bar<'a>>,
    /// The labels that begin or end inside the current row.
    ends: Vec<(Bar<'a>, Part)>,
}

impl<'a> Bars<'a> {
    pub(super) fn new(snippet: &'a Snippet<'a>) -> Self {
        let multi_line = snippet.marks.iter().filter(|mark| !mark.is_on_one_row());
        let bars = multi_line.zip(&snippet.lanes.lane_of).map(|(mark, &lane)| Bar { lane, mark });
        let mut later: Vec<_> = bars.collect();
        later.sort_by_key(|bar| std::cmp::Reverse(bar.mark.start.row));
        let lanes = vec![None; snippet.lanes.count];
        Self { later, lanes, tops: Vec::new(), ends: Vec::new() }
    }

    /// Moves to the next row, which has the 0-based `index`. `is_alone` is true if no other label is on the row.
    pub(super) fn move_to(&mut self, index: usize, row: &Row<'_>, is_alone: bool) {
        // The labels that began on the row before pass here.
        let began = self.ends.drain(..).filter(|(_, part)| matches!(part, Part::Start(_)));
        for bar in self.tops.drain(..).chain(began.map(|(bar, _)| bar)) {
            if let Some(lane) = self.lanes.get_mut(bar.lane) {
                *lane = Some(bar);
            }
        }
        for lane in &mut self.lanes {
            if let Some(bar) = lane.filter(|bar| bar.mark.end.row <= index) {
                self.ends.push((bar, Part::End(bar.lane)));
                *lane = None;
            }
        }
        let starts = |bar: &Bar<'_>| bar.mark.start.row <= index;
        let mut starting = Vec::new();
        while let Some(bar) = self.later.last().copied().filter(starts) {
            self.later.pop();
            starting.push(bar);
        }
        let is_at_margin = is_alone
            && self.ends.is_empty()
            && starting.iter().all(|bar| row.is_blank_before(bar.mark.start.cell));
        if is_at_margin {
            self.tops = starting;
        } else {
            self.ends.extend(starting.into_iter().map(|bar| (bar, Part::Start(bar.lane))));
        }
    }

    /// Returns the number of lanes.
    pub(super) fn count(&self) -> usize {
        self.lanes.len()
    }

    /// Returns the cells of all lanes, and a blank after them.
    pub(super) fn width(&self) -> usize {
        if self.lanes.is_empty() { 0 } else { self.lanes.len() + 1 }
    }

    /// Returns the ends on the current row.
    pub(super) fn annotations(&self) -> impl Iterator<Item = Annotation<'a>> {
        self.ends.iter().map(|&(Bar { mark, .. }, part)| {
            let is_end = matches!(part, Part::End(_));
            let start = if is_end { mark.end.cell.saturating_sub(1) } else { mark.start.cell };
            let message = mark.message.filter(|_| is_end);
            Annotation { style: mark.style, start, end: start + 1, message, part }
        })
    }

    /// Returns the labels beside the text of the current row, with their lanes. The flag is true for a label that
    /// begins at the margin.
    pub(super) fn beside_text(&self) -> impl Iterator<Item = (usize, LabelStyle, bool)> {
        let ends = self.ends.iter().filter(|(_, part)| matches!(part, Part::End(_)));
        let passing = self.lanes.iter().flatten().chain(ends.map(|(bar, _)| bar));
        let tops = self.tops.iter().map(|bar| (bar.lane, bar.mark.style, true));
        passing.map(|bar| (bar.lane, bar.mark.style, false)).chain(tops)
    }

    /// Returns the labels that pass all lines under the current row, with their lanes.
    pub(super) fn passing(&self) -> impl Iterator<Item = (usize, LabelStyle)> {
        self.lanes.iter().flatten().chain(&self.tops).map(|bar| (bar.lane, bar.mark.style))
    }

    /// Returns the labels that pass the lines before the next row, with their lanes.
    pub(super) fn after(&self) -> impl Iterator<Item = (usize, LabelStyle)> {
        let began = self.ends.iter().filter(|(_, part)| matches!(part, Part::Start(_)));
        self.passing().chain(began.map(|(bar, _)| (bar.lane, bar.mark.style)))
    }
}
