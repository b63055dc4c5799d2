//! Removes and replaces files, and embeds texts in them.

use std::borrow::Cow;
use std::sync::Arc;

use super::{EmbeddedText, Slot, SourceError, SourceFile, SourceMap, SourceText};
use crate::model::{Edit, FileId, Span};

impl SourceMap {
    /// Removes a file, and the files that are embedded in it. Their texts are freed when the last
    /// [`Arc`](Self::file_arc) and the last clone of the map are dropped.
    ///
    /// The id is not used again. A label in a removed file is replaced by a note that says so.
    ///
    /// ```
    /// use vitte_diag::{DiagnosticBag, HumanEmitter, SourceMap, Span, code};
    ///
    /// let mut sources = SourceMap::new();
    /// let file = sources.insert("a.vitte", "let x = @\n");
    /// sources.remove(file)?;
    /// assert_eq!(sources.file(file).unwrap_err().to_string(), "file 0 (`a.vitte`) was removed");
    ///
    /// let mut bag = DiagnosticBag::new();
    /// bag.push_error(code!("E1"), Span::between(file, 8, 9), "illegal character");
    /// let mut emitter = HumanEmitter::new(Vec::new());
    /// bag.emit(&sources, &mut emitter)?;
    /// assert_eq!(
    ///     String::from_utf8(emitter.into_inner())?,
    ///     "error[E1]: illegal character\n  |\n  \
    ///      = note: the primary label is at bytes 8..9 of file 0 (`a.vitte`), which was removed\n"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`file`](Self::file).
    pub fn remove(&mut self, id: FileId) -> Result<Arc<SourceFile>, SourceError> {
        let file = self.file_arc(id)?;
        self.lineage.restart();
        if let Some(outer) = file.outer() {
            if let Some(siblings) = self.embedded.get_mut(&outer.id()) {
                siblings.remove(&id);
            }
        }
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            let index = usize::try_from(id.index()).ok();
            if let Some(slot) = index.and_then(|index| self.files.get_mut(index)) {
                if let Slot::File(file) = slot {
                    *slot = Slot::Removed(Arc::clone(file.shared_path()));
                }
            }
            pending.extend(self.embedded.remove(&id).into_iter().flatten());
        }
        Ok(file)
    }

    /// Replaces the text of a file, such as the buffer of an editor after a change. The old file is
    /// [removed](Self::remove), and the new text gets a new id with the same path and URL. So a span of the old text
    /// never marks something in the new one.
    ///
    /// A removed file takes about 24 bytes in the map.
    ///
    /// ```
    /// use vitte_diag::SourceMap;
    ///
    /// let mut sources = SourceMap::with_root("/home/ana");
    /// let old = sources.insert("a.vitte", "let x = @\n");
    /// let new = sources.replace(old, "let x = 1\n")?;
    /// assert_eq!(sources.file(new)?.path(), "a.vitte");
    /// assert!(sources.file(old).is_err() && sources.url(old).is_none());
    /// assert_eq!(sources.files().count(), 1);
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`add`](Self::add) and [`file`](Self::file), and [`SourceError::Embedded`] if the file is
    /// embedded in another one. Then nothing changes.
    pub fn replace(
        &mut self,
        id: FileId,
        text: impl Into<SourceText>,
    ) -> Result<FileId, SourceError> {
        let old = self.file(id)?;
        if old.is_embedded() {
            return Err(SourceError::Embedded { path: old.path().to_owned() });
        }
        let path = Arc::clone(old.shared_path());
        let mut new = SourceFile::new(self.next_id()?, path, text.into())?;
        new.set_disk_path(old.disk_path().map(ToOwned::to_owned));
        self.remove(id)?;
        Ok(self.push(new))
    }

    /// Adds a text that lies inside another file as a file of its own: a query in a string, a cell of a notebook, a
    /// fenced block of a document. A parser of that language gets the text of the new file, and makes spans in it.
    ///
    /// Output shows the path, lines, columns, offsets and excerpts of the outer file, and edits change the outer file.
    /// So do [`location`](Self::location) and [`outer_span`](Self::outer_span). The methods of the new [`SourceFile`]
    /// itself are about the embedded text, as its parser sees it. A file can be embedded in an embedded file.
    ///
    /// `text` is the [`Span`] at which the text is written as it is, which is not copied, or an [`EmbeddedText`].
    ///
    /// ```
    /// use vitte_diag::{SourceMap, Span};
    ///
    /// let mut sources = SourceMap::new();
    /// let outer = sources.insert("src/main.vitte", "let x = 1\nlet q = `FORM t`\n");
    /// let query = sources.embed(Span::between(outer, 19, 25))?;
    /// assert_eq!(sources.file(query)?.text(), "FORM t");
    ///
    /// let form = sources.span(query, 0..4)?;
    /// assert_eq!(sources.location(form)?.to_string(), "src/main.vitte:2:10");
    /// assert_eq!(sources.outer_span(form)?, Span::between(outer, 19, 23));
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - The errors of [`add`](Self::add), and of [`span`](Self::span) for the region.
    /// - [`SourceError::Unavailable`] if the text of the outer file is not available.
    /// - [`SourceError::InvalidPiece`] if a piece is invalid, outside of the region, or not after the one before.
    /// - [`SourceError::NestedTooDeeply`] if more than 64 files are embedded in one another.
    pub fn embed(&mut self, text: impl Into<EmbeddedText>) -> Result<FileId, SourceError> {
        let text = text.into();
        let outer = text.region.file();
        let file = SourceFile::embedded(self.next_id()?, text, self.get(outer)?)?;
        let id = self.push(file);
        self.embedded.entry(outer).or_default().insert(id);
        Ok(id)
    }

    /// Returns the span of the outermost file at which a span of an [embedded](Self::embed) file is written. Other
    /// spans are returned as they are. For emitters outside of this crate.
    ///
    /// # Errors
    ///
    /// The errors of [`span`](Self::span).
    pub fn outer_span(&self, span: Span) -> Result<Span, SourceError> {
        Ok(self.check(span)?.outermost(span).1)
    }

    /// Returns the edits of the outermost files that have the effect of `edits`: sorted, and without overlaps. Returns
    /// the first span that is invalid or cannot be edited.
    pub(crate) fn outer_edits<'e>(
        &self,
        edits: &'e [Edit],
    ) -> Result<Cow<'e, [Edit]>, (Span, SourceError)> {
        let mut outer: Vec<Edit> = Vec::new();
        for (index, edit) in edits.iter().enumerate() {
            let failed = |error| (edit.span(), error);
            let file = self.check(edit.span()).map_err(failed)?;
            if file.load_error().is_some() {
                return Err(failed(file.unavailable_error()));
            }
            if file.is_embedded() {
                if outer.is_empty() {
                    outer.extend(edits.iter().take(index).cloned());
                }
                outer.push(file.outermost_edit(edit).map_err(failed)?);
            } else if !outer.is_empty() {
                outer.push(edit.clone());
            }
        }
        if outer.is_empty() {
            return Ok(Cow::Borrowed(edits));
        }
        outer.sort_by_key(Edit::span);
        let mut pairs = outer.iter().zip(outer.iter().skip(1));
        match pairs.find(|(first, second)| first.overlaps(second)) {
            Some((_, second)) => Err((second.span(), SourceError::OverlappingEdits)),
            None => Ok(Cow::Owned(outer)),
        }
    }
}
