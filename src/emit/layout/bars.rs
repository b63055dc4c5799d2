//! The bars of labels over many lines, each in its lane.
//!
//! ```text
//! 1 | / fn f()          begins at the margin: a corner beside its first line
//!   | |   - hangs
//! 2 | |   g(            another one begins in its line
//!   | | /--^
//! 3 | | | )
//!   | | \-' ends
//! 4 | \ }
//! ```

use super::{Margin, Mark, Pen, Row, Snippet, Style};

/// The labels over many lines that touch the row that is being drawn.
#[derive(Debug)]
pub(super) struct Bars<'a> {
    /// Those that begin on a later row, the next one last.
    later: Vec<Bar<'a>>,
    lanes: Vec<Option<Bar<'a>>>,
}

/// A label over many lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bar<'a> {
    /// Its place among the labels.
    index: usize,
    lane: usize,
    pub(super) mark: &'a Mark<'a>,
    /// What of it is on the row.
    part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// It begins, with nothing but blanks before it.
    TopAtMargin,
    /// It begins in the line.
    Top,
    Middle,
    Bottom,
}

/// Beside what line the bars stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Beside<'b> {
    /// The text of the row.
    Text,
    /// The lines that are left out before it.
    Gap,
    /// What is under it: carets, and messages that hang from them.
    Carets,
    /// The line that begins or ends this label, and whether it is drawn now: further lines of its
    /// message have the bars alone.
    End(&'b Bar<'b>, bool),
}

impl<'a> Bars<'a> {
    pub(super) fn new(snippet: &'a Snippet<'a>) -> Self {
        let over_many = snippet.marks.iter().enumerate().filter(|(_, mark)| !mark.is_on_one_row());
        let bars = over_many.zip(&snippet.lanes.lane_of).map(|((index, mark), &lane)| Bar {
            index,
            lane,
            mark,
            part: Part::Middle,
        });
        let mut later: Vec<_> = bars.collect();
        later.sort_by_key(|bar| std::cmp::Reverse(bar.mark.start.row));
        Self { later, lanes: vec![None; snippet.lanes.count] }
    }

    /// Goes on to the next row, which has this 0-based index.
    pub(super) fn move_to(&mut self, index: usize, row: &Row<'_>) {
        for lane in &mut self.lanes {
            *lane = lane.filter(|bar| bar.part != Part::Bottom);
            if let Some(bar) = lane {
                bar.part = if bar.mark.end.row == index { Part::Bottom } else { Part::Middle };
            }
        }
        let begins = |bar: &Bar<'_>| bar.mark.start.row <= index;
        while let Some(mut bar) = self.later.last().copied().filter(begins) {
            self.later.pop();
            let is_at_margin = row.is_blank_before(bar.mark.start.cell);
            bar.part = if is_at_margin { Part::TopAtMargin } else { Part::Top };
            if let Some(lane) = self.lanes.get_mut(bar.lane) {
                *lane = Some(bar);
            }
        }
    }

    /// Whether the snippet has no label over many lines.
    pub(super) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// The cells that bars take.
    pub(super) fn width(&self) -> usize {
        2 * self.lanes.len()
    }

    /// The labels for whose beginning or end the row needs a line, in the order of the labels.
    pub(super) fn ends(&self) -> Vec<Bar<'a>> {
        let needs_line = |bar: &&Bar<'_>| matches!(bar.part, Part::Top | Part::Bottom);
        let mut ends: Vec<_> = self.lanes.iter().flatten().filter(needs_line).copied().collect();
        ends.sort_unstable_by_key(|bar| bar.index);
        ends
    }

    /// Draws all lanes.
    pub(super) fn draw(&self, beside: Beside<'_>, margin: Margin, pen: &mut Pen) {
        let glyphs = margin.glyphs;
        for (lane, bar) in self.lanes.iter().enumerate() {
            // The line to the caret runs through the lanes behind its own.
            let dash = match beside {
                Beside::End(end, true) if lane > end.lane => Some(Style::from(end.mark.style)),
                _ => None,
            };
            let filler = |pen: &mut Pen| match dash {
                Some(style) => pen.write(style, glyphs.dash),
                None => pen.blanks(1),
            };
            filler(pen);
            match bar.and_then(|bar| Some((bar, bar.glyph(beside, margin)?))) {
                Some((bar, glyph)) => pen.write(bar.mark.style.into(), glyph),
                None => filler(pen),
            }
        }
    }
}

impl Bar<'_> {
    pub(super) const fn is_bottom(&self) -> bool {
        matches!(self.part, Part::Bottom)
    }

    /// What stands in its lane.
    fn glyph(&self, beside: Beside<'_>, margin: Margin) -> Option<&'static str> {
        let glyphs = margin.glyphs;
        let passes = match (beside, self.part) {
            (Beside::End(end, is_drawn), _) if end.index == self.index => {
                let corner = if self.is_bottom() { glyphs.bottom } else { glyphs.top };
                return is_drawn.then_some(corner);
            }
            (Beside::Text, Part::TopAtMargin) => return Some(glyphs.top),
            (Beside::Gap, Part::TopAtMargin) => false,
            (_, Part::TopAtMargin | Part::Middle) => true,
            (Beside::End(end, _), Part::Top) => self.index < end.index,
            (_, Part::Top) => false,
            (Beside::End(end, _), Part::Bottom) => self.index > end.index,
            (_, Part::Bottom) => true,
        };
        passes.then_some(glyphs.bar)
    }
}
