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
            // Two units for what is four bytes of UTF-8. Counted so, many bytes are taken at a time.
            Self::Utf16 => {
                before.chars().count() + before.bytes().filter(|&byte| byte >= 0xf0).count()
            }
            Self::Cell { tab_width } => {
                text::cells(before, usize::from(tab_width)).last().map_or(0, |last| last.end)
            }
        };
        u32::try_from(units).map_or(u32::MAX, |units| units.saturating_add(1))
    }
}
