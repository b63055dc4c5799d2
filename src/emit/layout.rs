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
use super::excerpt::{Excerpt, Snippet};
use super::glyphs::Glyphs;
use super::pen::Pen;
use super::style::Style;
use crate::contract::Checked;
use crate::text;

/// Draws what stands below the header: the snippet of each file, and the notes. `link` gives the address
/// of a snippet's file where it is a link.
pub(super) fn draw(
    checked: &Checked<'_>,
    excerpt: &Excerpt<'_>,
    link: impl Fn(&Snippet<'_>) -> Option<String>,
    glyphs: &'static Glyphs,
    pen: &mut Pen,
) {
    let gutter = excerpt.gutter;
    let notes = Notes::new(checked, excerpt);
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
struct Notes<'a> {
    help: Option<&'a str>,
    notes: Vec<Cow<'a, str>>,
}

impl<'a> Notes<'a> {
    fn new(checked: &Checked<'a>, excerpt: &'a Excerpt<'_>) -> Self {
        let remarks = excerpt.remarks.iter().map(|remark| Cow::Borrowed(remark.as_str()));
        let mut notes: Vec<_> = checked.notes().chain(remarks).collect();
        let more = notes.len().saturating_sub(MOST_NOTES);
        if more > 0 {
            notes.truncate(MOST_NOTES);
            notes.push(Cow::Owned(format!("and {}", text::more("note", more))));
        }
        Self { help: checked.diagnostic.help(), notes }
    }

    const fn is_empty(&self) -> bool {
        self.help.is_none() && self.notes.is_empty()
    }

    fn draw(&self, gutter: usize, pen: &mut Pen) {
        let notes = self.notes.iter().map(|note| ("note: ", &**note));
        for (kind, note) in self.help.map(|help| ("help: ", help)).into_iter().chain(notes) {
            let column = gutter + " = ".len() + kind.len();
            pen.blanks(gutter + 1);
            pen.write(Style::Gutter, "= ");
            pen.write(Style::Plain, kind);
            for (index, line) in pen.block(note, column).lines().enumerate() {
                if index > 0 {
                    pen.end_line();
                    pen.blanks(column);
                }
                pen.write(Style::Plain, line);
            }
            pen.end_line();
        }
    }
}
