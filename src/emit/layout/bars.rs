//! The bars of multi-line labels, each in its lane.
//!
//! ```text
//! 1 | / fn f()          starts at the margin: a corner beside its first line
//!   | |   - hangs
//! 2 | |   g(            starts inside its line
//!   | | /--^
//! 3 | | | )
//!   | | \-' ends
//! 4 | \ }
//! ```

use super::{Margin, Mark, Pen, Row, Snippet, Style};

/// The multi-line labels that touch the current row.
#[derive(Debug)]
pub(super) struct Bars<'a> {
    /// The labels that start on a later row, the next one last.
    later: Vec<Bar<'a>>,
    /// The label in each lane.
    lanes: Vec<Option<Bar<'a>>>,
}

/// A multi-line label.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bar<'a> {
    /// The index of the label in the snippet.
    index: usize,
    lane: usize,
    pub(super) mark: &'a Mark<'a>,
    /// The part of the bar on the current row.
    part: BarPart,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum BarPart {
    /// The label starts, with only blanks before it.
    TopAtMargin,
    /// The label starts inside the line.
    Top,
    Middle,
    Bottom,
}

/// The kind of line that bars are drawn beside.
#[derive(Clone, Copy, Debug)]
pub(super) enum LineKind<'b> {
    /// The text of the row.
    Text,
    /// The mark of omitted lines before the row.
    Gap,
    /// Carets under the row, or messages that hang from them.
    Carets,
    /// The line under the row that starts or ends this label. The flag is false for further lines of the
    /// label's message, which have no corner.
    End(&'b Bar<'b>, bool),
}

impl<'a> Bars<'a> {
    pub(super) fn new(snippet: &'a Snippet<'a>) -> Self {
        let multi_line = snippet.marks.iter().enumerate().filter(|(_, mark)| !mark.is_on_one_row());
        let bars = multi_line.zip(&snippet.lanes.lane_of).map(|((index, mark), &lane)| Bar {
            index,
            lane,
            mark,
            part: BarPart::Middle,
        });
        let mut later: Vec<_> = bars.collect();
        later.sort_by_key(|bar| std::cmp::Reverse(bar.mark.start.row));
        Self { later, lanes: vec![None; snippet.lanes.count] }
    }

    /// Moves to the next row, which has the 0-based `index`.
    pub(super) fn move_to(&mut self, index: usize, row: &Row<'_>) {
        for lane in &mut self.lanes {
            *lane = lane.filter(|bar| bar.part != BarPart::Bottom);
            if let Some(bar) = lane {
                bar.part =
                    if bar.mark.end.row == index { BarPart::Bottom } else { BarPart::Middle };
            }
        }
        let starts = |bar: &Bar<'_>| bar.mark.start.row <= index;
        while let Some(mut bar) = self.later.last().copied().filter(starts) {
            self.later.pop();
            let is_at_margin = row.is_blank_before(bar.mark.start.cell);
            bar.part = if is_at_margin { BarPart::TopAtMargin } else { BarPart::Top };
            if let Some(lane) = self.lanes.get_mut(bar.lane) {
                *lane = Some(bar);
            }
        }
    }

    /// Returns true if the snippet has no multi-line label.
    pub(super) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// Returns the width of all lanes in cells.
    pub(super) fn width(&self) -> usize {
        2 * self.lanes.len()
    }

    /// Returns the labels whose start or end needs a line under the row, in the order of the labels.
    pub(super) fn ends(&self) -> Vec<Bar<'a>> {
        let needs_line = |bar: &&Bar<'_>| matches!(bar.part, BarPart::Top | BarPart::Bottom);
        let mut ends: Vec<_> = self.lanes.iter().flatten().filter(needs_line).copied().collect();
        ends.sort_unstable_by_key(|bar| bar.index);
        ends
    }

    /// Draws all lanes beside a line.
    pub(super) fn draw(&self, line: LineKind<'_>, margin: Margin, pen: &mut Pen) {
        let glyphs = margin.glyphs;
        for (lane, bar) in self.lanes.iter().enumerate() {
            // The dashes to the caret cross the lanes on the right.
            let dash = match line {
                LineKind::End(end, true) if lane > end.lane => Some(Style::from(end.mark.style)),
                _ => None,
            };
            let filler = |pen: &mut Pen| match dash {
                Some(style) => pen.write(style, glyphs.dash),
                None => pen.blanks(1),
            };
            filler(pen);
            match bar.and_then(|bar| Some((bar, bar.glyph(line, margin)?))) {
                Some((bar, glyph)) => pen.write(bar.mark.style.into(), glyph),
                None => filler(pen),
            }
        }
    }
}

impl Bar<'_> {
    pub(super) const fn is_bottom(&self) -> bool {
        matches!(self.part, BarPart::Bottom)
    }

    /// Returns the character in the label's lane, or `None` if the lane is blank or crossed by dashes.
    fn glyph(&self, line: LineKind<'_>, margin: Margin) -> Option<&'static str> {
        let glyphs = margin.glyphs;
        let passes = match (line, self.part) {
            (LineKind::End(end, is_drawn), _) if end.index == self.index => {
                let corner = if self.is_bottom() { glyphs.bottom } else { glyphs.top };
                return is_drawn.then_some(corner);
            }
            (LineKind::Text, BarPart::TopAtMargin) => return Some(glyphs.top),
            (LineKind::Gap, BarPart::TopAtMargin) => false,
            (_, BarPart::TopAtMargin | BarPart::Middle) => true,
            (LineKind::End(end, _), BarPart::Top) => self.index < end.index,
            (_, BarPart::Top) => false,
            (LineKind::End(end, _), BarPart::Bottom) => self.index > end.index,
            (_, BarPart::Bottom) => true,
        };
        passes.then_some(glyphs.bar)
    }
}
