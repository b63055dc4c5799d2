//! Applying suggestions: new text for the files that they change.
//!
//! ```text
//! suggestions ─▶ apply ─▶ new bytes of each file ─▶ diff      (feature `fix`)
//!                └ rejected: which and why          └▶ replace   on disk, at once or not at all
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

/// What [`apply`] did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct AppliedFixes {
    /// The new bytes of each file that changes. All that no edit touches is as it was: line ends,
    /// a byte order mark, bytes that are not UTF-8.
    pub files: BTreeMap<FileId, Vec<u8>>,
    /// The suggestions that were applied, by their 0-based numbers.
    pub applied: Vec<usize>,
    /// The others, in their order.
    pub rejected: Vec<RejectedSuggestion>,
}

/// A suggestion that was not applied.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct RejectedSuggestion {
    /// Its 0-based number.
    pub index: usize,
    /// What it would have done.
    pub message: String,
    /// Why it was not applied.
    pub reason: RejectionReason,
}

/// Why a suggestion was not applied.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum RejectionReason {
    /// An edit of it overlaps one of this suggestion, which was applied before, or inserts at the
    /// same place.
    Overlap {
        /// The message of the other one.
        with: String,
    },
    /// An edit of it is of what is not there.
    Broken {
        /// What is wrong with its span.
        error: String,
    },
    /// An edit of it is of a file that is not here.
    Missing {
        /// The file's path.
        path: String,
    },
}

impl fmt::Display for RejectedSuggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not applied: ", text::one_line(&self.message))?;
        match &self.reason {
            RejectionReason::Overlap { with } => {
                write!(f, "it changes what `{}` changes", text::one_line(with))
            }
            RejectionReason::Broken { error } => f.write_str(error),
            RejectionReason::Missing { path } => {
                write!(f, "`{}` is not here", text::one_line(path))
            }
        }
    }
}

/// Applies suggestions, the first ones first: of two that change the same bytes, the later one is
/// rejected. Each is applied as a whole or not at all.
///
/// All that is given is applied, however sure the compiler is of it: for what nobody looks at give only
/// those that are [machine-applicable](crate::Applicability::MachineApplicable).
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
/// assert_eq!(applied.rejected[0].to_string(), "`rename it` is not applied: it changes what `rename it` changes");
/// # Ok::<(), vitte_diag::SourceError>(())
/// ```
#[must_use]
pub fn apply<'a>(
    sources: &SourceMap,
    suggestions: impl IntoIterator<Item = &'a Suggestion>,
) -> AppliedFixes {
    let mut taken = Taken::default();
    let mut done = AppliedFixes::default();
    for (index, suggestion) in suggestions.into_iter().enumerate() {
        match check(sources, suggestion).or_else(|| taken.overlap(suggestion)) {
            None => {
                taken.take(suggestion);
                done.applied.push(index);
            }
            Some(reason) => {
                let message = suggestion.message().to_owned();
                done.rejected.push(RejectedSuggestion { index, message, reason });
            }
        }
    }
    for (id, edits) in taken.0 {
        if let Ok(file) = sources.file(id) {
            let new = edited(file.bytes(), edits.values().map(|(edit, _)| *edit));
            if new != file.bytes() {
                done.files.insert(id, new);
            }
        }
    }
    done
}

/// What keeps a suggestion from being applied at all.
fn check(sources: &SourceMap, suggestion: &Suggestion) -> Option<RejectionReason> {
    suggestion.edits().iter().find_map(|edit| match sources.check(edit.span()) {
        Err(error) => Some(RejectionReason::Broken { error: error.to_string() }),
        Ok(file) if file.is_unavailable() => {
            Some(RejectionReason::Missing { path: file.path().to_owned() })
        }
        Ok(_) => None,
    })
}

/// The edits that are to be done, by file and place, each with its suggestion. None overlaps another.
#[derive(Default)]
struct Taken<'a>(BTreeMap<FileId, ByPlace<'a>>);

/// Edits of one file by their first byte and the one after their last.
type ByPlace<'a> = BTreeMap<(u32, u32), (&'a Edit, &'a Suggestion)>;

impl<'a> Taken<'a> {
    fn overlap(&self, suggestion: &Suggestion) -> Option<RejectionReason> {
        suggestion.edits().iter().find_map(|edit| {
            let (lo, hi) = (edit.span().lo(), edit.span().hi());
            let edits = self.0.get(&edit.span().file())?;
            // None overlaps another, so only the neighbours can overlap this one.
            let before = edits.range(..=(lo, hi)).next_back();
            let behind = edits.range((lo, hi)..).next();
            let mut neighbours = [before, behind].into_iter().flatten().map(|(_, taken)| taken);
            let (_, other) = neighbours.find(|(other, _)| other.overlaps(edit))?;
            Some(RejectionReason::Overlap { with: other.message().to_owned() })
        })
    }

    fn take(&mut self, suggestion: &'a Suggestion) {
        for edit in suggestion.edits() {
            let span = edit.span();
            let edits = self.0.entry(span.file()).or_default();
            edits.insert((span.lo(), span.hi()), (edit, suggestion));
        }
    }
}

/// `bytes` after edits that are sorted and do not overlap.
fn edited<'a>(bytes: &[u8], edits: impl Iterator<Item = &'a Edit>) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let (mut copied, mut edits) = (0, edits.peekable());
    while let Some(edit) = edits.next() {
        let Range { mut start, end } = edit.span().range();
        let stays = edits.peek().is_none_or(|next| next.span().lo() > 0);
        if end == 0 && stays && bytes.starts_with(BOM.as_bytes()) {
            // What is inserted at the very beginning stands behind a byte order mark, as it is shown:
            // before it, the mark would be a stray character of the text.
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
