//! The margin of human output: line numbers, the border on their right, and notes beside it.
//!
//! ```text
//!   --> file.vitte:12:7    arrow
//!    |                     border
//! 12 |                     number
//! ...                      gap
//!    |
//!    = help: …             note
//! ```

use super::canvas::Canvas;
use super::editor_url;
use super::glyphs::{Glyphs, Prefix};
use super::pen::Pen;
use super::style::Style;
use crate::model::ChildLevel;
use crate::source::{Location, PartialLocation, SourceFile};
use crate::text;

/// Draws the margin of each line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Margin {
    /// The width of the column of line numbers in cells, at least one.
    pub(super) number_width: usize,
    pub(super) glyphs: &'static Glyphs,
}

impl Margin {
    /// Writes a line with an arrow and a location, which is a link if `link` is its URL.
    pub(super) fn arrow<'a>(
        self,
        at: impl Into<PartialLocation<'a>>,
        link: Option<&str>,
        pen: &mut Pen<impl Canvas>,
    ) {
        self.arrow_to(&self.glyphs.arrow, at.into(), link, pen);
    }

    /// Writes a line with the location in a further file, which is a link if `link` is its URL.
    pub(super) fn other_arrow(
        self,
        at: Location<'_>,
        link: Option<&str>,
        pen: &mut Pen<impl Canvas>,
    ) {
        self.arrow_to(&self.glyphs.other_arrow, at.into(), link, pen);
    }

    /// Writes a line with the location of a change below other changes, which is a link if `link` is its URL.
    pub(super) fn change_arrow(
        self,
        at: PartialLocation<'_>,
        link: Option<&str>,
        pen: &mut Pen<impl Canvas>,
    ) {
        self.arrow_to(&self.glyphs.change_arrow, at, link, pen);
    }

    /// Writes a line with an arrow and the path of a whole file, which is a link if `link` is its URL.
    pub(super) fn arrow_to_file(
        self,
        file: &SourceFile,
        link: Option<&str>,
        pen: &mut Pen<impl Canvas>,
    ) {
        self.arrow(PartialLocation { path: file.path(), position: None }, link, pen);
    }

    fn arrow_to(
        self,
        arrow: &Prefix,
        PartialLocation { path, position }: PartialLocation<'_>,
        link: Option<&str>,
        pen: &mut Pen<impl Canvas>,
    ) {
        pen.blanks(self.number_width);
        pen.prefix(Style::Gutter, arrow);
        pen.begin_block(self.number_width + 1, self.glyphs);
        let (line, column) = position.unwrap_or((1, 1));
        let link = link.map(|url| editor_url::at(url, line, column));
        pen.link(link.as_deref(), |pen| {
            pen.write(Style::Path, &text::one_line(path));
            if position.is_some() {
                for number in [line, column] {
                    pen.put(Style::Path, ":");
                    pen.number(Style::Path, number, 0);
                }
            }
        });
        // A path may end in a blank, a number does not.
        if position.is_some() { pen.end_drawn_line() } else { pen.end_line() }
    }

    /// Begins a line without a number: `   |`.
    #[inline(always)]
    pub(super) fn border(self, pen: &mut Pen<impl Canvas>) {
        pen.blanks(self.number_width + 1);
        pen.border(self.glyphs.bar, self.glyphs);
    }

    /// Writes the empty line at the start of a block without an arrow.
    pub(super) fn first_line(self, pen: &mut Pen<impl Canvas>) {
        pen.blanks(self.number_width + 1);
        pen.put(Style::Gutter, self.glyphs.first_bar);
        pen.end_line();
    }

    /// Writes a line that consists only of the border.
    #[inline(always)]
    pub(super) fn empty_line(self, pen: &mut Pen<impl Canvas>) {
        self.border(pen);
        pen.end_drawn_line();
    }

    /// Begins a line with a number: `12 |`.
    #[inline(always)]
    pub(super) fn number(self, number: u32, pen: &mut Pen<impl Canvas>) {
        pen.number(Style::Gutter, number, self.number_width);
        pen.prefix(Style::Gutter, &self.glyphs.number_bar);
        pen.begin_block(self.number_width + 1, self.glyphs);
    }

    /// Begins the line that replaces omitted lines: `...`, or `   ┆`. Returns the number of cells.
    #[inline(always)]
    pub(super) fn gap(self, pen: &mut Pen<impl Canvas>) -> usize {
        let Glyphs { gap, has_corners, .. } = self.glyphs;
        if *has_corners {
            pen.blanks(self.number_width + 1);
            pen.prefix(Style::Gutter, gap);
            self.width()
        } else {
            pen.prefix(Style::Gutter, gap);
            gap.len()
        }
    }

    /// Writes `   = help: the first line`, with further lines aligned below it.
    #[inline(always)]
    pub(super) fn note(self, kind: &str, text: &str, pen: &mut Pen<impl Canvas>) {
        self.item(kind.len(), |pen| pen.put(Style::Message, kind), text, pen);
    }

    /// Writes a child without labels like a note. Warnings and errors have their colours.
    pub(super) fn child(self, level: ChildLevel, text: &str, pen: &mut Pen<impl Canvas>) {
        let kind = level.as_str();
        match level {
            ChildLevel::Note | ChildLevel::Help => self.note(kind, text, pen),
            ChildLevel::Warning | ChildLevel::Error => {
                let word =
                    |pen: &mut Pen<_>| pen.child(level, |pen| pen.write(Style::Header, kind));
                self.item(kind.len(), word, text, pen);
            }
        }
    }

    /// Begins a note: `   = `.
    pub(super) fn bullet(self, pen: &mut Pen<impl Canvas>) {
        pen.blanks(self.number_width + 1);
        if self.glyphs.has_corners {
            pen.border(self.glyphs.bullet, self.glyphs);
        } else {
            pen.put(Style::Bullet, self.glyphs.bullet);
        }
    }

    /// Writes a note; `kind` writes the word before the colon, which has `cells` cells.
    #[inline(always)]
    fn item<C: Canvas>(
        self,
        cells: usize,
        kind: impl FnOnce(&mut Pen<C>),
        text: &str,
        pen: &mut Pen<C>,
    ) {
        let column = self.number_width + " = ".len() + cells + ": ".len();
        self.bullet(pen);
        kind(pen);
        pen.put(Style::Plain, ": ");
        self.text(text, [column, self.list_column()], pen);
        pen.end_line_after(text);
    }

    /// Writes the text of a note from the 0-based cell `column`, or in the cell `narrow` of further lines if there is little
    /// room.
    pub(super) fn text(self, text: &str, [column, narrow]: [usize; 2], pen: &mut Pen<impl Canvas>) {
        let further_line = |pen: &mut Pen<_>, column| self.further_line(column, pen);
        pen.paragraph(Style::Plain, text, [column, narrow], further_line);
    }

    /// Begins a further line of a note, which goes on in the 0-based cell `column`.
    pub(super) fn further_line(self, column: usize, pen: &mut Pen<impl Canvas>) {
        if self.glyphs.has_corners {
            pen.blanks(self.number_width + 1);
            pen.further_border(self.glyphs);
            pen.blanks(column.saturating_sub(self.width()));
        } else {
            pen.blanks(column);
        }
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
