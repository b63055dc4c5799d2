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
mod disk;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

#[cfg(feature = "fix")]
pub use disk::{WriteError, WriteErrorKind, diff, replace};

use crate::model::{Edit, FileId, Suggestion};
use crate::source::{BOM, SourceMap};
use crate::text;

/// The result of [`apply`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct AppliedFixes {
    /// The new bytes of each changed file. Bytes outside the edits are unchanged, including line ends, a
    /// byte order mark, and bytes that are not UTF-8.
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
    /// The span of one of its edits is not in the sources.
    InvalidSpan {
        /// What is wrong with the span.
        error: String,
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
            RejectionReason::Unavailable { path } => {
                write!(f, "the text of `{}` is not available", text::one_line(path))
            }
        }
    }
}

/// Applies suggestions in the order given. If two of them overlap, the later one is rejected. A suggestion is
/// applied as a whole or not at all.
///
/// The applicability is ignored. If no person reviews the result, pass only
/// [machine-applicable](crate::Applicability::MachineApplicable) suggestions.
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
        match check_spans(sources, suggestion).or_else(|| accepted.overlap(suggestion)) {
            None => {
                accepted.add(suggestion);
                fixes.applied.push(index);
            }
            Some(reason) => {
                let message = suggestion.message().to_owned();
                fixes.rejected.push(RejectedSuggestion { index, message, reason });
            }
        }
    }
    for (id, edits) in accepted.0 {
        if let Ok(file) = sources.file(id) {
            let new = apply_edits(file.bytes(), edits.values().map(|(edit, _)| *edit));
            if new != file.bytes() {
                fixes.files.insert(id, new);
            }
        }
    }
    fixes
}

/// Returns why a suggestion cannot be applied to these sources, or `None` if it can.
fn check_spans(sources: &SourceMap, suggestion: &Suggestion) -> Option<RejectionReason> {
    suggestion.edits().iter().find_map(|edit| match sources.check(edit.span()) {
        Err(error) => Some(RejectionReason::InvalidSpan { error: error.to_string() }),
        Ok(file) if file.is_unavailable() => {
            Some(RejectionReason::Unavailable { path: file.path().to_owned() })
        }
        Ok(_) => None,
    })
}

/// The edits to apply to each file. No two of them overlap.
#[derive(Default)]
struct AcceptedEdits<'a>(BTreeMap<FileId, EditsBySpan<'a>>);

/// The edits of one file by `(lo, hi)`, each with its suggestion.
type EditsBySpan<'a> = BTreeMap<(u32, u32), (&'a Edit, &'a Suggestion)>;

impl<'a> AcceptedEdits<'a> {
    /// Returns the reason for rejecting a suggestion that overlaps an accepted edit.
    fn overlap(&self, suggestion: &Suggestion) -> Option<RejectionReason> {
        suggestion.edits().iter().find_map(|edit| {
            let (lo, hi) = (edit.span().lo(), edit.span().hi());
            let edits = self.0.get(&edit.span().file())?;
            // Accepted edits do not overlap each other, so only the neighbours can overlap this one.
            let before = edits.range(..=(lo, hi)).next_back();
            let after = edits.range((lo, hi)..).next();
            let mut neighbours =
                [before, after].into_iter().flatten().map(|(_, accepted)| accepted);
            let (_, other) = neighbours.find(|(other, _)| other.overlaps(edit))?;
            Some(RejectionReason::Overlap { with: other.message().to_owned() })
        })
    }

    fn add(&mut self, suggestion: &'a Suggestion) {
        for edit in suggestion.edits() {
            let span = edit.span();
            let edits = self.0.entry(span.file()).or_default();
            edits.insert((span.lo(), span.hi()), (edit, suggestion));
        }
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
