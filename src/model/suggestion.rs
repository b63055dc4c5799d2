//! Suggestions: edits of the sources that would fix a problem.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::span::{FileId, Span};

/// How certain the compiler is that a [`Suggestion`] is correct.
///
/// The four levels are those of rustc (`rustc_lint_defs::Applicability`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(description = "How sure the compiler is."))]
pub enum Applicability {
    /// The suggestion is what the user meant. A tool may apply it without asking.
    MachineApplicable,
    /// The suggestion may be what the user meant. A person has to review it.
    MaybeIncorrect,
    /// The suggestion contains placeholders such as `/* type */` that a person has to fill in.
    HasPlaceholders,
    /// The compiler does not state how certain it is.
    Unspecified,
}

impl Applicability {
    /// Returns the name in JSON, such as `machine-applicable`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MachineApplicable => "machine-applicable",
            Self::MaybeIncorrect => "maybe-incorrect",
            Self::HasPlaceholders => "has-placeholders",
            Self::Unspecified => "unspecified",
        }
    }
}

/// One edit of a source file: replaces a span with new text.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Edit {
    span: Span,
    text: Cow<'static, str>,
}

impl Edit {
    /// Creates an edit that replaces the bytes of `span` with `text`.
    #[must_use]
    pub fn replace(span: Span, text: impl Into<Cow<'static, str>>) -> Self {
        Self { span, text: text.into() }
    }

    /// Creates an edit that inserts `text` before byte `at` of `file`.
    #[must_use]
    pub fn insert(file: FileId, at: u32, text: impl Into<Cow<'static, str>>) -> Self {
        Self::replace(Span::empty(file, at), text)
    }

    /// Creates an edit that deletes the bytes of `span`.
    #[must_use]
    pub const fn remove(span: Span) -> Self {
        Self { span, text: Cow::Borrowed("") }
    }

    /// Returns the span that is replaced. It is empty for an insertion.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Returns the new text. It is empty for a deletion.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns true if the two edits conflict: they share a byte, one is inside the other, or both insert
    /// at the same offset, where the order of the insertions would be ambiguous.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let (first, second) =
            if self.span <= other.span { (self.span, other.span) } else { (other.span, self.span) };
        first.file() == second.file() && (first.hi() > second.lo() || first == second)
    }
}

/// A message and the edits that would fix a problem.
///
/// There is at least one edit. The edits are sorted by span, do not overlap, and may be in several files.
/// They form one change: either all of them are applied or none.
///
/// With [`alternatives`](Self::with_alternatives) there are several such changes, of which a person chooses one.
///
/// ```
/// use vitte_diag::{Applicability, Edit, FileId, Span, Suggestion};
///
/// let (file, old) = (FileId::new(0), Span::new(FileId::new(0), 4, 7)?);
/// let rename = Suggestion::new(
///     "rename it",
///     [Edit::replace(old, "sum"), Edit::insert(file, 0, "pub ")],
///     Applicability::MaybeIncorrect,
/// )?;
/// assert_eq!(rename.edits()[0].text(), "pub ", "edits are sorted");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Suggestion {
    message: Cow<'static, str>,
    /// The edits of the first alternative.
    edits: Vec<Edit>,
    /// The edits of the other alternatives.
    others: Vec<Vec<Edit>>,
    applicability: Applicability,
}

impl Suggestion {
    /// Creates a suggestion with one or more edits in any order.
    ///
    /// # Errors
    ///
    /// A [`SuggestionError`] if there is no edit, or if two edits overlap.
    pub fn new(
        message: impl Into<Cow<'static, str>>,
        edits: impl IntoIterator<Item = Edit>,
        applicability: Applicability,
    ) -> Result<Self, SuggestionError> {
        let edits = sorted(edits)?;
        Ok(Self { message: message.into(), edits, others: Vec::new(), applicability })
    }

    /// Creates a suggestion with one edit.
    #[must_use]
    pub fn single(
        message: impl Into<Cow<'static, str>>,
        edit: Edit,
        applicability: Applicability,
    ) -> Self {
        Self { message: message.into(), edits: vec![edit], others: Vec::new(), applicability }
    }

    /// Creates a suggestion with several alternatives, each of which has one or more edits. A person chooses one of
    /// them, so no tool applies them without asking.
    ///
    /// ```
    /// use vitte_diag::{Applicability, Edit, FileId, Suggestion};
    ///
    /// let import = |path: &str| [Edit::insert(FileId::new(0), 0, format!("use {path};\n"))];
    /// let imports = Suggestion::with_alternatives(
    ///     "consider importing one of these",
    ///     [import("std::fmt::Result"), import("std::io::Result")],
    ///     Applicability::MaybeIncorrect,
    /// )?;
    /// assert_eq!(imports.alternatives().count(), 2);
    /// # Ok::<(), vitte_diag::SuggestionError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A [`SuggestionError`] if there is no alternative, if one has no edit, or if two edits of one overlap.
    pub fn with_alternatives<E: IntoIterator<Item = Edit>>(
        message: impl Into<Cow<'static, str>>,
        alternatives: impl IntoIterator<Item = E>,
        applicability: Applicability,
    ) -> Result<Self, SuggestionError> {
        let mut alternatives = alternatives.into_iter().map(sorted);
        let edits = alternatives.next().ok_or(SuggestionError::Empty)??;
        let others = alternatives.collect::<Result<_, _>>()?;
        Ok(Self { message: message.into(), edits, others, applicability })
    }

    /// Returns the message, an imperative such as "add `.end`".
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the edits of the first alternative, which usually is the only one: at least one edit, sorted by span,
    /// without overlaps.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Returns the edits of each alternative. There is at least one.
    pub fn alternatives(&self) -> impl Iterator<Item = &[Edit]> {
        std::iter::once(self.edits.as_slice()).chain(self.others.iter().map(Vec::as_slice))
    }

