//! Writes styled text to a canvas, line by line.
//!
//! Lines have no trailing blanks. A style sequence is written only when the style changes, and never for
//! blanks.

use super::canvas::Canvas;
use super::style::Style;
use crate::model::ChildLevel;
use crate::text;

/// The minimum width for a message, in cells.
const MIN_MESSAGE_CELLS: usize = 20;

/// Writes to a canvas, see the [module](self).
#[derive(Debug)]
pub(super) struct Pen {
    canvas: Canvas,
    /// The width to which messages are wrapped, in cells.
    width: usize,
    /// The number of cells from one tab stop to the next.
    tab_width: usize,
    /// Whether the canvas supports styles.
    is_styled: bool,
    /// The style that is turned on.
    current: Style,
}

impl Pen {
    pub(super) const fn new(canvas: Canvas, width: usize, tab_width: usize) -> Self {
        let is_styled = canvas.is_styled();
        Self { canvas, width, tab_width, is_styled, current: Style::Plain }
    }

    /// Escapes `text`, wraps it, and writes it from the 0-based cell `column`; `begin_line` draws the start of
    /// each further line up to that cell.
    #[inline]
    pub(super) fn block(
        &mut self,
        style: Style,
        text: &str,
        column: usize,
        begin_line: impl Fn(&mut Self),
    ) {
        let width = self.width_after(column);
        for (index, line) in text::wrap(text, self.tab_width, width).lines().enumerate() {
            if index > 0 {
                self.end_line();
                begin_line(self);
            }
            self.write(style, line);
        }
    }

    /// Returns true if `text` has no characters to escape and fits on one line from the 0-based cell `column`.
    pub(super) fn fits(&self, text: &str, column: usize) -> bool {
        text::is_safe(text) && text::width_of(text) <= self.width_after(column)
    }

    /// Returns the width of a message from the 0-based cell `column`.
    fn width_after(&self, column: usize) -> usize {
        self.width.saturating_sub(column).max(MIN_MESSAGE_CELLS)
    }

    /// Writes a header such as `error[E0001]: message`. `header` contains the parts before the colon, which are
    /// a link if `link` is its URL. Further lines of the message are aligned with its first line.
    pub(super) fn header(
        &mut self,
        style: Style,
        header: &[&str],
        link: Option<&str>,
        message: &str,
    ) {
        self.link(link, |pen| header.iter().for_each(|part| pen.write(style, part)));
        self.write(Style::Message, ":");
        self.blanks(1);
        let indent = header.iter().map(|part| part.len()).sum::<usize>() + ": ".len();
        self.block(Style::Message, message, indent, |pen| pen.blanks(indent));
        self.end_line();
    }

    /// Writes text in a style. The caller has escaped its control characters.
    #[inline]
    pub(super) fn write(&mut self, style: Style, text: &str) {
        match text.as_bytes() {
            [] => {}
            [b' ', ..] => self.write_after_blanks(style, text),
            _ => {
                self.paint(style);
                self.canvas.put(text);
            }
        }
    }

    fn write_after_blanks(&mut self, style: Style, text: &str) {
        let blanks = text.bytes().take_while(|byte| *byte == b' ').count();
        self.blanks(blanks);
        self.write(style, text.get(blanks..).unwrap_or_default());
    }

    /// Writes a character `count` times. It is not a blank and has no meaning in markup.
    #[inline]
    pub(super) fn repeat(&mut self, style: Style, glyph: &str, count: usize) {
        if count > 0 {
            self.paint(style);
            self.canvas.repeat(glyph, count);
        }
    }

    /// Writes a number, right-aligned in `width` cells.
    #[inline]
    pub(super) fn number(&mut self, style: Style, number: u32, width: usize) {
        let digits = text::digits(number);
        self.blanks(width.saturating_sub(digits.len()));
        self.paint(style);
        self.canvas.number(&digits);
    }

    #[inline]
    pub(super) fn blanks(&mut self, count: usize) {
        self.canvas.blanks(count);
    }

    /// Changes the current style.
    #[inline]
    fn paint(&mut self, style: Style) {
        if self.is_styled && self.current != style {
            self.canvas.style(style);
            self.current = style;
        }
    }

    #[inline]
    pub(super) fn end_line(&mut self) {
        self.canvas.trim(b' ');
        self.paint(Style::Plain);
        self.canvas.end_line();
    }

    /// Writes `content`, as a link if there is a URL.
    pub(super) fn link(&mut self, url: Option<&str>, content: impl FnOnce(&mut Self)) {
        if let Some(url) = url {
            self.paint(Style::Plain);
            self.canvas.begin_link(url);
        }
        content(self);
        if url.is_some() {
            self.paint(Style::Plain);
            self.canvas.end_link();
        }
    }

    /// Writes `content` in the colours of a child: whole lines, or a part of one.
    pub(super) fn child(&mut self, level: ChildLevel, content: impl FnOnce(&mut Self)) {
        self.paint(Style::Plain);
        let outer = self.canvas.begin_child(level);
        content(self);
        self.paint(Style::Plain);
        self.canvas.end_child(&outer);
    }

    /// Removes empty lines at the end of the output, so that it ends in one line feed.
    pub(super) fn close_up(&mut self) {
        self.canvas.trim(b'\n');
        self.canvas.end_line();
    }

    /// Returns the canvas with everything that was written.
    pub(super) fn finish(mut self) -> Canvas {
        self.close_up();
        self.canvas
    }
}
