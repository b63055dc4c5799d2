//! Converts lines and columns to byte offsets and spans.

use std::ops::Range;

use super::{ColumnUnit, SourceError, SourceFile};
use crate::model::Span;
use crate::text;

impl SourceFile {
    /// Returns the byte offset of a line and a column, the opposite of [`location`](Self::location). Both are 1-based,
    /// and the column counts `unit`s. The column after the last one is the end of the line.
    ///
    /// A column inside a wide character, a tab or a cluster of [cells](ColumnUnit::Cell) is the offset of its start.
    ///
    /// ```
    /// use vitte_diag::{ColumnUnit, SourceMap};
    ///
    /// let mut sources = SourceMap::new();
    /// let id = sources.add("a.vitte", "let x = 1\nlet é = 2\n")?;
    /// let file = sources.file(id)?;
    /// assert_eq!(file.offset_of(2, 7, ColumnUnit::Char)?, 17);
    /// assert_eq!(file.offset_of(2, 7, ColumnUnit::Byte)?, 16);
    /// assert!(file.offset_of(4, 1, ColumnUnit::Char).is_err());
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`SourceError::NoSuchLine`] if the file has no such line.
    /// - [`SourceError::NoSuchColumn`] if the line has no such column.
    /// - [`SourceError::InsideCharacter`] if a column of bytes or UTF-16 units is inside a character.
    /// - [`SourceError::Unavailable`] if the text is not available.
    pub fn offset_of(&self, line: u32, col: u32, unit: ColumnUnit) -> Result<u32, SourceError> {
        let range = self.existing_line(line)?;
        let max = self.column_after(range.clone(), unit);
        if col == 0 || col > max {
            return Err(SourceError::NoSuchColumn { line, col, max });
        }
        let at = range.start + self.bytes_before(&range, (col - 1) as usize, unit);
        let offset = saturated(at);
        let is_exact = || self.column_at(self.text(), range.clone(), at, unit) == col;
        match unit {
            ColumnUnit::Byte | ColumnUnit::Utf16 if !is_exact() => {
                Err(SourceError::InsideCharacter { at: offset })
            }
            _ => Ok(offset),
        }
    }

    /// Returns the bytes of a line that must exist.
    fn existing_line(&self, line: u32) -> Result<Range<usize>, SourceError> {
        if self.is_unavailable() {
            return Err(self.unavailable_error());
        }
        self.line_range(line).ok_or_else(|| {
            let (first, last) = (self.first_line(), self.last_line());
            SourceError::NoSuchLine { line, first, last }
        })
    }

    /// Returns the byte offset of a line and a column like [`offset_of`](Self::offset_of), moved to the nearest valid
    /// one: a column outside of the line to its start or end, one inside a character to the start of the character.
    pub(crate) fn nearest_offset(&self, line: u32, col: u32, unit: ColumnUnit) -> u32 {
        let line = line.clamp(self.first_line(), self.last_line());
        let range = self.line_range(line).unwrap_or_default();
        let before = self.bytes_before(&range, col.saturating_sub(1) as usize, unit);
        saturated(text::floor_char_boundary(self.text(), range.start + before))
    }

    /// Returns the span of the text of a 1-based line, without its line end and without a byte order mark.
    ///
    /// ```
    /// use vitte_diag::{SourceMap, Span};
    ///
    /// let mut sources = SourceMap::new();
    /// let id = sources.insert("a.vitte", "let x = 1\r\nlet y = 2\r\n");
    /// let file = sources.file(id)?;
    /// assert_eq!(file.line_span(2)?, Span::between(id, 11, 20));
    /// assert_eq!(file.line_span(4).unwrap_err().to_string(), "line 4 is not in 1..=3, the lines of the file");
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SourceError::NoSuchLine`] if the file has no such line, [`SourceError::Unavailable`] if the text is not
    /// available.
    pub fn line_span(&self, line: u32) -> Result<Span, SourceError> {
        let range = self.existing_line(line)?;
        Ok(Span::between(self.id(), range.start, range.end))
    }

    /// Returns the span of the whole text. It is empty if the text is not available.
    ///
    /// ```
    /// use vitte_diag::{SourceMap, Span};
    ///
    /// let mut sources = SourceMap::new();
    /// let id = sources.insert("a.vitte", "let x = 1\n");
    /// assert_eq!(sources.file(id)?.full_span(), Span::between(id, 0, 10));
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    #[must_use]
    pub fn full_span(&self) -> Span {
        Span::between(self.id(), 0, self.text().len())
    }

    /// Returns the span of a range of bytes, extended to the nearest valid offsets: an end inside a character is moved
    /// outwards, one after the end of the file to the end, and a reversed range is turned around. Without the text the
    /// range is not changed.
    ///
    /// ```
    /// use vitte_diag::{SourceMap, Span};
    ///
    /// let mut sources = SourceMap::new();
    /// let id = sources.insert("a.vitte", "né");
    /// let file = sources.file(id)?;
    /// assert_eq!(file.nearest_span(0..2), Span::between(id, 0, 3), "`é` has two bytes");
    /// assert_eq!(file.nearest_span(7..9), Span::between(id, 3, 3));
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    #[must_use]
    pub fn nearest_span(&self, range: Range<usize>) -> Span {
        let (lo, hi) = (range.start.min(range.end), range.start.max(range.end));
        if self.is_unavailable() {
            return Span::between(self.id(), lo, hi);
        }
        let text = self.text();
        let (lo, hi) = (text::floor_char_boundary(text, lo), text::ceil_char_boundary(text, hi));
        Span::between(self.id(), lo, hi)
    }
}

/// Returns an offset in a file in 32 bits.
fn saturated(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
