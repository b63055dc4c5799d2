//! The parts of a diagnostic, as emitters read them.

use super::{
    Backtrace, Child, Code, Diagnostic, FileId, Label, Scope, Severity, Span, Suggestion, Tag,
};
use crate::model::trace::TraceStep;

impl Diagnostic {
    /// Changes the severity, as a policy may demand.
    pub(crate) const fn set_severity(&mut self, severity: Severity) {
        self.severity = severity;
    }

    /// Returns the severity.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// Returns the code, which identifies the kind of problem, or `None` if there is none.
    #[must_use]
    pub const fn code(&self) -> Option<Code> {
        self.code
    }

    /// Returns the message: what is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the primary label: where the problem is. Returns `None` for a diagnostic about a
    /// [whole file](Self::for_file) and for one [without a location](Self::without_location).
    #[must_use]
    pub fn primary(&self) -> Option<&Label> {
        Some(&self.primary).filter(|_| self.scope == Scope::Span)
    }

    /// Returns the file that the diagnostic is about: that of the primary label, or the whole file. Returns `None`
    /// for a diagnostic [without a location](Self::without_location).
    #[must_use]
    pub fn file(&self) -> Option<FileId> {
        Some(self.primary.span().file()).filter(|_| self.scope != Scope::Nothing)
    }

    /// Returns the span by which diagnostics are ordered. A whole file counts as its start, and no location comes
    /// after all files.
    pub(crate) const fn sort_span(&self) -> Span {
        self.primary.span()
    }

    /// Returns the message of the primary label if the diagnostic has no primary label.
    pub(crate) fn unlocated_label(&self) -> Option<&Label> {
        let is_unlocated = self.scope != Scope::Span && self.primary.message().is_some();
        Some(&self.primary).filter(|_| is_unlocated)
    }

    /// Returns the secondary labels in the order in which they were added.
    #[must_use]
    pub fn secondary(&self) -> &[Label] {
        &self.secondary
    }

    /// Returns all labels of the diagnostic itself: the primary label if there is one, then the secondary labels.
    /// The labels of children are not included.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        self.primary().into_iter().chain(&self.secondary)
    }

    /// Returns the help text, or `None` if there is none.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Returns the notes in the order in which they were added.
    pub fn notes(&self) -> impl ExactSizeIterator<Item = &str> {
        let notes = self.extras.as_ref().map_or(&[][..], |extras| &extras.notes);
        notes.iter().map(AsRef::as_ref)
    }

    /// Returns the children in the order in which they were added.
    pub fn children(&self) -> &[Child] {
        self.extras.as_ref().map_or(&[], |extras| &extras.children)
    }

    /// Returns the trace: how the compiler came to the location of the diagnostic. The innermost step comes first,
    /// steps of an analysis are in the order of execution.
    pub fn trace(&self) -> &[TraceStep] {
        self.extras.as_ref().map_or(&[], |extras| &extras.trace)
    }

    /// Returns the tags, without duplicates.
    pub fn tags(&self) -> impl Iterator<Item = Tag> {
        let tags = self.tags;
        Tag::ALL.into_iter().filter(move |&tag| tags.contains(tag))
    }

    /// Returns the suggestions in the order in which they were added. Those of children are not included.
    #[must_use]
    pub fn suggestions(&self) -> &[Suggestion] {
        self.extras.as_ref().map_or(&[], |extras| &extras.suggestions)
    }

    /// Returns all suggestions: those of the diagnostic, then those of its children.
    pub fn all_suggestions(&self) -> impl Iterator<Item = &Suggestion> {
        self.suggestions().iter().chain(self.children().iter().flat_map(Child::suggestions))
    }

    /// Returns the backtrace, or `None` if there is none.
    #[must_use]
    pub fn backtrace(&self) -> Option<&Backtrace> {
        self.extras.as_ref().map(|extras| &extras.backtrace).filter(|frames| !frames.is_empty())
    }
}
