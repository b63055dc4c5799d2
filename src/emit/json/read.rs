//! Converts JSON back to diagnostics.

use std::fmt;

use serde::de::{Deserialize as _, Deserializer, Error as _};

use super::{JsonDiagnostic, JsonSuggestion};
use crate::model::{
    Diagnostic, Edit, FileId, Frame, LabelStyle, Span, SpanError, Suggestion, SuggestionError,
};

impl JsonDiagnostic<'_> {
    /// Converts the JSON to a diagnostic; `file` returns the file of a path. Without a primary location the
    /// span of the diagnostic is [`Span::DUMMY`].
    ///
    /// # Errors
    ///
    /// Returns a [`JsonError`] if a span ends before it begins, if edits overlap, if there is more than one
    /// primary label, or if the primary label and the field `primary` differ.
    pub fn to_diagnostic(
        &self,
        mut file: impl FnMut(&str) -> FileId,
    ) -> Result<Diagnostic, JsonError> {
        let span = match &self.primary {
            Some(location) => Span::new(file(&location.file), location.lo, location.hi)?,
            None => Span::DUMMY,
        };
        let mut diagnostic =
            Diagnostic::new(self.severity, self.code, span, self.message.to_string());
        for (index, label) in self.labels.iter().enumerate() {
            let message = label.message.as_deref().unwrap_or_default().to_owned();
            match label.style {
                LabelStyle::Primary if index == 0 && self.primary == Some(label.location()) => {
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

/// Deserialises a line or a column, which is at least 1.
pub(super) fn one_based<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        0 => Err(D::Error::custom("line and column numbers start at 1")),
        number => Ok(number),
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
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(error) => error.fmt(f),
            Self::Suggestion(error) => error.fmt(f),
            Self::Primary => f.write_str(
                "the primary label must be the first label and have the location in the field `primary`",
            ),
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
