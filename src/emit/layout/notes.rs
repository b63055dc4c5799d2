//! Help, notes and the backtrace, which are drawn below the snippets.

use std::borrow::Cow;

use super::{Excerpt, Margin, Pen};
use crate::check::SpanIssue;
use crate::emit::canvas::Canvas;
use crate::emit::frames::{self, BacktraceOptions};
use crate::model::Diagnostic;
use crate::text;

/// The maximum number of notes of a diagnostic, and of remarks of a child.
const MAX_NOTES: usize = 100;

/// What is drawn between the snippets of a diagnostic and its children.
#[derive(Clone, Copy, Debug)]
pub(in crate::emit) struct Notes<'a> {
    pub(super) diagnostic: &'a Diagnostic,
    /// The issues before and after those of children.
    issues: [&'a [SpanIssue]; 2],
    remarks: &'a [String],
    backtraces: BacktraceOptions,
}

impl<'a> Notes<'a> {
    /// Returns the notes of a diagnostic without span issues and remarks.
    pub(in crate::emit) const fn plain(
        diagnostic: &'a Diagnostic,
        backtraces: BacktraceOptions,
    ) -> Self {
        Self { diagnostic, issues: [&[], &[]], remarks: &[], backtraces }
    }

    /// Adds span issues and the remarks of the excerpt.
    pub(in crate::emit) fn with(
        self,
        issues: [&'a [SpanIssue]; 2],
        excerpt: &'a Excerpt<'_>,
    ) -> Self {
        Self { issues, remarks: &excerpt.remarks, ..self }
    }

    pub(in crate::emit) fn is_empty(self) -> bool {
        self.diagnostic.help().is_none()
            && !self.has_notes()
            && self.diagnostic.backtrace().is_none()
    }

    /// Returns true if [`notes`](Self::notes) are not empty. Most diagnostics have none, and this is faster to find out.
    fn has_notes(self) -> bool {
        let [before, after] = self.issues;
        let others = before.len() + after.len() + self.remarks.len();
        others > 0 || self.diagnostic.notes().len() > 0
    }

    pub(super) fn notes(self) -> impl Iterator<Item = Cow<'a, str>> {
        let [before, after] = self.issues;
        let issues = before.iter().chain(after).map(|issue| Cow::Owned(issue.to_string()));
        let remarks = self.remarks.iter().map(|remark| Cow::Borrowed(&**remark));
        self.diagnostic.notes().map(Cow::Borrowed).chain(issues).chain(remarks)
    }

    pub(in crate::emit) fn draw(self, margin: Margin, pen: &mut Pen<impl Canvas>) {
        if let Some(help) = self.diagnostic.help() {
            margin.note("help", help, pen);
        }
        if self.has_notes() {
            draw_notes(self.notes(), margin, pen);
        }
        if let Some(backtrace) = self.diagnostic.backtrace() {
            frames::draw(backtrace, self.backtraces, margin, pen);
        }
    }
}

/// Draws a bounded number of notes.
pub(in crate::emit) fn draw_notes<'a>(
    mut notes: impl Iterator<Item = Cow<'a, str>>,
    margin: Margin,
    pen: &mut Pen<impl Canvas>,
) {
    for text in notes.by_ref().take(MAX_NOTES) {
        margin.note("note", &text, pen);
    }
    let more = notes.count();
    if more > 0 {
        margin.note("note", &format!("and {}", text::more("note", more)), pen);
    }
}
