//! The bars of labels over many lines, each in its lane.
//!
//! codespan gives each such label a column of its own, forgets the bar of a label that opens at the
//! margin until the next row, and lets another label's end run over it. Here labels that share no
//! line share a lane, and a bar stands on every line between the ends of its label:
//!
//! ```text
//! codespan:   1 | /     fn f()          painted:   1 | / fn f()
//!               |         - hangs                    | |   - hangs
//!             2 | |     .end                       2 | | .end
//!               | \--------^                         | \----^
//!             3 |   /   fn g()                     3 | / fn g()
//! ```

use super::pen::Ink;
use super::{Lanes, Style};

const BLANK: Ink = (' ', Style::Plain);

/// Collects what codespan draws for the bars of a line, two characters for each label.
#[derive(Debug)]
pub(super) struct Bars<'a> {
    bar: char,
    dash: char,
    lanes: Option<&'a Lanes>,
    line: Vec<Ink>,
    /// Characters of this line that are still to come.
    missing: usize,
    /// The labels that opened at the margin of this row, with their style.
    opened: Vec<(usize, Style)>,
}

impl<'a> Bars<'a> {
    pub(super) const fn new(bar: char) -> Self {
        let dash = if bar == '|' { '-' } else { '─' };
        Self { bar, dash, lanes: None, line: Vec::new(), missing: 0, opened: Vec::new() }
    }

    /// A source line begins.
    pub(super) fn begin_row(&mut self, lanes: &'a Lanes) {
        self.lanes = Some(lanes);
        self.opened.clear();
    }

    /// The border of a line is drawn: its bars come next.
    pub(super) fn begin_line(&mut self) {
        self.missing = self.lanes.map_or(0, |lanes| 2 * lanes.lane_of.len());
    }

    pub(super) fn end_line(&mut self) {
        self.missing = 0;
        self.line.clear();
    }

    pub(super) const fn wants_more(&self) -> bool {
        self.missing > 0
    }

    /// Takes one character; gives all of the line's bars with the last one.
    pub(super) fn push(&mut self, ink: Ink, on_source: bool) -> Vec<Ink> {
        self.line.push(ink);
        self.missing = self.missing.saturating_sub(1);
        match self.lanes {
            Some(lanes) if self.missing == 0 => self.in_lanes(lanes, on_source),
            _ => Vec::new(),
        }
    }

    fn in_lanes(&mut self, lanes: &Lanes, on_source: bool) -> Vec<Ink> {
        let mut labels: Vec<[Ink; 2]> = self.line.as_chunks().0.to_vec();
        self.line.clear();
        self.keep_open(&mut labels, on_source);

        let corner =
            labels.iter().zip(&lanes.lane_of).find(|([_, (c, _)], _)| "/\\╭╰".contains(*c));
        let mut columns = vec![[BLANK; 2]; lanes.count];
        for (label, &lane) in labels.iter().zip(&lanes.lane_of) {
            if let Some(column) =
                columns.get_mut(lane).filter(|column| self.weight(**column) < self.weight(*label))
            {
                *column = *label;
            }
        }
        if let Some(([_, (_, style)], &from)) = corner.filter(|_| !on_source) {
            let dash = (self.dash, *style);
            for (lane, column) in columns.iter_mut().enumerate() {
                for ink in column.iter_mut() {
                    match ink.0 {
                        c if lane < from && c == self.dash => *ink = BLANK,
                        ' ' if lane > from => *ink = dash,
                        _ => {}
                    }
                }
            }
        }
        columns.into_iter().flatten().collect()
    }

    /// Notes which labels open at the margin of a source line, and below it draws their bars.
    fn keep_open(&mut self, labels: &mut [[Ink; 2]], on_source: bool) {
        if on_source {
            let opens = labels.iter().enumerate().filter(|(_, [_, (c, _)])| matches!(c, '/' | '╭'));
            self.opened.extend(opens.map(|(label, [_, (_, style)])| (label, *style)));
            return;
        }
        for &(label, style) in &self.opened {
            if let Some([_, ink]) = labels.get_mut(label) {
                *ink = (self.bar, style);
            }
        }
    }

    /// Of the labels in one lane the one is shown that has something here: a corner before a bar,
    /// a bar before the line to another label's caret.
    fn weight(&self, [_, (c, _)]: [Ink; 2]) -> u8 {
        match c {
            ' ' => 0,
            c if c == self.dash => 1,
            c if c == self.bar => 2,
            _ => 3,
        }
    }
}
