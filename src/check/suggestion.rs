//! Resolves the suggestions of a diagnostic.

use std::borrow::Cow;

use super::{Checker, SpanIssue, SpanIssueKind};
use crate::model::{Applicability, Edit, Span, Suggestion};
use crate::source::{SourceError, SourceMap};

impl<'a> Checker<'a> {
    /// Returns the suggestions that have at least one valid alternative.
    pub(super) fn suggestions(
        &mut self,
        suggestions: &'a [Suggestion],
    ) -> Vec<Cow<'a, Suggestion>> {
        if suggestions.is_empty() {
            return Vec::new();
        }
        suggestions.iter().filter_map(|suggestion| self.suggestion(suggestion)).collect()
    }

    /// Returns the suggestion without its invalid alternatives.
    fn suggestion(&mut self, suggestion: &'a Suggestion) -> Option<Cow<'a, Suggestion>> {
        let is_as_it_is =
            |edits| matches!(resolved_edits(self.sources, edits), Ok(Cow::Borrowed(_)));
        if suggestion.alternatives().all(is_as_it_is) {
            return Some(Cow::Borrowed(suggestion));
        }
        let mut valid = Vec::new();
        for edits in suggestion.alternatives() {
            match resolved_edits(self.sources, edits) {
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

/// Returns the edits as they are shown and applied: in the outermost files, and not past the ends of their files. Returns the first
/// span that is invalid.
pub(crate) fn resolved_edits<'e>(
    sources: &SourceMap,
    edits: &'e [Edit],
) -> Result<Cow<'e, [Edit]>, (Span, SourceError)> {
    if edits.iter().all(|edit| clamped(sources, edit).is_none()) {
        return sources.outer_edits(edits);
    }
    let clamp = |edit: &Edit| clamped(sources, edit).unwrap_or_else(|| edit.clone());
    let edits: Vec<Edit> = edits.iter().map(clamp).collect();
    let mut pairs = edits.iter().zip(edits.iter().skip(1));
    if let Some((_, second)) = pairs.find(|(first, second)| first.overlaps(second)) {
        return Err((second.span(), SourceError::OverlappingEdits));
    }
    Ok(Cow::Owned(sources.outer_edits(&edits)?.into_owned()))
}

/// Returns an edit that ends at the end of its file instead of after it. Returns `None` if it does not end after it, or
/// if it has no effect before the end, which is an issue.
fn clamped(sources: &SourceMap, edit: &Edit) -> Option<Edit> {
    let span = edit.span();
    let file = sources.file(span.file()).ok().filter(|file| !file.is_unavailable())?;
    let end = file.len();
    // One byte after the end is where the next line would begin if the last one had a line feed.
    let is_near = span.lo() <= end || span.hi() == end.saturating_add(1);
    let has_effect = span.lo() < end || (is_near && !edit.text().is_empty());
    let to_end = Span::new(span.file(), span.lo().min(end), end).ok().filter(|_| has_effect)?;
    (end < span.hi()).then(|| Edit::replace(to_end, edit.text().to_owned()))
}
