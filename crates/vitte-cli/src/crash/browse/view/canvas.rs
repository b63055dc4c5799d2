//! Writes lines of safe text into a buffer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use vitte_diag::text::{cells, wrap};

use super::super::super::page::cut;

/// The screen, or a part of it.
pub(super) struct Canvas<'b> {
    buffer: &'b mut Buffer,
    area: Rect,
    has_color: bool,
}

impl<'b> Canvas<'b> {
    pub(super) const fn new(buffer: &'b mut Buffer, area: Rect, has_color: bool) -> Self {
        Self { buffer, area, has_color }
    }

    pub(super) fn width(&self) -> usize {
        self.area.width.into()
    }

    /// Returns a style with this colour, or without if there are no colours.
    pub(super) fn color(&self, color: Color) -> Style {
        if self.has_color { Style::new().fg(color) } else { Style::new() }
    }

    /// Writes a text in a row; if it is cut at the right edge, it ends with `...`.
    pub(super) fn line(&mut self, y: usize, text: &str, style: Style) {
        self.text_at(0, y, text, style);
    }

    /// Like [`line`](Self::line), with the style up to the right edge.
    pub(super) fn filled_line(&mut self, y: usize, text: &str, style: Style) {
        self.text_at(0, y, text, style);
        let Some(y) = self.row(y) else { return };
        self.buffer.set_style(Rect { y, height: 1, ..self.area }, style);
    }

    /// Writes a text from a column on. Control characters are escaped, whatever the text is.
    pub(super) fn text_at(&mut self, x: usize, y: usize, text: &str, style: Style) {
        let Some(y) = self.row(y) else { return };
        let text = cut(text, self.width().saturating_sub(x));
        for cluster in cells(&text, 1) {
            let (start, end) = (x + cluster.start, x + cluster.end);
            if end > self.width() {
                break;
            }
            for cell in start..end {
                let x = self.area.x.saturating_add(u16::try_from(cell).unwrap_or(u16::MAX));
                let Some(cell_of_buffer) = self.buffer.cell_mut((x, y)) else { continue };
                if cell == start {
                    cell_of_buffer.set_symbol(cluster.text).set_style(style);
                } else {
                    // The second cell of a wide character is not written: what follows begins after it.
                    cell_of_buffer.set_symbol(" ").set_style(style).set_skip(true);
                }
            }
        }
    }

    /// Writes a text in as many rows as it needs.
    pub(super) fn wrapped(&mut self, y: usize, text: &str) {
        let width = self.width().max(1);
        for (index, line) in wrap(text, 1, width).lines().enumerate() {
            self.line(y + index, line, Style::new());
        }
    }

    fn row(&self, y: usize) -> Option<u16> {
        let y = u16::try_from(y).ok().filter(|y| *y < self.area.height)?;
        Some(self.area.y + y)
    }
}
