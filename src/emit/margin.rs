//! The margin of human output: line numbers and the border on their right.
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

/// Draws the margin of each line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Margin {
    /// The width of the column of line numbers in cells.
    pub(super) number_width: usize,
    pub(super) glyphs: &'static Glyphs,
}

impl Margin {
    /// Writes a line with an arrow and a location, which is a link if `link` is its URL.
    pub(super) fn arrow(self, at: Location<'_>, link: Option<&str>, pen: &mut Pen) {
        // Without any line number the arrow is indented as for one digit.
        pen.blanks(self.number_width.max(1));
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
        pen.blanks(self.number_width + 1);
        pen.write(Style::Gutter, self.glyphs.bar);
    }

    /// Writes a line that consists only of the border.
    pub(super) fn empty_line(self, pen: &mut Pen) {
        self.border(pen);
        pen.end_line();
    }

    /// Begins a line with a number: `12 |`.
    pub(super) fn number(self, number: u32, pen: &mut Pen) {
        pen.number(Style::Gutter, number, self.number_width);
        pen.blanks(1);
        pen.write(Style::Gutter, self.glyphs.bar);
    }

    /// Begins the line that replaces omitted lines: `   .`.
    pub(super) fn gap(self, pen: &mut Pen) {
        pen.blanks(self.number_width + 1);
        pen.write(Style::Gutter, self.glyphs.gap);
    }

    /// Returns the width of `12 |` in cells: the line number, a blank and the border.
    pub(super) const fn width(self) -> usize {
        self.number_width + " |".len()
    }
}
