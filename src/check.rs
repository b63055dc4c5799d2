//! Resolves the spans of a diagnostic against the sources, and reports invalid ones.
//!
//! A span may be invalid: from another map, past the end of its file, or inside a character. The diagnostic
//! is shown nevertheless. An invalid label is extended to the nearest valid offsets. An invalid suggestion is
//! omitted, because it could change the wrong text. Each of these is a [`SpanIssue`], which emitters show as
//! a note and [`DiagnosticBag::validate`](crate::DiagnosticBag::validate) returns.

mod fix;
mod issue;

use std::borrow::Cow;

pub(crate) use fix::Fix;
pub use issue::{SpanIssue, SpanIssueKind, SpanOwner};

use crate::model::{
    Child, Diagnostic, Edit, FileId, Label, LabelStyle, Span, Suggestion, TraceStep,
};
use crate::source::{ColumnUnit, Location, SourceFile, SourceMap};
use crate::text::{ceil_char_boundary, floor_char_boundary};

/// A valid span: inside its file, at character boundaries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResolvedSpan<'a> {
    pub(crate) file: &'a SourceFile,
    /// The valid span. It differs from the original span if that is invalid.
    pub(crate) span: Span,
}

impl<'a> ResolvedSpan<'a> {
    /// Returns the location of the start.
    pub(crate) fn location(&self, unit: ColumnUnit) -> Location<'a> {
        self.file.location(self.span.lo(), unit)
    }

    /// Returns the location of the end, see [`SourceFile::end_of`].
    pub(crate) fn end(&self, unit: ColumnUnit) -> Option<Location<'a>> {
        self.file.end_of(self.span, unit)
    }

    /// Returns the 1-based line of the last byte, or of the start if the span is empty. A line end belongs
    /// to the line that it ends. In a file that a reader cannot open this is the first line of the span.
    pub(crate) fn last_line(&self) -> u32 {
        let last = self.span.hi().saturating_sub(1).max(self.span.lo());
        let offset = if self.file.is_openable() { last } else { self.span.lo() };
        self.file.location(offset, ColumnUnit::Byte).line
    }
}

/// A label with a valid span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResolvedLabel<'a> {
    pub(crate) label: &'a Label,
    pub(crate) at: ResolvedSpan<'a>,
}

impl<'a> std::ops::Deref for ResolvedLabel<'a> {
    type Target = ResolvedSpan<'a>;

    fn deref(&self) -> &Self::Target {
        &self.at
    }
}

/// A child with its valid labels and suggestions.
#[derive(Debug)]
pub(crate) struct CheckedChild<'a> {
    pub(crate) child: &'a Child,
    /// The labels that can be shown.
    pub(crate) labels: Vec<ResolvedLabel<'a>>,
    pub(crate) suggestions: Vec<Cow<'a, Suggestion>>,
}

/// A step of the trace, and its location if it can be shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CheckedStep<'a> {
    pub(crate) step: &'a TraceStep,
    pub(crate) at: Option<ResolvedSpan<'a>>,
}

/// A diagnostic with its valid labels and suggestions, and the issues of the others.
#[derive(Debug)]
pub(crate) struct CheckedDiagnostic<'a> {
    pub(crate) diagnostic: &'a Diagnostic,
    /// The file that the diagnostic is about as a whole.
    pub(crate) whole_file: Option<&'a SourceFile>,
    /// The labels that can be shown. The primary label is the first one if it can be shown.
    pub(crate) labels: Vec<ResolvedLabel<'a>>,
    pub(crate) children: Vec<CheckedChild<'a>>,
    pub(crate) trace: Vec<CheckedStep<'a>>,
    /// The suggestions of the diagnostic itself.
    pub(crate) suggestions: Vec<Cow<'a, Suggestion>>,
    /// The issues in the order of the parts above.
    pub(crate) issues: Vec<SpanIssue>,
}

impl<'a> CheckedDiagnostic<'a> {
    pub(crate) fn new(sources: &'a SourceMap, diagnostic: &'a Diagnostic) -> Self {
        let mut checker = Checker { sources, issues: Vec::new() };
        if let Some(label) = diagnostic.unlocated_label() {
            let (owner, message) = (SpanOwner::PrimaryLabel, label.message().map(str::to_owned));
            checker.report(Span::DUMMY, SpanIssueKind::UnknownFile { owner, message });
        }
        let whole_file = diagnostic.file().filter(|_| diagnostic.primary().is_none());
        let whole_file = whole_file.and_then(|file| checker.file(file));
        let mut labels = Vec::with_capacity(1 + diagnostic.secondary().len());
        labels.extend(
            diagnostic
                .labels()
                .filter_map(|label| checker.label(label, SpanOwner::from(label.style()))),
        );
        let children = diagnostic.children().iter().map(|child| checker.child(child)).collect();
        let trace = diagnostic.trace().iter().map(|step| checker.step(step)).collect();
        let suggestions = checker.suggestions(diagnostic.suggestions());
        let issues = checker.issues;
        Self { diagnostic, whole_file, labels, children, trace, suggestions, issues }
    }

