//! How a problem may be mended: edits of the sources.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::span::{FileId, Span};

/// How sure a compiler is of a [`Suggestion`].
///
/// The four kinds are those of rustc (`rustc_lint_defs::Applicability`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(description = "How sure the compiler is."))]
pub enum Applicability {
    /// It is what the user meant: a tool may apply it unasked.
    MachineApplicable,
    /// It may be what the user meant: somebody has to look at it.
    MaybeIncorrect,
    /// It holds placeholders such as `/* type */`, to be filled in.
    HasPlaceholders,
    /// Nothing is known about it.
    Unspecified,
}

impl Applicability {
    /// The word that JSON has for it, such as `machine-applicable`.
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

/// One change of a source: new text in the place of some bytes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Edit {
    span: Span,
    text: Cow<'static, str>,
}

impl Edit {
    /// `text` in the place of the bytes of `span`.
    #[must_use]
    pub fn replace(span: Span, text: impl Into<Cow<'static, str>>) -> Self {
        Self { span, text: text.into() }
    }

    /// `text` before byte `at` of `file`.
    #[must_use]
    pub fn insert(file: FileId, at: u32, text: impl Into<Cow<'static, str>>) -> Self {
        Self::replace(Span::empty(file, at), text)
    }

    /// Nothing in the place of the bytes of `span`.
    #[must_use]
    pub const fn remove(span: Span) -> Self {
        Self { span, text: Cow::Borrowed("") }
    }

    /// The bytes that go.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// The text that comes.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether both cannot be done: they share a byte, one is inside the other, or both insert at
    /// one place, so that nobody could say which text comes first.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let (first, second) =
            if self.span <= other.span { (self.span, other.span) } else { (other.span, self.span) };
        first.file() == second.file() && (first.hi() > second.lo() || first == second)
    }
}

/// A way to mend a problem: a message and the edits that do it.
///
/// The edits are sorted, do not overlap, and are at least one; they may be in several files. They
/// are one change: all of them are applied, or none.
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
/// assert_eq!(rename.edits()[0].text(), "pub ", "sorted by place");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Suggestion {
    message: Cow<'static, str>,
    edits: Vec<Edit>,
    applicability: Applicability,
}

impl Suggestion {
    /// A suggestion of one or more edits, in any order.
    ///
    /// # Errors
    ///
    /// A [`SuggestionError`] when there is no edit, or when two overlap.
    pub fn new(
        message: impl Into<Cow<'static, str>>,
        edits: impl IntoIterator<Item = Edit>,
        applicability: Applicability,
    ) -> Result<Self, SuggestionError> {
        let mut edits: Vec<Edit> = edits.into_iter().collect();
        edits.sort_by_key(Edit::span);
        if edits.is_empty() {
            return Err(SuggestionError::Empty);
        }
        let mut neighbours = edits.iter().zip(edits.iter().skip(1));
        if let Some((first, second)) = neighbours.find(|(first, second)| first.overlaps(second)) {
            return Err(SuggestionError::Overlap { first: first.span, second: second.span });
        }
        Ok(Self { message: message.into(), edits, applicability })
    }

    /// A suggestion of one edit.
    #[must_use]
    pub fn single(
        message: impl Into<Cow<'static, str>>,
        edit: Edit,
        applicability: Applicability,
    ) -> Self {
        Self { message: message.into(), edits: vec![edit], applicability }
    }

    /// What it does, as an order: "add `.end`".
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What is to be changed: at least one edit, in the order of their places, none over another.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// How sure the compiler is of it.
    #[must_use]
    pub const fn applicability(&self) -> Applicability {
        self.applicability
    }
}

/// Why edits are no [`Suggestion`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SuggestionError {
    /// There is no edit.
    Empty,
    /// Two edits overlap, or insert at the same place.
    Overlap {
        /// The bytes of the edit that begins first.
        first: Span,
        /// Those of the other.
        second: Span,
    },
}

impl fmt::Display for SuggestionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a suggestion has at least one edit"),
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
        let places: Vec<_> = ok.edits().iter().map(|e| (e.span().lo(), e.span().hi())).collect();
        assert_eq!(places, [(3, 3), (3, 5), (5, 7), (7, 9), (9, 9)]);
        for bad in [&[(3, 5), (4, 6)][..], &[(3, 9), (4, 4)], &[(3, 3), (3, 3)], &[(1, 2), (1, 2)]]
        {
            assert!(matches!(suggestion(bad), Err(SuggestionError::Overlap { .. })), "{bad:?}");
        }
        assert_eq!(suggestion(&[]), Err(SuggestionError::Empty));
    }

    #[test]
    fn edits_of_two_files_never_overlap() {
        let other = Edit::remove(Span::new(FileId::new(1), 0, 9).unwrap());
        assert!(!other.overlaps(&edit(0, 9)) && !edit(0, 9).overlaps(&other));
    }

    #[test]
    fn words_of_json_are_the_words() {
        use Applicability::{HasPlaceholders, MachineApplicable, MaybeIncorrect, Unspecified};
        for one in [MachineApplicable, MaybeIncorrect, HasPlaceholders, Unspecified] {
            assert_eq!(serde_json::to_string(&one).unwrap(), format!("\"{}\"", one.as_str()));
        }
    }
}
