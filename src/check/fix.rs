//! Fixes: the alternatives of suggestions, as other programs apply them.

use std::borrow::Cow;

use super::CheckedDiagnostic;
use crate::model::{Applicability, Edit, Suggestion};
use crate::source::{SourceFile, SourceMap};
use crate::text;

/// The maximum length of the text that distinguishes two alternatives, in characters.
const MAX_CHOICE_CHARS: usize = 60;

/// One alternative of a suggestion.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fix<'a> {
    pub(crate) suggestion: &'a Suggestion,
    pub(crate) edits: &'a [Edit],
}

impl<'a> Fix<'a> {
    /// Returns the message. With several alternatives, the text that this one inserts follows: the titles of the
    /// alternatives usually differ.
    pub(crate) fn title(self) -> Cow<'a, str> {
        let message = self.suggestion.message();
        let inserted =
            self.edits.iter().map(|edit| edit.text().trim()).find(|text| !text.is_empty());
        match inserted.filter(|_| self.suggestion.has_alternatives()) {
            Some(text) => {
                let text = text::one_line(text::truncate(text, MAX_CHOICE_CHARS)).into_owned();
                format!("{message}: `{text}`").into()
            }
            None => message.into(),
        }
    }

    /// Returns true if a tool may apply the fix without asking.
    pub(crate) fn is_automatic(self) -> bool {
        self.suggestion.applicability() == Applicability::MachineApplicable
            && !self.suggestion.has_alternatives()
    }
}

impl CheckedDiagnostic<'_> {
    /// Returns the suggestions of the diagnostic and of its children.
    pub(crate) fn all_suggestions(&self) -> impl Iterator<Item = &Suggestion> {
        let children = self.children.iter().flat_map(|child| &child.suggestions);
        self.suggestions.iter().chain(children).map(AsRef::as_ref)
    }

    /// Splits the suggestions into the fixes that another program can apply, because it can open every file that
    /// they edit, and the others, which are shown as text.
    pub(crate) fn fixes(&self, sources: &SourceMap) -> (Vec<Fix<'_>>, Vec<&Suggestion>) {
        let is_openable =
            |edit: &Edit| sources.file(edit.span().file()).is_ok_and(SourceFile::is_openable);
        let (fixes, in_text): (Vec<&Suggestion>, Vec<_>) = self
            .all_suggestions()
            .partition(|suggestion| suggestion.alternatives().flatten().all(is_openable));
        let fixes = fixes.into_iter().flat_map(|suggestion| {
            suggestion.alternatives().map(move |edits| Fix { suggestion, edits })
        });
        (fixes.collect(), in_text)
    }
}