    /// Returns the suggestion with only one of its alternatives, the one with a 0-based index. Returns `None` if there
    /// is no such alternative.
    ///
    /// ```
    /// use vitte_diag::{Applicability, Edit, FileId, Suggestion};
    ///
    /// let insert = |text: &'static str| [Edit::insert(FileId::new(0), 0, text)];
    /// let either = Suggestion::with_alternatives(
    ///     "declare it",
    ///     [insert("let x\n"), insert("var x\n")],
    ///     Applicability::MaybeIncorrect,
    /// )?;
    /// let chosen = either.choose(1).expect("there are two");
    /// assert_eq!(chosen.edits(), insert("var x\n"));
    /// assert!(!chosen.has_alternatives() && either.choose(2).is_none());
    /// # Ok::<(), vitte_diag::SuggestionError>(())
    /// ```
    #[must_use]
    pub fn choose(&self, index: usize) -> Option<Self> {
        let edits = self.alternatives().nth(index)?.to_vec();
        let (message, applicability) = (self.message.clone(), self.applicability);
        Some(Self { message, edits, others: Vec::new(), applicability })
    }

    /// Returns true if a person has to choose one of several alternatives.
    #[must_use]
    pub fn has_alternatives(&self) -> bool {
        !self.others.is_empty()
    }

    /// Returns how certain the compiler is that the suggestion is correct.
    #[must_use]
    pub const fn applicability(&self) -> Applicability {
        self.applicability
    }
}

/// Sorts the edits of one change.
fn sorted(edits: impl IntoIterator<Item = Edit>) -> Result<Vec<Edit>, SuggestionError> {
    let mut edits: Vec<Edit> = edits.into_iter().collect();
    edits.sort_by_key(Edit::span);
    if edits.is_empty() {
        return Err(SuggestionError::Empty);
    }
    let mut pairs = edits.iter().zip(edits.iter().skip(1));
    if let Some((first, second)) = pairs.find(|(first, second)| first.overlaps(second)) {
        return Err(SuggestionError::Overlap { first: first.span, second: second.span });
    }
    Ok(edits)
}

/// Why a [`Suggestion`] could not be created.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SuggestionError {
    /// There is no edit.
    Empty,
    /// Two edits overlap or insert at the same offset.
    Overlap {
        /// The span of the edit that begins first.
        first: Span,
        /// The span of the other edit.
        second: Span,
    },
}

impl fmt::Display for SuggestionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a suggestion needs at least one edit"),
            Self::Overlap { first, second } => write!(
                f,
                "the edits at bytes {}..{} and {}..{} overlap",
                first.lo(),
                first.hi(),
                second.lo(),
                second.hi()
            ),
        }
    }
}

impl std::error::Error for SuggestionError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(lo: u32, hi: u32) -> Edit {
        Edit::replace(Span::new(FileId::new(0), lo, hi).unwrap(), "x")
    }

    fn suggestion(edits: &[(u32, u32)]) -> Result<Suggestion, SuggestionError> {
        let edits = edits.iter().map(|&(lo, hi)| edit(lo, hi));
        Suggestion::new("m", edits, Applicability::Unspecified)
    }

    #[test]
    fn edits_are_sorted_and_do_not_overlap() {
        let ok = suggestion(&[(7, 9), (3, 3), (3, 5), (5, 7), (9, 9)]).unwrap();
        let spans: Vec<_> = ok.edits().iter().map(|e| (e.span().lo(), e.span().hi())).collect();
        assert_eq!(spans, [(3, 3), (3, 5), (5, 7), (7, 9), (9, 9)]);
        for bad in [&[(3, 5), (4, 6)][..], &[(3, 9), (4, 4)], &[(3, 3), (3, 3)], &[(1, 2), (1, 2)]]
        {
            assert!(matches!(suggestion(bad), Err(SuggestionError::Overlap { .. })), "{bad:?}");
        }
        assert_eq!(suggestion(&[]), Err(SuggestionError::Empty));
    }

    #[test]
    fn alternatives_are_checked_one_by_one() {
        let make = |alternatives: Vec<Vec<Edit>>| {
            Suggestion::with_alternatives("m", alternatives, Applicability::Unspecified)
        };
        let two = make(vec![vec![edit(3, 5), edit(1, 2)], vec![edit(3, 5)]]).unwrap();
        assert!(two.has_alternatives());
        let lens: Vec<_> = two.alternatives().map(<[Edit]>::len).collect();
        assert_eq!((lens, two.edits()[0].span().lo()), (vec![2, 1], 1));
        let one = make(vec![vec![edit(3, 5)]]).unwrap();
        assert_eq!(one, Suggestion::single("m", edit(3, 5), Applicability::Unspecified));
        assert_eq!(make(vec![]), Err(SuggestionError::Empty));
        assert_eq!(make(vec![vec![edit(1, 2)], vec![]]), Err(SuggestionError::Empty));
        assert!(make(vec![vec![edit(1, 2)], vec![edit(3, 5), edit(4, 6)]]).is_err());
    }

    #[test]
    fn edits_of_two_files_never_overlap() {
        let other = Edit::remove(Span::new(FileId::new(1), 0, 9).unwrap());
        assert!(!other.overlaps(&edit(0, 9)) && !edit(0, 9).overlaps(&other));
    }

    #[test]
    fn as_str_is_the_name_in_json() {
        use Applicability::{HasPlaceholders, MachineApplicable, MaybeIncorrect, Unspecified};
        for one in [MachineApplicable, MaybeIncorrect, HasPlaceholders, Unspecified] {
            assert_eq!(serde_json::to_string(&one).unwrap(), format!("\"{}\"", one.as_str()));
        }
    }
}
