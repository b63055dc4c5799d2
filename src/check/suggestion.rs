//! Resolves the suggestions of a diagnostic.

use std::borrow::Cow;

use super::{Checker, SpanIssue, SpanIssueKind};
use crate::model::{Applicability, Suggestion};

impl<'a> Checker<'a> {
    /// Returns the suggestions that have at least one valid alternative.
    pub(super) fn suggestions(
        &mut self,
        suggestions: &'a [Suggestion],
    ) -> Vec<Cow<'a, Suggestion>> {
        suggestions.iter().filter_map(|suggestion| self.suggestion(suggestion)).collect()
    }

    /// Returns the suggestion without its invalid alternatives.
    fn suggestion(&mut self, suggestion: &'a Suggestion) -> Option<Cow<'a, Suggestion>> {
        let is_as_it_is = |edits| matches!(self.sources.outer_edits(edits), Ok(Cow::Borrowed(_)));
        if suggestion.alternatives().all(is_as_it_is) {
            return Some(Cow::Borrowed(suggestion));
        }
        let mut valid = Vec::new();
        for edits in suggestion.alternatives() {
            match self.sources.outer_edits(edits) {
                Ok(edits) => valid.push(edits.into_owned()),
                Err((span, error)) => {
                    let (message, reason) = (suggestion.message().to_owned(), error.to_string());
                    self.issues.push(SpanIssue::new(span, SpanIssueKind::Edit { message, reason }));
                }
            }
        }
        let is_complete = valid.len() == suggestion.alternatives().count();
        let applicability = match suggestion.applicability() {
            // A person has to choose, even if only one of several alternatives is valid.
            Applicability::MachineApplicable if !is_complete => Applicability::MaybeIncorrect,
            applicability => applicability,
        };
        let message = suggestion.message().to_owned();
        Suggestion::with_alternatives(message, valid, applicability).ok().map(Cow::Owned)
    }
}
