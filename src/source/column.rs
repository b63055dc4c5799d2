//! What a column counts.

use crate::text;

/// What a column counts. Columns are 1-based in every unit; carets are always placed by cells.
///
/// In `日本é` the `é` stands at column 3 in characters and UTF-16 units, 7 in bytes, 5 in cells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ColumnUnit {
    /// Unicode scalar values: what rustc and most editors show.
    #[default]
    Char,
    /// Bytes of UTF-8: what GCC shows by request, and what offsets are.
    Byte,
    /// UTF-16 code units: what the Language Server Protocol counts by default.
    Utf16,
    /// Terminal cells, as the text is shown: wide characters are two, a tab goes to the next stop.
    Cell {
        /// Cells from one tab stop to the next; 0 counts as 1.
        tab_width: u8,
    },
}

impl ColumnUnit {
    /// The 1-based column of what stands after `before`, the text from the line's start.
    pub(crate) fn column_after(self, before: &str) -> u32 {
        let units = match self {
            Self::Char => before.chars().count(),
            Self::Byte => before.len(),
            // Two units for what is four bytes of UTF-8.
            Self::Utf16 => before.chars().count() + text::count_bytes(before, |byte| byte >= 0xf0),
            Self::Cell { .. } if text::is_plain(before) => before.len(),
            Self::Cell { tab_width } => {
                text::cells(before, usize::from(tab_width)).last().map_or(0, |last| last.end)
            }
        };
        u32::try_from(units).map_or(u32::MAX, |units| units.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_units_are_counted_however_long_the_text() {
        for text in ["", "a", "é日", "👩", "a👩é日"] {
            for times in [1, 63, 64, 255, 256, 1000] {
                let text = text.repeat(times);
                let units = u32::try_from(text.encode_utf16().count()).unwrap();
                assert_eq!(ColumnUnit::Utf16.column_after(&text), units + 1);
            }
        }
    }
}
