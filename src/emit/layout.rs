//! The second step of human output: draws rows, the labels under them, and notes.
//!
//! ```text
//!   --> file.vitte:12:7             arrow
//!    |                              border
//! 11 |   fn f(                      row
//! 12 | /   let x = 日               row: bars and text
//!    | |       -   ^^ here          carets, and beside them the message of the last label
//!    | |       |
//!    | |       there                a hanging message
//!    . |                            gap
//! 20 | | }
//!    | \-' and so on                the end of a multi-line label
//!    |
//!    = help: …                      notes
//!    = trace:                       trace
//!        in this expansion of …
//! ```
//!
//! The output looks like that of codespan-reporting, which the tests compare it with. There are three
//! differences: bars are in [lanes](super::excerpt::Lanes), the gutter is as wide as the widest line number
//! that is shown, and further lines of a message are aligned with its first line. Slices of the excerpt are
//! copied directly to the output, so the time depends on what is shown, not on labels times characters.

mod bars;
mod labels;
mod notes;
mod trace;

use self::labels::SnippetRenderer;
pub(super) use self::notes::{Notes, draw_notes};
pub(super) use self::trace::{Trace, step_message};
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
    pen: &mut Pen,
) {
    if let Some(at) = excerpt.unavailable {
        margin.arrow(at, None, pen);
    }
    let mut snippets = excerpt.snippets.iter().peekable();
    while let Some(snippet) = snippets.next() {
        let link = link(snippet.file);
        margin.arrow(snippet.at, link.as_deref(), pen);
        margin.empty_line(pen);
        SnippetRenderer::new(snippet, margin).draw(pen);
        if snippets.peek().is_some() || is_followed {
            margin.empty_line(pen);
        }
    }
}

#[cfg(test)]
use super::excerpt::{CellPosition, ExcerptOptions, Lanes};
#[cfg(test)]
use super::glyphs::Glyphs;
#[cfg(test)]
use super::style::Sequences;
#[cfg(test)]
use crate::text;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
