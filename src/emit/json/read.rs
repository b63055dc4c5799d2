//! From JSON back to diagnostics.

use std::fmt;

use serde::de::{Deserialize as _, Deserializer, Error as _};

use super::{JsonDiagnostic, JsonSuggestion};
use crate::model::{
    Diagnostic, Edit, FileId, Frame, LabelStyle, Span, SpanError, Suggestion, SuggestionError,
};

impl JsonDiagnostic<'_> {
    /// The diagnostic that it is of; `file` gives the file of each path. What has no primary place is
    /// [nowhere](Span::DUMMY).
    ///
    /// # Errors
    ///
    /// A [`JsonError`] when a span ends before it begins, when edits overlap, or when there is more
    /// than one primary label, or one that is somewhere else than the diagnostic.
    pub fn to_diagnostic(
        &self,
        mut file: impl FnMut(&str) -> FileId,
    ) -> Result<Diagnostic, JsonError> {
        let span = match &self.primary {
            Some(place) => Span::new(file(&place.file), place.lo, place.hi)?,
            None => Span::DUMMY,
        };
        let mut diagnostic =
            Diagnostic::new(self.severity, self.code, span, self.message.to_string());
        for (index, label) in self.labels.iter().enumerate() {
            let message = label.message.as_deref().unwrap_or_default().to_owned();
            match label.style {
                LabelStyle::Primary if index == 0 && self.primary == Some(label.place()) => {
                    diagnostic.set_label(message);
                }
                LabelStyle::Primary => return Err(JsonError::Primary),
                LabelStyle::Secondary => {
                    let span = Span::new(file(&label.file), label.lo, label.hi)?;
                    diagnostic.add_secondary(span, message);
                }
            }
        }
        if let Some(help) = &self.help {
            diagnostic.add_help(help.to_string());
        }
        self.notes.iter().for_each(|note| _ = diagnostic.add_note(note.to_string()));
        for JsonSuggestion { message, applicability, edits } in &self.suggestions {
            let edits: Result<Vec<Edit>, SpanError> = edits
                .iter()
                .map(|edit| {
                    let span = Span::new(file(&edit.file), edit.lo, edit.hi)?;
                    Ok(Edit::replace(span, edit.text.to_string()))
                })
                .collect();
            let suggestion = Suggestion::new(message.to_string(), edits?, *applicability)?;
            diagnostic.add_suggestion(suggestion);
        }
        let frames = self.backtrace.iter().map(|text| Frame::new(text.to_string()));
        diagnostic.set_backtrace(frames.collect());
        Ok(diagnostic)
    }
}

/// A line or a column.
pub(super) fn one_based<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        0 => Err(D::Error::custom("lines and columns begin at 1")),
        number => Ok(number),
    }
}

/// Why JSON is no diagnostic, though it has the form of one.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum JsonError {
    /// Offsets that are no span.
    Span(SpanError),
    /// Edits that are no suggestion.
    Suggestion(SuggestionError),
    /// A primary label that is not the first, or not where the diagnostic is.
    Primary,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(error) => error.fmt(f),
            Self::Suggestion(error) => error.fmt(f),
            Self::Primary => f.write_str(
                "the primary label is the first one, and where the field `primary` says",
            ),
        }
    }
}

// The text of an error says its cause, so `source` does not say it again.
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
