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
//!    . |                            gap
//! 20 | | }
//!    | \-' and so on                the end of a label over many lines
//!    |
//!    = help: …                      notes
//! ```
//!
//! The look is that of codespan-reporting, and the tests hold this to it, but that bars stand in
//! [lanes](super::excerpt::Lanes), the gutter is as wide as the widest number that is shown, and further
//! lines of a message stand below its first. It is drawn in slices straight from the excerpt, each byte
//! once, so that a diagnostic takes time by what it shows and not by labels times characters.

mod bars;
mod labels;

use std::borrow::Cow;

use self::labels::Labels;
use super::calls;
use super::excerpt::{Excerpt, Few, Mark, Row, Snippet};
use super::margin::Margin;
use super::pen::Pen;
use super::style::Style;
use crate::check::{Checked, SpanIssue};
use crate::model::Diagnostic;
use crate::source::SourceFile;
use crate::text;

/// Draws what stands below the header: the snippet of each file, and the notes. `link` gives the address
/// of a snippet's file where it is a link.
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
        Labels::new(snippet, margin).draw(pen);
        if snippets.peek().is_some() || !notes.is_empty() {
            margin.empty_line(pen);
        }
    }
    notes.draw(margin.gutter, pen);
    pen.close_up();
}

/// The most notes that are shown.
const MOST_NOTES: usize = 100;

/// Help, notes, remarks and a backtrace, as they stand below the snippets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notes<'a> {
    diagnostic: &'a Diagnostic,
    issues: &'a [SpanIssue],
    remarks: &'a [String],
    /// Whether the calls of the runtime are shown in a backtrace.
    full_backtraces: bool,
}

impl<'a> Notes<'a> {
    /// Those of a diagnostic that says all itself.
    pub(super) const fn of(diagnostic: &'a Diagnostic, full_backtraces: bool) -> Self {
        Self { diagnostic, issues: &[], remarks: &[], full_backtraces }
    }

    /// Those of the diagnostic, what was wrong with it, and what its excerpt adds.
    pub(super) fn new(
        checked: &'a Checked<'_>,
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

    pub(super) fn draw(self, gutter: usize, pen: &mut Pen) {
        if let Some(help) = self.diagnostic.help() {
            note(gutter, "help:", help, pen);
        }
        let mut notes = self.notes();
        for text in notes.by_ref().take(MOST_NOTES) {
            note(gutter, "note:", &text, pen);
        }
        let more = notes.count();
        if more > 0 {
            note(gutter, "note:", &format!("and {}", text::more("note", more)), pen);
        }
        if let Some(backtrace) = self.diagnostic.backtrace() {
            note(gutter, "backtrace:", "", pen);
            calls::draw(backtrace, self.full_backtraces, gutter + " = ".len() + 2, pen);
        }
    }
}

/// `  = help: the first line`, and further lines below it.
fn note(gutter: usize, kind: &str, text: &str, pen: &mut Pen) {
    let column = gutter + " = ".len() + kind.len() + 1;
    pen.blanks(gutter + 1);
    pen.write(Style::Gutter, "=");
    pen.blanks(1);
    pen.write(Style::Plain, kind);
    pen.blanks(1);
    pen.block(Style::Plain, text, column, |pen| pen.blanks(column));
    pen.end_line();
}

#[cfg(test)]
use super::excerpt::{ExcerptOptions, Lanes, Place};
#[cfg(test)]
use super::glyphs::Glyphs;
#[cfg(test)]
use super::style::Sequences;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
