//! What stands left of the text in human output.
//!
//! ```text
//!   --> file.vitte:12:7    arrow
//!    |                     border
//! 12 |                     number
//!    .                     gap
//! ```

use super::glyphs::Glyphs;
use super::pen::Pen;
use super::style::Style;
use crate::source::Location;
use crate::text;

/// Line numbers, and the border beside them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Margin {
    /// Cells for line numbers.
    pub(super) gutter: usize,
    pub(super) glyphs: &'static Glyphs,
}

impl Margin {
    /// Writes a line with an arrow to a place; `link` is its address.
    pub(super) fn arrow(self, at: Location<'_>, link: Option<&str>, pen: &mut Pen) {
        // Where no line is shown at all, an arrow stands as it does above.
        pen.blanks(self.gutter.max(1));
        pen.write(Style::Gutter, self.glyphs.arrow);
        pen.blanks(1);
        pen.link(link, |pen| {
            pen.write(Style::Plain, &text::one_line(at.path));
            for number in [at.line, at.col] {
                pen.write(Style::Plain, ":");
                pen.number(Style::Plain, number, 0);
            }
        });
        pen.end_line();
    }

    /// Begins a line without a number: `   |`.
    pub(super) fn border(self, pen: &mut Pen) {
        pen.blanks(self.gutter + 1);
        pen.write(Style::Gutter, self.glyphs.bar);
    }

    /// Writes a line of the border alone.
    pub(super) fn empty_line(self, pen: &mut Pen) {
        self.border(pen);
        pen.end_line();
    }

    /// Begins the line of a row: `12 |`.
    pub(super) fn number(self, number: u32, pen: &mut Pen) {
        pen.number(Style::Gutter, number, self.gutter);
        pen.blanks(1);
        pen.write(Style::Gutter, self.glyphs.bar);
    }

    /// Begins a line in the place of those that are left out: `   .`.
    pub(super) fn gap(self, pen: &mut Pen) {
        pen.blanks(self.gutter + 1);
        pen.write(Style::Gutter, self.glyphs.gap);
    }

    /// The cell behind the border, 0-based.
    pub(super) const fn width(self) -> usize {
        self.gutter + " |".len()
    }
}
