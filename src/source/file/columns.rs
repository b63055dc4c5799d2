//! The columns of a file, see [`Columns`].

use std::ops::Range;

use super::SourceFile;
use super::content::AvailableText;
use crate::source::ColumnUnit;
use crate::source::columns::{Columns, SHORT};
use crate::text;

impl SourceFile {
    /// Returns the 1-based column at byte `offset` of `text`, the text of the file. `line` are the bytes of its line. An
    /// offset outside of the line is moved to it.
    #[inline]
    pub(crate) fn column_at(
        &self,
        text: &str,
        line: Range<usize>,
        offset: usize,
        unit: ColumnUnit,
    ) -> u32 {
        let before = offset.saturating_sub(line.start);
        if before <= SHORT {
            return unit.column_at(text.get(line).unwrap_or_default(), before);
        }
        let offset = text::floor_char_boundary(text, offset).min(line.end);
        self.columns(text).column_at(text, line, offset, unit)
    }

    /// Returns the 1-based column after the bytes `line`, which begin where columns are counted from.
    pub(crate) fn column_after(&self, line: Range<usize>, unit: ColumnUnit) -> u32 {
        let text = self.text();
        if line.len() <= SHORT {
            return unit.column_after(text.get(line).unwrap_or_default());
        }
        self.columns(text).column_after(text, line, unit)
    }

    /// Returns the number of bytes of `line`, which are the bytes of a line or of a part of one, before the character
    /// that contains the 0-based unit `units`. That is the length of the line if it has no more units.
    pub(crate) fn bytes_before(
        &self,
        line: &Range<usize>,
        units: usize,
        unit: ColumnUnit,
    ) -> usize {
        let text = self.text();
        if units <= SHORT || line.len() <= SHORT {
            return unit.bytes_before(text.get(line.clone()).unwrap_or_default(), units);
        }
        self.columns(text).bytes_before(text, line, units, unit)
    }

    /// Returns the offset of the first character in `range` that is not white space, or the end of `range`.
    pub(crate) fn visible_in(&self, range: &Range<usize>) -> usize {
        let text = self.text();
        let mut at = range.start;
        loop {
            let rest = text.get(at..range.end).unwrap_or_default();
            // Long blanks are skipped at once, others are faster to examine.
            let (start, is_long) = match rest.get(..SHORT) {
                Some(start) => (start, true),
                None => (text::truncate(rest, SHORT), rest.len() > SHORT),
            };
            let blanks = start.len() - start.trim_start().len();
            at += blanks;
            if blanks < start.len() || !is_long {
                return at;
            }
            at = self.columns(text).visible_from(text, at).min(range.end);
        }
    }

    /// Returns true if a byte in `range` is not UTF-8.
    pub(crate) fn is_lossy_in(&self, range: Range<usize>) -> bool {
        let Some(raw) = self.available().and_then(AvailableText::raw) else { return false };
        let text = self.text();
        if range.len() <= SHORT {
            // A byte that is replaced by `?` is never a `?` itself.
            return raw.get(range.clone()) != text.as_bytes().get(range);
        }
        self.columns(text).is_replaced(text, raw, &range)
    }

    /// Returns true if the sums of a long line were computed.
    #[cfg(test)]
    pub(in crate::source) fn has_columns(&self) -> bool {
        self.columns.get().is_some()
    }

    fn columns(&self, text: &str) -> &Columns {
        self.columns.get_or_init(|| {
            let raw = self.available().and_then(AvailableText::raw);
            Box::new(Columns::new(text, raw))
        })
    }
}
