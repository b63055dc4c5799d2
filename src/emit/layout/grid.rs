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

/// The content of some cells of one line.
#[derive(Debug)]
struct Stroke<'t> {
    line: usize,
    /// The first cell.
    cell: usize,
    /// The number of cells, at least one.
    count: usize,
    style: Style,
    content: Content<'t>,
}

#[derive(Debug)]
enum Content<'t> {
    /// A character that is one cell wide, in each cell.
    Glyph(&'static str),
    Text(&'t str),
}

impl<'t> Grid<'t> {
    pub(super) fn new(lines: usize) -> Self {
        Self { lines, strokes: SmallVec::new() }
    }

    /// Puts a character that is one cell wide into each of `count` cells from `cell`.
    pub(super) fn repeat(
        &mut self,
        line: usize,
        cell: usize,
        count: usize,
        style: Style,
        glyph: &'static str,
    ) {
        self.put(Stroke { line, cell, count, style, content: Content::Glyph(glyph) });
    }

    /// Puts a character that is one cell wide into a cell. A blank covers nothing.
    pub(super) fn glyph(&mut self, line: usize, cell: usize, style: Style, glyph: &'static str) {
        if glyph != " " {
            self.repeat(line, cell, 1, style, glyph);
        }
    }

    /// Puts text of `count` cells from `cell`.
    pub(super) fn text(
        &mut self,
        line: usize,
        cell: usize,
        count: usize,
        style: Style,
        text: &'t str,
    ) {
        self.put(Stroke { line, cell, count, style, content: Content::Text(text) });
    }

    fn put(&mut self, stroke: Stroke<'t>) {
        if stroke.count > 0 {
            self.strokes.push(stroke);
        }
    }

    /// Draws all lines; `begin_line` draws the border before each.
    pub(super) fn draw<C: Canvas>(mut self, pen: &mut Pen<C>, begin_line: impl Fn(&mut Pen<C>)) {
        // A stable sort, so that the strokes of a line keep their order.
        self.strokes.sort_by_key(|stroke| stroke.line);
        let mut strokes = self.strokes.as_slice();
        let mut cells = Vec::new();
        for line in 0..self.lines {
            begin_line(pen);
            let here = strokes.iter().take_while(|stroke| stroke.line == line).count();
            let (on_line, below) = strokes.split_at_checked(here).unwrap_or_default();
            strokes = below;
            draw_line(on_line, &mut cells, pen);
            pen.end_line();
        }
    }
}

/// Draws the strokes of one line. The content of `cells` is replaced.
fn draw_line(strokes: &[Stroke<'_>], cells: &mut Vec<usize>, pen: &mut Pen<impl Canvas>) {
    // For each cell, the number of the stroke that is visible, 1-based.
    cells.clear();
    for (number, &Stroke { cell, count, .. }) in (1..).zip(strokes) {
        if cells.len() < cell + count {
            cells.resize(cell + count, 0);
        }
        cells.iter_mut().skip(cell).take(count).for_each(|slot| *slot = number);
    }
    // The further cells of a text that is drawn.
    let mut rest = 0;
    let mut at = 0;
    for run in cells.chunk_by(|a, b| a == b) {
        let (start, drawn) = (at, run.len().min(rest));
        let count = run.len() - drawn;
        (at, rest) = (at + run.len(), rest - drawn);
        let number = run.first().copied().unwrap_or(0);
        match number.checked_sub(1).and_then(|index| strokes.get(index)) {
            Some(Stroke { style, content: Content::Glyph(glyph), .. }) => {
                pen.repeat(*style, glyph, count);
            }
            Some(Stroke { cell, count: cells, style, content: Content::Text(text), .. })
                if *cell == start && drawn == 0 =>
            {
                pen.write(*style, text);
                rest = cells.saturating_sub(count);
            }
            _ => pen.blanks(count),
        }
    }
}
