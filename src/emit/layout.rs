//! The second step of human output: rows, the labels under them, and notes.
//!
//! ```text
//!   --> file.vitte:12:7             arrow
//!    |                              border
//! 11 |   fn f(                      row
//! 12 | /   let x = 日               row: its bars, its text
//!    | |       -   ^^ here          carets, the message of the last label beside them
//!    | |       |
//!    | |       there                what hangs from the carets
//!    . |                            break
//! 20 | | }
//!    | \-' and so on                the end of a label over many lines
//!    |
//!    = help: …                      notes
//! ```
//!
//! The look is that of codespan-reporting, which the tests hold this to: its bars stand in
//! [lanes](super::excerpt::Lanes) here, its gutter is as wide as the widest number that is shown, and its
//! messages go on inside the gutter. It is drawn in slices straight from the excerpt, each byte once, so
//! that a diagnostic takes time by what it shows and not by labels times characters.

mod bars;
mod labels;

use std::borrow::Cow;

use self::labels::Labels;
use super::excerpt::{Excerpt, Mark, Row, Snippet};
use super::glyphs::Glyphs;
use super::pen::Pen;
use super::style::Style;
use crate::contract::Checked;
use crate::text;

/// Draws what stands below the header: the snippet of each file, and the notes. `link` gives the address
/// of a snippet's file where it is a link.
pub(super) fn draw(
    excerpt: &Excerpt<'_>,
    notes: Notes<'_>,
    link: impl Fn(&Snippet<'_>) -> Option<String>,
    glyphs: &'static Glyphs,
    pen: &mut Pen,
) {
    let gutter = excerpt.gutter;
    let mut snippets = excerpt.snippets.iter().peekable();
    while let Some(snippet) = snippets.next() {
        pen.arrow((gutter, glyphs.arrow), snippet.at, link(snippet).as_deref());
        let margin = Margin { gutter, glyphs };
        margin.border(pen);
        pen.end_line();
        Labels::new(snippet, margin).draw(pen);
        if snippets.peek().is_some() || !notes.is_empty() {
            margin.border(pen);
            pen.end_line();
        }
    }
    notes.draw(gutter, pen);
    pen.close_up();
}

/// What stands left of the text.
#[derive(Clone, Copy, Debug)]
struct Margin {
    /// Cells for line numbers.
    gutter: usize,
    glyphs: &'static Glyphs,
}

impl Margin {
    /// Begins a line without a number.
    fn border(self, pen: &mut Pen) {
        pen.blanks(self.gutter + 1);
        pen.repeat(Style::Gutter, self.glyphs.bar, 1);
    }

    /// The cell in which bars begin, 0-based.
    const fn width(self) -> usize {
        self.gutter + " |".len()
    }
}

/// The most notes that are shown.
const MOST_NOTES: usize = 100;

/// Help, notes and remarks, as they stand below the snippets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notes<'a> {
    checked: &'a Checked<'a>,
    remarks: &'a [String],
}

impl<'a> Notes<'a> {
    pub(super) const fn new(checked: &'a Checked<'a>, excerpt: &'a Excerpt<'_>) -> Self {
        Self { checked, remarks: excerpt.remarks.as_slice() }
    }

    pub(super) fn is_empty(self) -> bool {
        self.checked.diagnostic.help().is_none() && self.notes().next().is_none()
    }

    fn notes(self) -> impl Iterator<Item = Cow<'a, str>> {
        self.checked.notes().chain(self.remarks.iter().map(|remark| Cow::Borrowed(&**remark)))
    }

    fn draw(self, gutter: usize, pen: &mut Pen) {
        if let Some(help) = self.checked.diagnostic.help() {
            note(gutter, "help: ", help, pen);
        }
        for text in self.notes().take(MOST_NOTES) {
            note(gutter, "note: ", &text, pen);
        }
        let more = self.notes().skip(MOST_NOTES).count();
        if more > 0 {
            note(gutter, "note: ", &format!("and {}", text::more("note", more)), pen);
        }
    }
}

/// `  = help: the first line`, and further lines below it.
fn note(gutter: usize, kind: &str, text: &str, pen: &mut Pen) {
    let column = gutter + " = ".len() + kind.len();
    pen.blanks(gutter + 1);
    pen.write(Style::Gutter, "=");
    pen.blanks(1);
    pen.write(Style::Plain, kind);
    for (index, line) in pen.block(text, column).lines().enumerate() {
        if index > 0 {
            pen.end_line();
            pen.blanks(column);
        }
        pen.write(Style::Plain, line);
    }
    pen.end_line();
}
