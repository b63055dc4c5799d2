//! Applies suggestions to the text of source files.
//!
//! ```text
//! suggestions ─▶ apply ─▶ new bytes of each file ─┬▶ diff      as a unified diff     (feature `fix`)
//!                  └▶ rejected, with the reason   └▶ replace   on disk, atomically   (feature `fix`)
//! ```
//!
//! ```
//! use vitte_diag::{Applicability, Edit, SourceMap, Suggestion, fix};
//!
//! let mut sources = SourceMap::new();
//! let file = sources.add("a.vitte", "let x = 1\n")?;
//! let edit = Edit::replace(sources.span(file, 4..5)?, "y");
//! let rename = Suggestion::single("rename it", edit, Applicability::MachineApplicable);
//! assert_eq!(fix::apply(&sources, [&rename]).files[&file], b"let y = 1\n");
//! # Ok::<(), vitte_diag::SourceError>(())
//! ```

#[cfg(feature = "fix")]
mod diff;
#[cfg(feature = "fix")]
mod leftovers;
#[cfg(feature = "fix")]
mod replace;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

#[cfg(feature = "fix")]
pub use diff::diff;
#[cfg(feature = "fix")]
pub use leftovers::remove_leftovers;
#[cfg(feature = "fix")]
pub use replace::{WriteError, WriteErrorKind, replace, replace_within};

use crate::check;
use crate::model::{Edit, FileId, Suggestion};
use crate::source::{BOM, SourceError, SourceMap};
use crate::text;

/// The result of [`apply`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct AppliedFixes {
    /// The new bytes of each changed file. Bytes outside the edits are unchanged, including line ends, a
    /// byte order mark, and bytes that are not UTF-8. Edits of an [embedded](SourceMap::embed) file change the
    /// outermost file.
    pub files: BTreeMap<FileId, Vec<u8>>,
    /// The 0-based indices of the applied suggestions, ascending.
    pub applied: Vec<usize>,
    /// The other suggestions, in ascending order of their indices.
    pub rejected: Vec<RejectedSuggestion>,
}

/// A suggestion that was not applied.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct RejectedSuggestion {
    /// The 0-based index of the suggestion.
    pub index: usize,
    /// The message of the suggestion.
    pub message: String,
    /// Why it was not applied.
    pub reason: RejectionReason,
}

/// Why a suggestion was not applied.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum RejectionReason {
    /// One of its edits overlaps an edit of a suggestion that was applied before, or inserts at the same
    /// offset.
    Overlap {
        /// The message of the suggestion that was applied.
        with: String,
    },
    /// The span of one of its edits is not in the sources, or is in an embedded file and cannot be edited in the file
    /// that contains it.
    InvalidSpan {
        /// What is wrong with the span.
        error: String,
    },
    /// It has several alternatives. A person has to choose one, see [`Suggestion::choose`].
    Alternatives {
        /// The number of alternatives.
        count: usize,
    },
    /// One of its edits is in a [snippet](crate::SourceText::with_first_line). The rest of the file would be lost.
    Snippet {
        /// The file's path.
        path: String,
    },
    /// One of its edits is in a file whose text is [unavailable](SourceMap::add_unavailable).
    Unavailable {
        /// The file's path.
        path: String,
    },
}

impl fmt::Display for RejectedSuggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` was not applied: ", text::one_line(&self.message))?;
        match &self.reason {
            RejectionReason::Overlap { with } => {
                write!(f, "it overlaps `{}`", text::one_line(with))
            }
            RejectionReason::InvalidSpan { error } => f.write_str(error),
            RejectionReason::Alternatives { count } => {
                write!(f, "a person has to choose one of its {count} alternatives")
            }
            RejectionReason::Snippet { path } => {
                write!(f, "only a part of `{}` is available", text::one_line(path))
            }
            RejectionReason::Unavailable { path } => {
                write!(f, "the text of `{}` is not available", text::one_line(path))
            }
        }
    }
}

/// Applies suggestions in the order given. If two of them overlap, the later one is rejected. A suggestion is
/// applied as a whole or not at all. One with several alternatives is rejected: pass the one that a person
/// [chose](Suggestion::choose).
///
/// The applicability is ignored. If no person reviews the result, pass only
/// [machine-applicable](crate::Applicability::MachineApplicable) suggestions. Those of children are in
/// [`Diagnostic::all_suggestions`](crate::Diagnostic::all_suggestions).
///
/// ```
/// use vitte_diag::{Applicability, Edit, SourceMap, Suggestion, fix};
///
/// let mut sources = SourceMap::new();
/// let file = sources.add("a.vitte", "let x = 1\r\n")?;
/// let edit = Edit::replace(sources.span(file, 4..5)?, "y");
/// let rename = Suggestion::single("rename it", edit, Applicability::MachineApplicable);
///
/// let applied = fix::apply(&sources, [&rename, &rename]);
/// assert_eq!(applied.files[&file], b"let y = 1\r\n");
/// assert_eq!(applied.rejected[0].to_string(), "`rename it` was not applied: it overlaps `rename it`");
/// # Ok::<(), vitte_diag::SourceError>(())
/// ```
#[must_use]
pub fn apply<'a>(
    sources: &SourceMap,
    suggestions: impl IntoIterator<Item = &'a Suggestion>,
) -> AppliedFixes {
    let mut accepted = AcceptedEdits::default();
    let mut fixes = AppliedFixes::default();
    for (index, suggestion) in suggestions.into_iter().enumerate() {
        match checked_edits(sources, suggestion).and_then(|edits| accepted.add(edits, suggestion)) {
            Ok(()) => fixes.applied.push(index),
            Err(reason) => {
                let message = suggestion.message().to_owned();
                fixes.rejected.push(RejectedSuggestion { index, message, reason });
            }
        }
    }
    for (id, edits) in accepted.0 {
        if let Ok(file) = sources.file(id) {
            let new = apply_edits(file.bytes(), edits.values().map(|(edit, _)| &**edit));
            if new != file.bytes() {
                fixes.files.insert(id, new);
            }
        }
    }
    fixes
}

