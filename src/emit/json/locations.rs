//! The locations in a JSON diagnostic.

use std::borrow::Cow;

use super::{JsonDiagnostic, JsonEdit, JsonLabel, JsonLocation, JsonSuggestion};

impl JsonDiagnostic<'_> {
    /// Returns the path of the file that the diagnostic is about: that of `primary`, or `file`.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.primary.as_ref().map(|primary| &*primary.file).or(self.file.as_deref())
    }

    /// Returns every location: of the primary label, the other labels, the labels of children, the steps of the trace,
    /// and the edits of all suggestions.
    #[must_use]
    pub fn locations(&self) -> Vec<JsonLocation<'_>> {
        let mut locations: Vec<_> = self.primary.iter().map(JsonLocation::borrowed).collect();
        locations.extend(self.labels.iter().map(JsonLabel::borrowed));
        for child in &self.children {
            locations.extend(child.labels.iter().map(JsonLabel::borrowed));
        }
        let steps = self.trace.iter().filter_map(|step| step.location.as_ref());
        locations.extend(steps.map(JsonLocation::borrowed));
        let of_children = self.children.iter().flat_map(|child| &child.suggestions);
        for suggestion in self.suggestions.iter().chain(of_children) {
            locations.extend(suggestion.all_edits().map(JsonEdit::borrowed));
        }
        locations
    }
}

impl JsonSuggestion<'_> {
    /// Returns the edits of all alternatives.
    fn all_edits(&self) -> impl Iterator<Item = &JsonEdit<'_>> {
        self.edits.iter().chain(self.alternatives.iter().flatten())
    }
}

/// Implements `borrowed` for structs with the fields of a location.
macro_rules! borrowed {
    ($($located:ident),*) => {
        $(impl $located<'_> {
            /// Returns the location, without a copy of the path.
            pub(super) fn borrowed(&self) -> JsonLocation<'_> {
                let Self { lo, hi, line, col, .. } = *self;
                JsonLocation { file: Cow::Borrowed(&self.file), lo, hi, line, col }
            }
        })*
    };
}

borrowed!(JsonLocation, JsonLabel, JsonEdit);
