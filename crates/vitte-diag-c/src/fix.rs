//! Applies the suggestions of a bag.

use vitte_diag::{Applicability, DiagnosticBag, SourceFile, SourceMap, Suggestion, fix};

/// The changed files, and how many suggestions were applied and rejected.
pub(crate) struct Fixes<T> {
    pub(crate) files: Vec<T>,
    pub(crate) applied: usize,
    pub(crate) rejected: usize,
}

/// Applies the suggestions that are as certain as `least_certain`, or more, in the order of output. `convert` gets each
/// changed file and its new bytes.
pub(crate) fn apply<T>(
    sources: &SourceMap,
    bag: &DiagnosticBag,
    least_certain: Applicability,
    convert: impl Fn(&SourceFile, Vec<u8>) -> T,
) -> Fixes<T> {
    let is_certain =
        |suggestion: &&Suggestion| suggestion.applicability() as u8 <= least_certain as u8;
    let ordered = bag.ordered_in(sources);
    let suggestions = ordered.iter().flat_map(|entry| entry.diagnostic.all_suggestions());
    let fixes = fix::apply(sources, suggestions.filter(is_certain));
    let (applied, rejected) = (fixes.applied.len(), fixes.rejected.len());
    let files = fixes.files.into_iter();
    let files = files.filter_map(|(id, new)| Some(convert(sources.file(id).ok()?, new))).collect();
    Fixes { files, applied, rejected }
}

/// Returns the change of a file as a unified diff.
pub(crate) fn patch(file: &SourceFile, new: &[u8]) -> Vec<u8> {
    fix::diff(file.path(), file.bytes(), new)
}
