//! Applies the suggestions of a bag.

use vitte_diag::{Applicability, DiagnosticBag, SourceMap, Suggestion, fix};

/// The changed files, and how many suggestions were applied and rejected.
pub(crate) struct Fixes {
    pub(crate) files: Vec<FixedFile>,
    pub(crate) applied: usize,
    pub(crate) rejected: usize,
}

/// A changed file.
pub(crate) struct FixedFile {
    pub(crate) id: u32,
    pub(crate) new: Vec<u8>,
    /// A unified diff.
    pub(crate) patch: Vec<u8>,
}

/// Applies the suggestions that are as certain as `least_certain`, or more, in the order of output.
pub(crate) fn apply(
    sources: &SourceMap,
    bag: &DiagnosticBag,
    least_certain: Applicability,
) -> Fixes {
    let is_certain =
        |suggestion: &&Suggestion| suggestion.applicability() as u8 <= least_certain as u8;
    let ordered = bag.ordered_in(sources);
    let suggestions = ordered.iter().flat_map(|entry| entry.diagnostic.all_suggestions());
    let fixes = fix::apply(sources, suggestions.filter(is_certain));
    let fixed = |(id, new): (vitte_diag::FileId, Vec<u8>)| {
        let file = sources.file(id).ok()?;
        let patch = fix::diff(file.path(), file.bytes(), &new);
        Some(FixedFile { id: id.index(), new, patch })
    };
    let (applied, rejected) = (fixes.applied.len(), fixes.rejected.len());
    Fixes { files: fixes.files.into_iter().filter_map(fixed).collect(), applied, rejected }
}
