//! The margin of human output: line numbers, the border on their right, and notes beside it.
//!
//! ```text
//!   --> file.vitte:12:7    arrow
//!    |                     border
//! 12 |                     number
//!    .                     gap
//!    |
//!    = help: …             note
//! ```

use super::glyphs::Glyphs;
use super::pen::Pen;
use super::style::Style;
use crate::model::ChildLevel;
use crate::source::{Location, SourceFile};
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
        self.arrow_to(at.path, &[at.line, at.col], link, pen);
    }

    /// Writes a line with an arrow and the path of a whole file, which is a link if `link` is its URL.
    pub(super) fn arrow_to_file(self, file: &SourceFile, link: Option<&str>, pen: &mut Pen) {
        self.arrow_to(file.path(), &[], link, pen);
    }

    fn arrow_to(self, path: &str, position: &[u32], link: Option<&str>, pen: &mut Pen) {
        // Without any line number the arrow is indented as for one digit.
        pen.blanks(self.number_width.max(1));
        pen.write(Style::Gutter, self.glyphs.arrow);
        pen.blanks(1);
        pen.link(link, |pen| {
            pen.write(Style::Plain, &text::one_line(path));
            for &number in position {
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

    /// Writes `   = help: the first line`, with further lines aligned below it.
    pub(super) fn note(self, kind: &str, text: &str, pen: &mut Pen) {
        self.bullet(kind.len(), |pen| pen.write(Style::Plain, kind), text, pen);
    }

    /// Writes a child without labels like a note. Warnings and errors have their colours.
    pub(super) fn child(self, level: ChildLevel, text: &str, pen: &mut Pen) {
        let kind = level.as_str();
        match level {
            ChildLevel::Note | ChildLevel::Help => self.note(kind, text, pen),
            ChildLevel::Warning | ChildLevel::Error => {
                let word = |pen: &mut Pen| pen.child(level, |pen| pen.write(Style::Header, kind));
                self.bullet(kind.len(), word, text, pen);
            }
        }
    }

    /// Writes a note; `kind` writes the word before the colon, which has `cells` cells.
    fn bullet(self, cells: usize, kind: impl FnOnce(&mut Pen), text: &str, pen: &mut Pen) {
        let column = self.number_width + " = ".len() + cells + ": ".len();
        pen.blanks(self.number_width + 1);
        pen.write(Style::Gutter, "=");
        pen.blanks(1);
        kind(pen);
        pen.write(Style::Plain, ":");
        pen.blanks(1);
        pen.block(Style::Plain, text, column, |pen| pen.blanks(column));
        pen.end_line();
    }

    /// Returns the 0-based cell in which the lines of a trace or backtrace begin.
    pub(super) const fn list_column(self) -> usize {
        self.number_width + " = ".len() + 2
    }

    /// Returns the width of `12 |` in cells: the line number, a blank and the border.
    pub(super) const fn width(self) -> usize {
        self.number_width + " |".len()
    }
}
