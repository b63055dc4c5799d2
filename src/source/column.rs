//! The units of columns.

use crate::text;

/// The unit in which columns are counted. Columns are 1-based in every unit.
///
/// In `日本é` the `é` is at column 3 in characters and UTF-16 units, 7 in bytes, and 5 in cells. The unit
/// applies to numbers only: underlines are always placed by cells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ColumnUnit {
    /// Unicode scalar values, as in rustc and most editors.
    #[default]
    Char,
    /// Bytes of UTF-8, as in byte offsets and, optionally, in GCC.
    Byte,
    /// UTF-16 code units, the default of the Language Server Protocol.
    Utf16,
    /// Terminal cells. Wide characters take two cells, and a tab extends to the next tab stop.
    Cell {
        /// The distance of tab stops in cells. 0 is treated as 1.
        tab_width: u8,
    },
}

impl ColumnUnit {
    /// Returns the 1-based column at byte `offset` of `line`, or after the line if it is greater.
    ///
    /// In cells, an offset inside of a grapheme cluster has the column of the cluster.
    pub(crate) fn column_at(self, line: &str, offset: usize) -> u32 {
        let before = text::truncate(line, offset);
        match self {
            _ if text::is_plain(before) => column(before.len()),
            Self::Byte => column(before.len()),
            Self::Cell { tab_width } => {
                column(text::cells_before(line, before.len(), usize::from(tab_width)))
            }
            _ => self.column_after(before),
        }
    }

    /// Returns the 1-based column after `before`, which is the text from the start of the line, up to the end of a
    /// grapheme cluster.
    pub(crate) fn column_after(self, before: &str) -> u32 {
        if text::is_plain(before) {
            return column(before.len());
        }
        let units = match self {
            Self::Char => before.chars().count(),
            Self::Byte => before.len(),
            // A character of four bytes in UTF-8 takes two units.
            Self::Utf16 => {
                before.chars().count() + text::count_bytes(before.as_bytes(), |byte| byte >= 0xf0)
            }
            Self::Cell { tab_width } => {
                text::cells(before, usize::from(tab_width)).last().map_or(0, |last| last.end)
            }
        };
        column(units)
    }

    /// Returns the number of bytes of `line` before the character that contains the 0-based unit `units`. That is the
    /// length of the line if it has no more units.
    pub(crate) fn bytes_before(self, line: &str, units: usize) -> usize {
        match self {
            Self::Byte => units.min(line.len()),
            Self::Char => line.char_indices().nth(units).map_or(line.len(), |(at, _)| at),
            Self::Utf16 => {
                let mut counted = 0;
                let found = line.char_indices().find(|(_, c)| {
                    counted += c.len_utf16();
                    counted > units
                });
                found.map_or(line.len(), |(at, _)| at)
            }
            Self::Cell { tab_width } => {
                let clusters = text::cells(line, usize::from(tab_width));
                let before = clusters.take_while(|cluster| cluster.end <= units);
                before.map(|cluster| cluster.text.len()).sum()
            }
        }
    }
}

/// Returns the 1-based column after a number of units.
pub(super) fn column(units: usize) -> u32 {
    u32::try_from(units).map_or(u32::MAX, |units| units.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_units_are_counted_in_texts_of_any_length() {
        for text in ["", "a", "é日", "👩", "a👩é日"] {
            for times in [1, 63, 64, 255, 256, 1000] {
                let text = text.repeat(times);
                let units = u32::try_from(text.encode_utf16().count()).unwrap();
                assert_eq!(ColumnUnit::Utf16.column_after(&text), units + 1);
            }
        }
    }
}
