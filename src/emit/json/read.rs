//! Converts JSON back to diagnostics.

use std::fmt;

use super::{JsonChild, JsonDiagnostic, JsonLocation, JsonStep, JsonSuggestion};
use crate::model::{
    Child, Diagnostic, Edit, FileId, Frame, LabelStyle, Span, SpanError, Suggestion,
    SuggestionError, TraceStep,
};

impl JsonDiagnostic<'_> {
    /// Converts the JSON to a diagnostic; `file` returns the file of a path.
    ///
    /// # Errors
    ///
    /// Returns a [`JsonError`] if a span ends before it begins, if edits overlap, if there is more than one
    /// primary label, or if the primary label and the field `primary` differ.
    pub fn to_diagnostic(
        &self,
        mut file: impl FnMut(&str) -> FileId,
    ) -> Result<Diagnostic, JsonError> {
        let file = &mut file;
        let mut diagnostic =
            Diagnostic::without_location(self.severity, self.code, self.message.to_string());
        match (&self.primary, &self.file) {
            (Some(location), _) => _ = diagnostic.set_primary(location.span(file)?),
            (None, Some(path)) => diagnostic = diagnostic.with_file(file(path)),
            (None, None) => {}
        }
        let primary = self.primary.as_ref().map(JsonLocation::borrowed);
        for (index, label) in self.labels.iter().enumerate() {
            let message = label.message.as_deref().unwrap_or_default().to_owned();
            match label.style {
                LabelStyle::Primary if index == 0 && primary == Some(label.borrowed()) => {
                    diagnostic.set_label(message);
                }
                LabelStyle::Primary => return Err(JsonError::Primary),
                LabelStyle::Secondary => {
                    diagnostic.add_secondary(label.borrowed().span(file)?, message);
                }
            }
        }
        if let Some(help) = &self.help {
            diagnostic.add_help(help.to_string());
        }
        self.notes.iter().for_each(|note| _ = diagnostic.add_note(note.to_string()));
        for child in &self.children {
            diagnostic.add_child(child.to_child(file)?);
        }
        for step in &self.trace {
            diagnostic.add_step(step.to_step(file)?);
        }
        self.tags.iter().for_each(|&tag| _ = diagnostic.add_tag(tag));
        for suggestion in &self.suggestions {
            diagnostic.add_suggestion(suggestion.to_suggestion(file)?);
        }
        let frames = self.backtrace.iter().map(|text| Frame::new(text.to_string()));
        diagnostic.set_backtrace(frames.collect());
        Ok(diagnostic)
    }
}

impl JsonLocation<'_> {
    fn span(&self, file: &mut impl FnMut(&str) -> FileId) -> Result<Span, SpanError> {
        Span::new(file(&self.file), self.lo, self.hi)
    }
}

impl JsonChild<'_> {
    fn to_child(&self, file: &mut impl FnMut(&str) -> FileId) -> Result<Child, JsonError> {
        let mut child = Child::new(self.level, self.message.to_string());
        let mut has_primary = false;
        for label in &self.labels {
            let span = label.borrowed().span(file)?;
            let message = label.message.as_deref().unwrap_or_default().to_owned();
            match label.style {
                LabelStyle::Primary if has_primary => return Err(JsonError::ChildPrimary),
                LabelStyle::Primary => {
                    has_primary = true;
                    child.add_label(span, message);
                }
                LabelStyle::Secondary => _ = child.add_secondary(span, message),
            }
        }
        for suggestion in &self.suggestions {
            child.add_suggestion(suggestion.to_suggestion(file)?);
        }
        Ok(child)
    }
}

impl JsonStep<'_> {
    fn to_step(&self, file: &mut impl FnMut(&str) -> FileId) -> Result<TraceStep, JsonError> {
        let step = TraceStep::new(self.kind, self.message.to_string());
        Ok(match &self.location {
            Some(location) => step.with_span(location.span(file)?),
            None => step,
        })
    }
}

impl JsonSuggestion<'_> {
    fn to_suggestion(
        &self,
        file: &mut impl FnMut(&str) -> FileId,
    ) -> Result<Suggestion, JsonError> {
        let mut alternatives = Vec::with_capacity(1 + self.alternatives.len());
        for edits in std::iter::once(&self.edits).chain(&self.alternatives) {
            let edits = edits.iter().map(|edit| {
                let span = Span::new(file(&edit.file), edit.lo, edit.hi)?;
                Ok(Edit::replace(span, edit.text.to_string()))
            });
            alternatives.push(edits.collect::<Result<Vec<Edit>, SpanError>>()?);
        }
        let message = self.message.to_string();
        Ok(Suggestion::with_alternatives(message, alternatives, self.applicability)?)
    }
}

/// Why a [`JsonDiagnostic`] is not a valid diagnostic.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum JsonError {
    /// The offsets of a span are invalid.
    Span(SpanError),
    /// The edits of a suggestion are invalid.
    Suggestion(SuggestionError),
    /// A primary label is not the first label, or differs from the field `primary`.
    Primary,
    /// A child has more than one primary label.
    ChildPrimary,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(error) => error.fmt(f),
            Self::Suggestion(error) => error.fmt(f),
            Self::Primary => f.write_str(
                "the primary label must be the first label and have the location in the field `primary`",
            ),
            Self::ChildPrimary => f.write_str("a child has more than one primary label"),
        }
    }
}

// The text already contains the cause, so `source` returns `None`.
impl std::error::Error for JsonError {}

impl From<SpanError> for JsonError {
    fn from(error: SpanError) -> Self {
        Self::Span(error)
    }
}

impl From<SuggestionError> for JsonError {
    fn from(error: SuggestionError) -> Self {
        Self::Suggestion(error)
    }
}