    /// Returns the primary label, or `None` if it cannot be shown.
    pub(crate) fn primary(&self) -> Option<&ResolvedLabel<'a>> {
        self.labels.first().filter(|first| first.label.style() == LabelStyle::Primary)
    }

    /// Returns the secondary labels.
    pub(crate) fn related(&self) -> impl Iterator<Item = &ResolvedLabel<'a>> {
        self.labels.iter().skip(usize::from(self.primary().is_some()))
    }

    /// Returns the file of the primary label, or the file that the diagnostic is about.
    pub(crate) fn file(&self) -> Option<&'a SourceFile> {
        self.primary().map(|primary| primary.file).or(self.whole_file)
    }

    /// Returns the notes of the diagnostic, then one note for each issue.
    pub(crate) fn notes(&self) -> impl Iterator<Item = Cow<'a, str>> {
        let issues = self.issues.iter().map(|issue| Cow::Owned(issue.to_string()));
        self.diagnostic.notes().map(Cow::Borrowed).chain(issues)
    }
}

/// Resolves the parts of one diagnostic and collects their issues.
struct Checker<'a> {
    sources: &'a SourceMap,
    issues: Vec<SpanIssue>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, span: Span, kind: SpanIssueKind) {
        self.issues.push(SpanIssue::new(span, kind));
    }

    /// Returns the file that a diagnostic is about.
    fn file(&mut self, file: FileId) -> Option<&'a SourceFile> {
        let found = self.sources.file(file).ok();
        if found.is_none() {
            let (owner, message) = (SpanOwner::Diagnostic, None);
            self.report(Span::empty(file, 0), SpanIssueKind::UnknownFile { owner, message });
        }
        found
    }

    /// Returns the label with a valid span, or `None` if it cannot be shown.
    fn label(&mut self, label: &'a Label, owner: SpanOwner) -> Option<ResolvedLabel<'a>> {
        if label.span().file() == FileId::DUMMY && label.message().is_none() {
            return None;
        }
        let at = self.span(label.span(), owner, label.message())?;
        Some(ResolvedLabel { label, at })
    }

    fn child(&mut self, child: &'a Child) -> CheckedChild<'a> {
        let labels = child.labels().iter();
        let labels = labels.filter_map(|label| self.label(label, SpanOwner::ChildLabel)).collect();
        CheckedChild { child, labels, suggestions: self.suggestions(child.suggestions()) }
    }

    fn step(&mut self, step: &'a TraceStep) -> CheckedStep<'a> {
        let span = step.span().filter(|span| span.file() != FileId::DUMMY);
        CheckedStep { step, at: span.and_then(|span| self.span(span, SpanOwner::Step, None)) }
    }

    /// Returns the valid span that is nearest to `span`, or `None` if its file is unknown.
    fn span(
        &mut self,
        span: Span,
        owner: SpanOwner,
        message: Option<&str>,
    ) -> Option<ResolvedSpan<'a>> {
        let Ok(file) = self.sources.file(span.file()) else {
            let message = message.map(str::to_owned);
            self.report(span, SpanIssueKind::UnknownFile { owner, message });
            return None;
        };
        if file.is_unavailable() {
            return Some(ResolvedSpan { file, span });
        }
        let text = file.text();
        let lo = floor_char_boundary(text, span.lo() as usize);
        let hi = ceil_char_boundary(text, span.hi() as usize);
        let path = || file.path().to_owned();
        let clamped = Span::between(span.file(), lo, hi);
        if span.hi() > file.len() {
            let (path, len) = (path(), file.len());
            self.report(span, SpanIssueKind::OutOfBounds { owner, path, len, clamped });
        } else if clamped != span {
            let path = path();
            self.report(span, SpanIssueKind::InsideCharacter { owner, path, clamped });
        }
        Some(ResolvedSpan { file, span: clamped })
    }

    /// Returns the suggestions that have at least one valid alternative.
    fn suggestions(&mut self, suggestions: &'a [Suggestion]) -> Vec<Cow<'a, Suggestion>> {
        suggestions.iter().filter_map(|suggestion| self.suggestion(suggestion)).collect()
    }

    /// Returns the suggestion without its invalid alternatives.
    fn suggestion(&mut self, suggestion: &'a Suggestion) -> Option<Cow<'a, Suggestion>> {
        let mut valid = Vec::new();
        for edits in suggestion.alternatives() {
            match self.edit_issue(suggestion, edits) {
                None => valid.push(edits),
                Some(issue) => self.issues.push(issue),
            }
        }
        if valid.len() == suggestion.alternatives().count() {
            return Some(Cow::Borrowed(suggestion));
        }
        let valid = valid.into_iter().map(<[Edit]>::to_vec);
        let (message, applicability) =
            (suggestion.message().to_owned(), suggestion.applicability());
        Suggestion::with_alternatives(message, valid, applicability).ok().map(Cow::Owned)
    }

    /// Returns the issue of the first edit with an invalid span.
    fn edit_issue(&self, suggestion: &Suggestion, edits: &[Edit]) -> Option<SpanIssue> {
        edits.iter().find_map(|edit| {
            let error = self.sources.check(edit.span()).err()?;
            let (message, reason) = (suggestion.message().to_owned(), error.to_string());
            Some(SpanIssue::new(edit.span(), SpanIssueKind::Edit { message, reason }))
        })
    }
}

#[cfg(test)]
mod tests;
