//! Converts lines and columns to byte offsets and spans.

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
    /// - [`SourceError::NoSuchLine`] if the file has no such line, or its text is unavailable.
    /// - [`SourceError::NoSuchColumn`] if the line has no such column.
    /// - [`SourceError::InsideCharacter`] if a column of bytes or UTF-16 units is inside a character.
    pub fn offset_of(&self, line: u32, col: u32, unit: ColumnUnit) -> Result<u32, SourceError> {
        let no_line = SourceError::NoSuchLine { line, count: self.line_count() };
        let range = self.line_range(line).filter(|_| !self.is_unavailable()).ok_or(no_line)?;
        let text = self.text().get(range.clone()).unwrap_or_default();
        let max = unit.column_after(text);
        if col == 0 || col > max {
            return Err(SourceError::NoSuchColumn { line, col, max });
        }
        let before = bytes_before(text, (col - 1) as usize, unit);
        let offset = u32::try_from(range.start + before).unwrap_or(u32::MAX);
        let is_boundary = text.is_char_boundary(before)
            && unit.column_after(text.get(..before).unwrap_or_default()) <= col;
        match unit {
            ColumnUnit::Byte | ColumnUnit::Utf16 if !is_boundary => {
                Err(SourceError::InsideCharacter { at: offset })
            }
            _ => Ok(offset),
        }
    }

    /// Returns the byte offset of a line and a column like [`offset_of`](Self::offset_of), moved to the nearest valid
    /// one: a column outside of the line to its start or end, one inside a character to the start of the character.
    pub(crate) fn nearest_offset(&self, line: u32, col: u32, unit: ColumnUnit) -> u32 {
        let line = line.clamp(1, self.line_count());
        let range = self.line_range(line).unwrap_or_default();
        let text = self.text().get(range.clone()).unwrap_or_default();
        let before = bytes_before(text, col.saturating_sub(1) as usize, unit);
        let before = text::floor_char_boundary(text, before);
        u32::try_from(range.start + before).unwrap_or(u32::MAX)
    }

    /// Returns the span of the text of a 1-based line, without its line end and without a byte order mark.
    ///
    /// # Errors
    ///
    /// [`SourceError::NoSuchLine`] if the file has no such line, or its text is unavailable.
    pub fn line_span(&self, line: u32) -> Result<Span, SourceError> {
        let range = self.line_range(line).filter(|_| !self.is_unavailable());
        let range = range.ok_or(SourceError::NoSuchLine { line, count: self.line_count() })?;
        Ok(Span::between(self.id(), range.start, range.end))
    }

    /// Returns the span of the whole text.
    #[must_use]
    pub fn full_span(&self) -> Span {
        Span::between(self.id(), 0, self.text().len())
    }
}

/// Returns the number of bytes before the character that contains the 0-based unit `units`.
fn bytes_before(line: &str, units: usize, unit: ColumnUnit) -> usize {
    match unit {
        ColumnUnit::Byte => units.min(line.len()),
        ColumnUnit::Char => line.char_indices().nth(units).map_or(line.len(), |(at, _)| at),
        ColumnUnit::Utf16 => {
            let mut counted = 0;
            let found = line.char_indices().find(|(_, c)| {
                counted += c.len_utf16();
                counted > units
            });
            found.map_or(line.len(), |(at, _)| at)
        }
        ColumnUnit::Cell { tab_width } => {
            let clusters = text::cells(line, usize::from(tab_width));
            clusters
                .take_while(|cluster| cluster.end <= units)
                .map(|cluster| cluster.text.len())
                .sum()
        }
    }
}
