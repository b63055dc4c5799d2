//! Files that are embedded in other files.

use std::sync::Arc;

use super::SourceFile;
use super::content::Content;
use crate::model::{Edit, FileId, Span};
use crate::source::SourceError;
use crate::source::embed::{EmbeddedPiece, EmbeddedText, Escape, PieceMap, PieceMapBuilder};

/// The maximum depth of texts that are embedded in one another.
const MAX_DEPTH: usize = 64;

/// How a file is embedded in another one.
#[derive(Debug)]
pub(super) struct Embedding {
    outer: Arc<SourceFile>,
    map: PieceMap,
    rule: EditRule,
    /// 1 if the outer file is not embedded.
    depth: usize,
}

/// How the text of an edit is written in the outer file.
#[derive(Debug)]
enum EditRule {
    AsIs,
    /// As it is, and only if no language would require an escape.
    PlainOnly,
    Escape(Escape),
}

impl Embedding {
    /// Returns how a text is embedded in `outer`, and the text itself if it is not just that of the region.
    fn new(
        text: EmbeddedText,
        outer: &Arc<SourceFile>,
    ) -> Result<(Self, Option<String>), SourceError> {
        let EmbeddedText { region, pieces, escape } = text;
        if outer.is_unavailable() {
            return Err(outer.unavailable_error());
        }
        outer.check_offsets(region)?;
        let depth = outer.embedding.as_ref().map_or(0, |outer| outer.depth) + 1;
        if depth > MAX_DEPTH {
            return Err(SourceError::NestedTooDeeply {
                path: outer.path().to_owned(),
                limit: MAX_DEPTH,
            });
        }
        let mut map = PieceMapBuilder::new(region);
        let text = match pieces {
            None => {
                // The region is always inside of itself.
                _ = map.copy(region);
                None
            }
            Some(pieces) => {
                let mut text = String::new();
                for (index, piece) in pieces.iter().enumerate() {
                    let added = add(piece, outer, &mut text, &mut map);
                    added.map_err(|reason| SourceError::InvalidPiece { index, reason })?;
                }
                Some(text)
            }
        };
        let rule = match (escape, &text) {
            (Some(escape), _) => EditRule::Escape(escape),
            (None, None) => EditRule::AsIs,
            (None, Some(_)) => EditRule::PlainOnly,
        };
        Ok((Self { outer: Arc::clone(outer), map: map.finish(), rule, depth }, text))
    }

    /// Returns the edit of the outer file that has the effect of `edit`, whose span is valid, or why there is none.
    fn outer_edit(&self, edit: &Edit) -> Result<Edit, &'static str> {
        let span = self.map.outer_edit(edit.span())?;
        let text = match &self.rule {
            _ if edit.text().is_empty() => String::new(),
            EditRule::AsIs => edit.text().to_owned(),
            EditRule::PlainOnly if edit.text().chars().all(is_plain) => edit.text().to_owned(),
            EditRule::PlainOnly => return Err("the new text may need escapes there"),
            EditRule::Escape(escape) => {
                escape.apply(edit.text()).ok_or("the new text cannot be written there")?
            }
        };
        Ok(Edit::replace(span, text))
    }
}

/// Appends a piece to the text, and its place in `outer` to the map. Returns why that is not possible.
fn add(
    piece: &EmbeddedPiece,
    outer: &SourceFile,
    text: &mut String,
    map: &mut PieceMapBuilder,
) -> Result<(), String> {
    if let Some(span) = piece.outer {
        outer.check_own(span).map_err(|error| error.to_string())?;
    }
    match (piece.outer, &piece.text) {
        (Some(span), None) => {
            text.push_str(outer.text().get(span.range()).unwrap_or_default());
            map.copy(span)
        }
        (span, new) => {
            let new = new.as_deref().unwrap_or_default();
            text.push_str(new);
            map.replace(span, new.len())
        }
    }
}

/// Returns true for a character that is written as it is in strings, comments and markup of usual languages.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, ' ' | '_' | '.' | ',' | ';' | ':' | '(' | ')' | '=' | '+' | '-')
}

impl SourceFile {
    /// Creates a file that is embedded in `outer`.
    pub(in crate::source) fn embedded(
        id: FileId,
        text: EmbeddedText,
        outer: &Arc<Self>,
    ) -> Result<Self, SourceError> {
        let region = text.region;
        let (embedding, text) = Embedding::new(text, outer)?;
        let path: Arc<str> = format!("{}[{}..{}]", outer.path(), region.lo(), region.hi()).into();
        let content = match text {
            Some(text) => Content::new(&path, text.into())?,
            None => Content::part_of(outer, region.range()),
        };
        let embedding = Some(Box::new(embedding));
        Ok(Self { embedding, ..Self::with_content(id, path, content) })
    }

    /// Returns the file in which this one is [embedded](crate::SourceMap::embed), or `None`.
    ///
    /// ```
    /// use vitte_diag::{SourceMap, Span};
    ///
    /// let mut sources = SourceMap::new();
    /// let shop = sources.insert("shop.vitte", "let q = `SELECT 1`\n");
    /// let query = sources.embed(Span::between(shop, 9, 17))?;
    /// let query = sources.file(query)?;
    /// assert_eq!((query.text(), query.path()), ("SELECT 1", "shop.vitte[9..17]"));
    /// assert_eq!(query.outer().map(|outer| outer.path()), Some("shop.vitte"));
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    #[must_use]
    pub fn outer(&self) -> Option<&Self> {
        self.embedding.as_ref().map(|embedding| &*embedding.outer)
    }

    /// Returns true if the file is embedded in another one, so that its spans have to be converted before they are
    /// shown.
    pub(crate) const fn is_embedded(&self) -> bool {
        self.embedding.is_some()
    }

    /// Returns the outermost file, which is this one if it is not embedded.
    pub(crate) fn outermost_file(&self) -> &Self {
        let mut file = self;
        while let Some(embedding) = &file.embedding {
            file = &embedding.outer;
        }
        file
    }

    /// Returns the outermost file, and the span in it at which a valid span of this file is written. For a file that
    /// is not embedded these are the file itself and `span`.
    pub(crate) fn outermost(&self, span: Span) -> (&Self, Span) {
        let (mut file, mut span) = (self, span);
        while let Some(embedding) = &file.embedding {
            span = embedding.map.outer_span(span);
            file = &embedding.outer;
        }
        (file, span)
    }

    /// Returns the edit of the outermost file that has the effect of an edit of this file, whose span is valid.
    pub(in crate::source) fn outermost_edit(&self, edit: &Edit) -> Result<Edit, SourceError> {
        let (mut file, mut edit) = (self, edit.clone());
        while let Some(embedding) = &file.embedding {
            edit = embedding.outer_edit(&edit).map_err(|reason| SourceError::NotEditable {
                path: file.path().to_owned(),
                outer: embedding.outer.path().to_owned(),
                reason,
            })?;
            file = &embedding.outer;
        }
        Ok(edit)
    }
}