/// Returns the edits with which [`apply`] would apply suggestions, without those that have an edit that `can_edit`
/// rejects: sorted by file and offset, without overlaps.
pub(crate) fn accepted_edits<'a>(
    sources: &SourceMap,
    suggestions: impl IntoIterator<Item = &'a Suggestion>,
    can_edit: impl Fn(&Edit) -> bool,
) -> Vec<Edit> {
    let mut accepted = AcceptedEdits::default();
    for suggestion in suggestions {
        let edits = checked_edits(sources, suggestion).ok();
        if let Some(edits) = edits.filter(|edits| edits.iter().all(&can_edit)) {
            _ = accepted.add(edits, suggestion);
        }
    }
    let edits = accepted.0.into_values().flat_map(BTreeMap::into_values);
    edits.map(|(edit, _)| edit.into_owned()).collect()
}

/// Returns the edits of a suggestion in the outermost files, or why it cannot be applied to these sources.
fn checked_edits<'a>(
    sources: &SourceMap,
    suggestion: &'a Suggestion,
) -> Result<Cow<'a, [Edit]>, RejectionReason> {
    if suggestion.has_alternatives() {
        let count = suggestion.alternatives().count();
        return Err(RejectionReason::Alternatives { count });
    }
    let invalid = |error: SourceError| RejectionReason::InvalidSpan { error: error.to_string() };
    let edits = check::resolved_edits(sources, suggestion.edits());
    let edits = edits.map_err(|(_, error)| invalid(error))?;
    for edit in edits.iter() {
        let file = sources.file(edit.span().file()).map_err(invalid)?;
        let path = || file.path().to_owned();
        if file.is_unavailable() {
            return Err(RejectionReason::Unavailable { path: path() });
        }
        if file.first_line() > 1 {
            return Err(RejectionReason::Snippet { path: path() });
        }
    }
    Ok(edits)
}

/// The edits to apply to each file. No two of them overlap.
#[derive(Default)]
struct AcceptedEdits<'a>(BTreeMap<FileId, EditsBySpan<'a>>);

/// The edits of one file by `(lo, hi)`, each with its suggestion.
type EditsBySpan<'a> = BTreeMap<(u32, u32), (Cow<'a, Edit>, &'a Suggestion)>;

impl<'a> AcceptedEdits<'a> {
    /// Returns the message of an accepted suggestion with an edit that overlaps `edit`.
    fn overlap(&self, edit: &Edit) -> Option<&'a str> {
        let (lo, hi) = (edit.span().lo(), edit.span().hi());
        let edits = self.0.get(&edit.span().file())?;
        // Accepted edits do not overlap each other, so only the neighbours can overlap this one.
        let before = edits.range(..=(lo, hi)).next_back();
        let after = edits.range((lo, hi)..).next();
        let mut neighbours = [before, after].into_iter().flatten().map(|(_, accepted)| accepted);
        let (_, other) = neighbours.find(|(other, _)| other.overlaps(edit))?;
        Some(other.message())
    }

    /// Adds the edits of a suggestion, unless one of them overlaps an accepted edit.
    fn add(
        &mut self,
        edits: Cow<'a, [Edit]>,
        suggestion: &'a Suggestion,
    ) -> Result<(), RejectionReason> {
        if let Some(with) = edits.iter().find_map(|edit| self.overlap(edit)) {
            return Err(RejectionReason::Overlap { with: with.to_owned() });
        }
        let edits: Vec<Cow<'a, Edit>> = match edits {
            Cow::Borrowed(edits) => edits.iter().map(Cow::Borrowed).collect(),
            Cow::Owned(edits) => edits.into_iter().map(Cow::Owned).collect(),
        };
        for edit in edits {
            let span = edit.span();
            let own = self.0.entry(span.file()).or_default();
            own.insert((span.lo(), span.hi()), (edit, suggestion));
        }
        Ok(())
    }
}

/// Applies edits to `bytes`. The edits are sorted and do not overlap.
fn apply_edits<'a>(bytes: &[u8], edits: impl Iterator<Item = &'a Edit>) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let (mut copied, mut edits) = (0, edits.peekable());
    while let Some(edit) = edits.next() {
        let Range { mut start, end } = edit.span().range();
        let keeps_bom = edits.peek().is_none_or(|next| next.span().lo() > 0);
        if end == 0 && keeps_bom && bytes.starts_with(BOM.as_bytes()) {
            // Text inserted at offset 0 goes after the byte order mark. Before it, the mark would become
            // a stray character.
            start = BOM.len();
        }
        out.extend_from_slice(bytes.get(copied..start).unwrap_or_default());
        out.extend_from_slice(edit.text().as_bytes());
        copied = start.max(end);
    }
    out.extend_from_slice(bytes.get(copied..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests;
