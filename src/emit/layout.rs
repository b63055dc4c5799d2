//! The second step of human output: draws rows, the labels under them, and notes.
//!
//! ```text
//!   --> file.vitte:12:7             arrow
//!    |                              border
//! 11 |   fn f(                      row
//! 12 | /   let x = 日               row: bars and text
//!    | |       -   ^^ here          underlines, and beside them the message of the last label
//!    | |       |
//!    | |       there                a hanging message
//! ...  |                            gap
//! 20 | | }
//!    | |_- and so on                the end of a multi-line label
//!    |
//!   ::: other.vitte:3:1             arrow of a further file
//!    |
//!    = help: …                      notes
//! ```
//!
//! The output looks like that of rustc. The tests compare it with that of annotate-snippets, which draws rustc's
//! diagnostics, and with what rustc itself printed. Bars are in [lanes](super::excerpt::Lanes), no line is wider than
//! the output, and further lines of a message are aligned with its first line. The time depends on what is shown, not
//! on labels times characters.

mod bars;
mod crowded;
mod grid;
mod labels;
mod notes;
mod placement;

use self::labels::SnippetRenderer;
pub(super) use self::labels::label_line;
pub(super) use self::notes::{Notes, draw_notes};
use super::canvas::Canvas;
use super::excerpt::{Excerpt, LabelVec, Mark, Row, Snippet};
use super::margin::Margin;
use super::pen::Pen;
use super::style::Style;
use crate::source::SourceFile;

/// Draws the snippet of each file. An empty line follows if `is_followed` is set. `link` returns the URL of a file,
/// or `None` if its path is not a link.
pub(super) fn draw(
    excerpt: &Excerpt<'_>,
    is_followed: bool,
    link: impl Fn(&SourceFile) -> Option<String>,
    margin: Margin,
    pen: &mut Pen<impl Canvas>,
) {
    if let Some(at) = excerpt.unavailable {
        margin.arrow(at, None, pen);
    }
    let mut is_first = excerpt.unavailable.is_none() && excerpt.whole_file.is_none();
    let mut snippets = excerpt.snippets.iter().peekable();
    let mut above = excerpt.whole_file;
    while let Some(snippet) = snippets.next() {
        let link = link(snippet.file);
        if above.take() == Some(snippet.file.id()) {
            // The arrow to the whole file is the one of its first snippet.
        } else if std::mem::take(&mut is_first) {
            margin.arrow(snippet.at, link.as_deref(), pen);
        } else {
            margin.other_arrow(snippet.at, link.as_deref(), pen);
        }
        margin.empty_line(pen);
        SnippetRenderer::new(snippet, margin).draw(pen);
        if snippets.peek().is_some() || is_followed {
            margin.empty_line(pen);
        }
    }
}

#[cfg(test)]
mod tests;
