//! The available width of the rows of a snippet.

use super::ExcerptOptions;
use crate::text::{self, CellOptions};

/// The available width of a row.
#[derive(Clone, Copy, Debug)]
pub(in crate::emit) struct Width {
    cells: usize,
    options: CellOptions,
    /// Replaces omitted text.
    dots: &'static str,
}

impl Width {
    /// The minimum width of a row, however narrow the output is.
    pub(super) const MIN_CELLS: usize = 9;

    /// Returns the rest of `width` cells beside line numbers of `number_width` digits, the border, and the bars of
    /// multi-line labels in `lanes` lanes, with a blank after them.
    pub(in crate::emit) fn new(number_width: usize, lanes: usize, options: ExcerptOptions) -> Self {
        let lanes = if lanes == 0 { 0 } else { lanes + 1 };
        let taken = number_width + " | ".len() + lanes;
        Self {
            cells: options.width.saturating_sub(taken).max(Self::MIN_CELLS),
            options: options.cells,
            dots: options.glyphs.dots,
        }
    }

    /// Returns the maximum number of lanes beside which a row has its minimum width, at least one.
    pub(super) fn max_lanes(number_width: usize, options: ExcerptOptions) -> usize {
        let taken = number_width + " | ".len() + 1 + Self::MIN_CELLS;
        options.width.saturating_sub(taken).max(1)
    }

    /// Returns the cells of the text of a row.
    pub(in crate::emit) const fn cells(self) -> usize {
        self.cells
    }

    /// Returns what replaces omitted text.
    pub(super) const fn dots(self) -> &'static str {
        self.dots
    }

    /// Returns the cells of [`dots`](Self::dots).
    pub(super) fn dots_cells(self) -> usize {
        self.dots.chars().count()
    }

    /// Returns how text is measured.
    pub(in crate::emit) const fn options(self) -> CellOptions {
        self.options
    }

    /// Returns true if a line is shown unchanged: it is printable ASCII and fits.
    pub(in crate::emit) fn is_whole(self, line: &str) -> bool {
        line.len() <= self.cells && text::is_plain(line)
    }
}
