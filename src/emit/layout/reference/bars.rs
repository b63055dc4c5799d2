//! Moves the bars of multi-line labels from codespan's columns to lanes.
//!
//! codespan gives each multi-line label a column of its own. It omits the bar of a label that starts at the
//! margin until the next row, and draws the end of another label over it. Here labels that have no line in common
//! may share a lane, and a bar is on every line between the start and the end of its label:
//!
//! ```text
//! codespan:   1 | /     fn f()          painted:   1 | / fn f()
//!               |         - hangs                    | |   - hangs
//!             2 | |     .end                       2 | | .end
//!               | \--------^                         | \----^
//!             3 |   /   fn g()                     3 | / fn g()
//! ```

use super::pen::StyledChar;
use super::{Lanes, Style};

const BLANK: StyledChar = (' ', Style::Plain);

/// Collects the characters that codespan draws for the bars of a line, two for each label.
#[derive(Debug)]
pub(super) struct Bars<'a> {
    bar: char,
    dash: char,
    lanes: Option<&'a Lanes>,
    line: Vec<StyledChar>,
    /// The number of characters of this line that follow.
    missing: usize,
    /// The labels that start at the margin of this row, with their style.
    started: Vec<(usize, Style)>,
}

impl<'a> Bars<'a> {
    pub(super) const fn new(bar: char) -> Self {
        let dash = if bar == '|' { '-' } else { '─' };
        Self { bar, dash, lanes: None, line: Vec::new(), missing: 0, started: Vec::new() }
    }

    /// Begins a source line.
    pub(super) fn begin_row(&mut self, lanes: &'a Lanes) {
        self.lanes = Some(lanes);
        self.started.clear();
    }

    /// Begins the bars of a line, after its border.
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

    /// Adds one character. Returns all bars of the line after the last character, and an empty vector before.
    pub(super) fn push(&mut self, styled: StyledChar, on_source: bool) -> Vec<StyledChar> {
        self.line.push(styled);
        self.missing = self.missing.saturating_sub(1);
        match self.lanes {
            Some(lanes) if self.missing == 0 => self.in_lanes(lanes, on_source),
            _ => Vec::new(),
        }
    }

    fn in_lanes(&mut self, lanes: &Lanes, on_source: bool) -> Vec<StyledChar> {
        let mut labels: Vec<[StyledChar; 2]> = self.line.as_chunks().0.to_vec();
        self.line.clear();
        self.continue_started(&mut labels, on_source);

        let corner =
            labels.iter().zip(&lanes.lane_of).find(|([_, (c, _)], _)| "/\\╭╰".contains(*c));
        let mut columns = vec![[BLANK; 2]; lanes.count];
        for (label, &lane) in labels.iter().zip(&lanes.lane_of) {
            if let Some(column) = columns
                .get_mut(lane)
                .filter(|column| self.priority(**column) < self.priority(*label))
            {
                *column = *label;
            }
        }
        if let Some(([_, (_, style)], &from)) = corner.filter(|_| !on_source) {
            let dash = (self.dash, *style);
            for (lane, column) in columns.iter_mut().enumerate() {
                for styled in column.iter_mut() {
                    match styled.0 {
                        c if lane < from && c == self.dash => *styled = BLANK,
                        ' ' if lane > from => *styled = dash,
                        _ => {}
                    }
                }
            }
        }
        columns.into_iter().flatten().collect()
    }

    /// Remembers which labels start at the margin of a source line, and draws their bars on the lines below it.
    fn continue_started(&mut self, labels: &mut [[StyledChar; 2]], on_source: bool) {
        if on_source {
            let starts =
                labels.iter().enumerate().filter(|(_, [_, (c, _)])| matches!(c, '/' | '╭'));
            self.started.extend(starts.map(|(label, [_, (_, style)])| (label, *style)));
            return;
        }
        for &(label, style) in &self.started {
            if let Some([_, styled]) = labels.get_mut(label) {
                *styled = (self.bar, style);
            }
        }
    }

    /// Returns the priority of a label in a lane. The label with the highest priority is shown: a corner before a
    /// bar, a bar before the dashes to another label's caret, and these before a blank.
    fn priority(&self, [_, (c, _)]: [StyledChar; 2]) -> u8 {
        match c {
            ' ' => 0,
            c if c == self.dash => 1,
            c if c == self.bar => 2,
            _ => 3,
        }
    }
}
