//! The lines under a row of source text, as strokes: characters and texts in ranges of cells.
//!
//! ```text
//! line 0    ----^^^^^   --  beside
//! line 1    |           |
//! line 2    |           hanging
//! line 3    hanging
//! ```
//!
//! A later stroke covers earlier ones. A text is drawn whole if its first cell is not covered.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use smallvec::SmallVec;

use super::{Pen, Style};
use crate::emit::canvas::Canvas;

/// The lines under a row, see the [module](self).
#[derive(Debug)]
pub(super) struct Grid<'t> {
    lines: usize,
    /// In the order in which they are put, until the grid is drawn.
    strokes: SmallVec<[Stroke<'t>; 12]>,
}

/// The content of some cells, the same on one or several lines.
#[derive(Debug)]
struct Stroke<'t> {
    lines: Range<usize>,
    /// At least one.
    cells: Range<usize>,
    style: Style,
    content: Content<'t>,
}

#[derive(Clone, Copy, Debug)]
enum Content<'t> {
    /// A character that is one cell wide, in each cell.
    Glyph(&'static str),
    Text(&'t str),
}

impl<'t> Grid<'t> {
    pub(super) fn new(lines: usize) -> Self {
        Self { lines, strokes: SmallVec::new() }
    }

    /// Puts a character that is one cell wide into some cells.
    pub(super) fn repeat(
        &mut self,
        line: usize,
        cells: Range<usize>,
        style: Style,
        glyph: &'static str,
    ) {
        self.put(Stroke { lines: line..line + 1, cells, style, content: Content::Glyph(glyph) });
    }

    /// Puts a character that is one cell wide into a cell. A blank covers nothing.
    pub(super) fn glyph(&mut self, line: usize, cell: usize, style: Style, glyph: &'static str) {
        self.column(line..line + 1, cell, style, glyph);
    }

    /// Puts a character that is one cell wide into the same cell of some lines. A blank covers nothing.
    pub(super) fn column(
        &mut self,
        lines: Range<usize>,
        cell: usize,
        style: Style,
        glyph: &'static str,
    ) {
        if glyph != " " {
            self.put(Stroke {
                lines,
                cells: cell..cell + 1,
                style,
                content: Content::Glyph(glyph),
            });
        }
    }

    /// Puts text that is as wide as `cells`.
    pub(super) fn text(&mut self, line: usize, cells: Range<usize>, style: Style, text: &'t str) {
        self.put(Stroke { lines: line..line + 1, cells, style, content: Content::Text(text) });
    }

    fn put(&mut self, stroke: Stroke<'t>) {
        if !stroke.lines.is_empty() && !stroke.cells.is_empty() {
            self.strokes.push(stroke);
        }
    }

    /// Draws all lines; `begin_line` draws the border before each.
    pub(super) fn draw<C: Canvas>(&self, pen: &mut Pen<C>, begin_line: impl Fn(&mut Pen<C>)) {
        let mut rest: SmallVec<[(usize, &Stroke<'_>); 12]> =
            self.strokes.iter().enumerate().collect();
        rest.sort_unstable_by_key(|(order, stroke)| (Reverse(stroke.lines.start), Reverse(*order)));
        let mut on_line: SmallVec<[(usize, &Stroke<'_>); 12]> = SmallVec::new();
        let mut cells = Vec::new();
        let mut covered = (rest.len() > MANY).then(Piles::default);
        for line in 0..self.lines {
            on_line.retain(|(_, stroke)| stroke.lines.end > line);
            let kept = on_line.len();
            while rest.last().is_some_and(|(_, stroke)| stroke.lines.start <= line) {
                on_line.extend(rest.pop());
            }
            if let Some(piles) = &mut covered {
                piles.add(on_line.drain(kept..));
                on_line.clear();
                on_line.extend(piles.tops(line));
                on_line.sort_unstable_by_key(|(order, _)| *order);
            } else if 0 < kept && kept < on_line.len() {
                on_line.sort_unstable_by_key(|(order, _)| *order);
            }
            begin_line(pen);
            draw_line(&on_line, &mut cells, pen);
            pen.end_line();
        }
    }
}

/// The number of strokes from which on those that are covered are sorted out.
const MANY: usize = 64;

/// The strokes of a line that cover the same cells, of which only the last one is visible: there may be a stem for each of
/// thousands of labels in one cell.
#[derive(Default)]
struct Piles<'g, 't>(BTreeMap<(usize, usize), Vec<(usize, &'g Stroke<'t>)>>);

impl<'g, 't> Piles<'g, 't> {
    /// Adds strokes that begin on this line. A pile is in the order of the strokes, and each of them is longer than those
    /// on top of it, because the others are never visible.
    fn add(&mut self, strokes: impl Iterator<Item = (usize, &'g Stroke<'t>)>) {
        for (order, stroke) in strokes {
            let pile = self.0.entry((stroke.cells.start, stroke.cells.end)).or_default();
            let at = pile.partition_point(|(other, _)| *other < order);
            let end = stroke.lines.end;
            if pile.get(at).is_some_and(|(_, above)| above.lines.end >= end) {
                continue;
            }
            let below = pile.get(..at).unwrap_or_default();
            let hidden = below.iter().rev().take_while(|(_, below)| below.lines.end <= end).count();
            pile.splice(at - hidden..at, [(order, stroke)]);
        }
    }

    /// Returns the visible stroke of each pile, after strokes that end before `line` are removed.
    fn tops(&mut self, line: usize) -> impl Iterator<Item = (usize, &'g Stroke<'t>)> {
        self.0.retain(|_, pile| {
            let ended = pile.iter().rev().take_while(|(_, stroke)| stroke.lines.end <= line);
            pile.truncate(pile.len() - ended.count());
            !pile.is_empty()
        });
        self.0.values().filter_map(|pile| pile.last().copied())
    }
}

/// Draws the strokes of one line. The content of `cells` is replaced.
fn draw_line(strokes: &[(usize, &Stroke<'_>)], cells: &mut Vec<usize>, pen: &mut Pen<impl Canvas>) {
    // For each cell, the number of the stroke that is visible, 1-based.
    cells.clear();
    for (number, (_, stroke)) in (1..).zip(strokes) {
        let Range { start, end } = stroke.cells;
        if cells.len() < end {
            cells.resize(end, 0);
        }
        if let Some(slots) = cells.get_mut(start..end) {
            slots.fill(number);
        }
    }
    // The further cells of a text that is drawn.
    let mut rest = 0;
    let mut at = 0;
    for run in cells.chunk_by(|a, b| a == b) {
        let (start, hidden) = (at, run.len().min(rest));
        let count = run.len() - hidden;
        (at, rest) = (at + run.len(), rest - hidden);
        let number = run.first().copied().unwrap_or(0);
        let stroke = number.checked_sub(1).and_then(|index| strokes.get(index));
        match stroke.map(|(_, stroke)| (stroke, stroke.content)) {
            Some((stroke, Content::Glyph(glyph))) => pen.repeat(stroke.style, glyph, count),
            Some((stroke, Content::Text(text))) if stroke.cells.start == start && hidden == 0 => {
                pen.write(stroke.style, text);
                rest = stroke.cells.len().saturating_sub(count);
            }
            _ => pen.blanks(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What is visible in each cell does not depend on the strokes that are sorted out.
        #[test]
        fn covered_strokes_are_not_visible(
            strokes in prop::collection::vec((0..9_usize, 1..9_usize, 0..4_usize, 1..3_usize), 0..60),
        ) {
            let strokes: Vec<Stroke<'_>> = strokes
                .into_iter()
                .map(|(line, lines, cell, cells)| Stroke {
                    lines: line..line + lines,
                    cells: cell..cell + cells,
                    style: Style::Plain,
                    content: Content::Glyph("x"),
                })
                .collect();
            let mut piles = Piles::default();
            for line in 0..20 {
                let all = || strokes.iter().enumerate();
                piles.add(all().filter(|(_, stroke)| stroke.lines.start == line));
                let tops: Vec<_> = piles.tops(line).collect();
                for cell in 0..8 {
                    let visible = |(_, stroke): &(usize, &Stroke<'_>)| stroke.cells.contains(&cell);
                    let on_line = all().filter(|(_, stroke)| stroke.lines.contains(&line));
                    let expected = on_line.filter(visible).map(|(order, _)| order).max();
                    let found = tops.iter().filter(|top| visible(top)).map(|top| top.0).max();
                    prop_assert_eq!(found, expected);
                }
            }
        }
    }
}
