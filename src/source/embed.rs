//! Texts that are embedded in another source file.
//!
//! ```text
//! outer     let q = "SELECT \"a\"\nFROM t";           region: the bytes between the outer quotes
//!                    ───────┬┬─┬┬─┬─────
//! pieces             copied ↓↓ ↓↓ ↓ copied            `\"` and `\n` are replaced
//! embedded           SELECT " a " ⏎ FROM t
//! ```

mod pieces;

use std::borrow::Cow;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

pub(super) use pieces::{PieceMap, PieceMapBuilder};

use crate::model::Span;

/// A text that lies inside another file, for [`SourceMap::embed`](super::SourceMap::embed): a query in a string, a
/// cell of a notebook, a fenced block of a document.
///
/// [`new`](Self::new) is for a text that is written as it is, such as a raw string. [`from_pieces`](Self::from_pieces)
/// is for a text that is written differently in the outer file: with escapes, or indented.
///
/// ```
/// use vitte_diag::{
///     DiagnosticBag, EmbeddedPiece, EmbeddedText, HumanEmitter, SourceMap, Span, code,
/// };
///
/// let mut sources = SourceMap::new();
/// let outer = sources.insert("src/main.vitte", "let q = \"SELECT\\tname\\nFORM t\"\n");
/// let bytes = |lo, hi| Span::between(outer, lo, hi);
/// let query = EmbeddedText::from_pieces(bytes(9, 29), [
///     EmbeddedPiece::copied(bytes(9, 15)),
///     EmbeddedPiece::replaced(bytes(15, 17), "\t"),
///     EmbeddedPiece::copied(bytes(17, 21)),
///     EmbeddedPiece::replaced(bytes(21, 23), "\n"),
///     EmbeddedPiece::copied(bytes(23, 29)),
/// ]);
/// let query = sources.embed(query)?;
/// assert_eq!(sources.file(query)?.text(), "SELECT\tname\nFORM t");
///
/// let mut bag = DiagnosticBag::new();
/// bag.push_error(code!("S1"), sources.span(query, 12..16)?, "expected `FROM`");
/// let mut emitter = HumanEmitter::new(Vec::new());
/// bag.emit(&sources, &mut emitter)?;
/// assert_eq!(
///     String::from_utf8(emitter.into_inner())?,
///     r#"error[S1]: expected `FROM`
///  --> src/main.vitte:1:24
///   |
/// 1 | let q = "SELECT\tname\nFORM t"
///   |                        ^^^^
/// "#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "the text is embedded only if it is passed to `SourceMap::embed`"]
pub struct EmbeddedText {
    pub(super) region: Span,
    /// `None` if the text is that of the region.
    pub(super) pieces: Option<Vec<EmbeddedPiece>>,
    pub(super) escape: Option<Escape>,
}

impl EmbeddedText {
    /// Creates a text that is written in `region` as it is. It is not copied.
    pub const fn new(region: Span) -> Self {
        Self { region, pieces: None, escape: None }
    }

    /// Creates a text that consists of pieces, in their order. `region` is the part of the outer file that the text
    /// comes from: all pieces lie in it, and their spans are in ascending order and do not overlap.
    ///
    /// An offset in a copied piece has its exact location. In a replaced piece it has that of the whole piece: all of
    /// the escape `\u{e9}` is marked. In an added piece it has that of the end of the piece before.
    pub fn from_pieces(region: Span, pieces: impl IntoIterator<Item = EmbeddedPiece>) -> Self {
        Self { region, pieces: Some(pieces.into_iter().collect()), escape: None }
    }

    /// Sets how the text of an edit is written in the outer file: with escapes, or with the indentation after each
    /// line end. `escape` returns `None` if a text cannot be written there; the edit is then rejected.
    ///
    /// Without this function the text of an edit is inserted as it is. In a text [from pieces](Self::from_pieces) that
    /// is done only if it consists of letters, digits, blanks and some punctuation, which need no escape anywhere;
    /// other edits are rejected.
    ///
    /// ```
    /// use vitte_diag::{Applicability, Edit, EmbeddedPiece, EmbeddedText, SourceMap, Span, Suggestion, fix};
    ///
    /// let mut sources = SourceMap::new();
    /// let outer = sources.insert("README.md", "- ```\n  let x = 1\n  let x = 2\n  ```\n");
    /// let bytes = |lo, hi| Span::between(outer, lo, hi);
    /// let block = EmbeddedText::from_pieces(bytes(6, 30), [
    ///     EmbeddedPiece::replaced(bytes(6, 8), ""),
    ///     EmbeddedPiece::copied(bytes(8, 18)),
    ///     EmbeddedPiece::replaced(bytes(18, 20), ""),
    ///     EmbeddedPiece::copied(bytes(20, 30)),
    /// ]);
    /// let block = block.with_escape(|text| Some(text.replace('\n', "\n  ")));
    /// let block = sources.embed(block)?;
    /// assert_eq!(sources.file(block)?.text(), "let x = 1\nlet x = 2\n");
    ///
    /// let edit = Edit::insert(block, 10, "let y = 0\n");
    /// let insert = Suggestion::single("declare `y`", edit, Applicability::Unspecified);
    /// let new = "- ```\n  let x = 1\n  let y = 0\n  let x = 2\n  ```\n";
    /// assert_eq!(fix::apply(&sources, [&insert]).files[&outer], new.as_bytes());
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    pub fn with_escape(
        mut self,
        escape: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.escape = Some(Escape(Arc::new(AssertUnwindSafe(Box::new(escape)))));
        self
    }
}

/// A text that is written in the span as it is.
impl From<Span> for EmbeddedText {
    fn from(region: Span) -> Self {
        Self::new(region)
    }
}

/// A piece of an [`EmbeddedText`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EmbeddedPiece {
    /// Where the piece is written in the outer file.
    pub(super) outer: Option<Span>,
    /// The text, if it differs from that of the outer file.
    pub(super) text: Option<Cow<'static, str>>,
}

impl EmbeddedPiece {
    /// Creates a piece with the text of a span of the outer file.
    #[must_use]
    pub const fn copied(outer: Span) -> Self {
        Self { outer: Some(outer), text: None }
    }

    /// Creates a piece with a `text` that is written differently in the outer file, such as a line feed for the escape
    /// `\n`. The text is empty for something that is omitted, such as the indentation of a block or the end of one
    /// string and the start of the next one; if an edit removes the text before it, it is removed too.
    #[must_use]
    pub fn replaced(outer: Span, text: impl Into<Cow<'static, str>>) -> Self {
        Self { outer: Some(outer), text: Some(text.into()) }
    }

    /// Creates a piece with a `text` that is not in the outer file, such as a line end between two cells.
    #[must_use]
    pub fn added(text: impl Into<Cow<'static, str>>) -> Self {
        Self { outer: None, text: Some(text.into()) }
    }
}

/// A function that escapes text. A panic of it cannot break anything here.
#[derive(Clone)]
pub(super) struct Escape(Arc<AssertUnwindSafe<EscapeFn>>);

type EscapeFn = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

impl fmt::Debug for Escape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Escape")
    }
}

impl Escape {
    /// Returns the escaped text, or `None` if it cannot be written in the outer file.
    pub(super) fn apply(&self, text: &str) -> Option<String> {
        (self.0.as_ref().0)(text)
    }
}
