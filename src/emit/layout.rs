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
//! ```
//!
//! The output looks like that of codespan-reporting, which the tests compare it with. There are three
//! differences: bars are in [lanes](super::excerpt::Lanes), the gutter is as wide as the widest line number
//! that is shown, and further lines of a message are aligned with its first line. Slices of the excerpt are
//! copied directly to the output, so the time depends on what is shown, not on labels times characters.

mod bars;
mod labels;

use std::borrow::Cow;

use self::labels::SnippetRenderer;
use super::excerpt::{Excerpt, LabelVec, Mark, Row, Snippet};
use super::frames;
use super::margin::Margin;
use super::pen::Pen;
use super::style::Style;
use crate::check::{CheckedDiagnostic, SpanIssue};
use crate::model::Diagnostic;
use crate::source::SourceFile;
use crate::text;

/// Draws everything below the header: the snippet of each file, and the notes. `link` returns the URL of a
/// file, or `None` if its path is not a link.
pub(super) fn draw(
    excerpt: &Excerpt<'_>,
    notes: Notes<'_>,
    link: impl Fn(&SourceFile) -> Option<String>,
    margin: Margin,
    pen: &mut Pen,
) {
    let mut snippets = excerpt.snippets.iter().peekable();
    while let Some(snippet) = snippets.next() {
        let link = link(snippet.file);
        margin.arrow(snippet.at, link.as_deref(), pen);
        margin.empty_line(pen);
        SnippetRenderer::new(snippet, margin).draw(pen);
        if snippets.peek().is_some() || !notes.is_empty() {
            margin.empty_line(pen);
        }
    }
    notes.draw(margin.number_width, pen);
    pen.close_up();
}

/// The maximum number of notes.
const MAX_NOTES: usize = 100;

/// Help, notes, remarks and the backtrace, which are drawn below the snippets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notes<'a> {
    diagnostic: &'a Diagnostic,
    issues: &'a [SpanIssue],
    remarks: &'a [String],
    /// Whether runtime frames are shown in a backtrace.
    full_backtraces: bool,
}

impl<'a> Notes<'a> {
    /// Returns the notes of a diagnostic without span issues and remarks.
    pub(super) const fn plain(diagnostic: &'a Diagnostic, full_backtraces: bool) -> Self {
        Self { diagnostic, issues: &[], remarks: &[], full_backtraces }
    }

    /// Returns the notes of the diagnostic, its span issues, and the remarks of its excerpt.
    pub(super) fn new(
        checked: &'a CheckedDiagnostic<'_>,
        excerpt: &'a Excerpt<'_>,
        full_backtraces: bool,
    ) -> Self {
        let (issues, remarks) = (checked.issues.as_slice(), excerpt.remarks.as_slice());
        Self { diagnostic: checked.diagnostic, issues, remarks, full_backtraces }
    }

    pub(super) fn is_empty(self) -> bool {
        self.diagnostic.help().is_none()
            && self.notes().next().is_none()
            && self.diagnostic.backtrace().is_none()
    }

    fn notes(self) -> impl Iterator<Item = Cow<'a, str>> {
        let issues = self.issues.iter().map(|issue| Cow::Owned(issue.to_string()));
        let remarks = self.remarks.iter().map(|remark| Cow::Borrowed(&**remark));
        self.diagnostic.notes().map(Cow::Borrowed).chain(issues).chain(remarks)
    }

    pub(super) fn draw(self, number_width: usize, pen: &mut Pen) {
        if let Some(help) = self.diagnostic.help() {
            note(number_width, "help:", help, pen);
        }
        let mut notes = self.notes();
        for text in notes.by_ref().take(MAX_NOTES) {
            note(number_width, "note:", &text, pen);
        }
        let more = notes.count();
        if more > 0 {
            note(number_width, "note:", &format!("and {}", text::more("note", more)), pen);
        }
        if let Some(backtrace) = self.diagnostic.backtrace() {
            note(number_width, "backtrace:", "", pen);
            frames::draw(backtrace, self.full_backtraces, number_width + " = ".len() + 2, pen);
        }
    }
}

/// Draws `  = help: the first line`, with further lines aligned below it.
fn note(number_width: usize, kind: &str, text: &str, pen: &mut Pen) {
    let column = number_width + " = ".len() + kind.len() + 1;
    pen.blanks(number_width + 1);
    pen.write(Style::Gutter, "=");
    pen.blanks(1);
    pen.write(Style::Plain, kind);
    pen.blanks(1);
    pen.block(Style::Plain, text, column, |pen| pen.blanks(column));
    pen.end_line();
}

#[cfg(test)]
use super::excerpt::{CellPosition, ExcerptOptions, Lanes};
#[cfg(test)]
use super::glyphs::Glyphs;
#[cfg(test)]
use super::style::Sequences;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
