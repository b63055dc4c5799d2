//! A grid of styled cells, for the lines under a row of source text.
//!
//! ```text
//! line 0    ----^^^^^   --  beside
//! line 1    |           |
//! line 2    |           hanging
//! line 3    hanging
//! ```
//!
//! What is put later covers what was put before, except that text is never covered.

use super::{Pen, Style};
use crate::emit::canvas::Canvas;

/// The content of one cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cell {
    Blank,
    /// A character that is one cell wide.
    Glyph(&'static str, Style),
    /// The first cell of the text with this index.
    Text(usize),
    /// A further cell of a text.
    Continued,
}

/// A piece of text in the grid.
#[derive(Debug)]
struct Text<'t> {
    text: &'t str,
    cells: usize,
    style: Style,
}

/// The lines under a row, see the [module](self).
#[derive(Debug)]
pub(super) struct Grid<'t> {
    lines: Vec<Vec<Cell>>,
    texts: Vec<Text<'t>>,
}

impl<'t> Grid<'t> {
    pub(super) fn new(lines: usize) -> Self {
        Self { lines: vec![Vec::new(); lines], texts: Vec::new() }
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
        self.put(line, cell, count, |_| Cell::Glyph(glyph, style));
    }

    /// Puts a character that is one cell wide into a cell. A blank covers nothing.
    pub(super) fn glyph(&mut self, line: usize, cell: usize, style: Style, glyph: &'static str) {
        if glyph != " " {
            self.repeat(line, cell, 1, style, glyph);
        }
    }

    /// Puts text of `cells` cells from `cell`.
    pub(super) fn text(
        &mut self,
        line: usize,
        cell: usize,
        cells: usize,
        style: Style,
        text: &'t str,
    ) {
        let index = self.texts.len();
        self.texts.push(Text { text, cells, style });
        self.put(line, cell, cells, |offset| match offset {
            0 => Cell::Text(index),
            _ => Cell::Continued,
        });
    }

    fn put(&mut self, line: usize, cell: usize, count: usize, content: impl Fn(usize) -> Cell) {
        let Some(line) = self.lines.get_mut(line) else { return };
        if line.len() < cell + count {
            line.resize(cell + count, Cell::Blank);
        }
        for (offset, slot) in line.iter_mut().skip(cell).take(count).enumerate() {
            *slot = content(offset);
        }
    }

    /// Draws all lines; `begin_line` draws the border before each.
    pub(super) fn draw<C: Canvas>(&self, pen: &mut Pen<C>, begin_line: impl Fn(&mut Pen<C>)) {
        for line in &self.lines {
            begin_line(pen);
            let mut rest = 0;
            for cell in line {
                match *cell {
                    _ if rest > 0 => rest -= 1,
                    Cell::Blank | Cell::Continued => pen.blanks(1),
                    Cell::Glyph(glyph, style) => pen.write(style, glyph),
                    Cell::Text(index) => {
                        let Some(text) = self.texts.get(index) else { continue };
                        pen.write(text.style, text.text);
                        rest = text.cells.saturating_sub(1);
                    }
                }
            }
            pen.end_line();
        }
    }
}
