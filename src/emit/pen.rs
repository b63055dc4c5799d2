//! Writes styled text onto a canvas, line by line.
//!
//! No line ends in blanks, and styles are turned on and off as they change: a blank has none.

use super::canvas::Canvas;
use super::style::Style;
use crate::text;

/// A message never has less room than this, in cells.
const LEAST_ROOM: usize = 20;

/// Writes onto a canvas, see the [module](self).
#[derive(Debug)]
pub(super) struct Pen {
    canvas: Canvas,
    /// Cells that a line may have where a message can be wrapped, and those from one tab stop to the
    /// next.
    width: usize,
    tab_width: usize,
    /// Whether the canvas shows styles, and the one that is on.
    is_styled: bool,
    painted: Style,
}

impl Pen {
    pub(super) const fn new(canvas: Canvas, width: usize, tab_width: usize) -> Self {
        let is_styled = canvas.is_styled();
        Self { canvas, width, tab_width, is_styled, painted: Style::Plain }
    }

    /// Writes a text that begins at the 0-based cell `column`, safe and wrapped; `before` draws what
    /// stands before its further lines.
    #[inline]
    pub(super) fn block(
        &mut self,
        style: Style,
        text: &str,
        column: usize,
        before: impl Fn(&mut Self),
    ) {
        let room = self.width.saturating_sub(column).max(LEAST_ROOM);
        for (index, line) in text::block(text, self.tab_width, room).lines().enumerate() {
            if index > 0 {
                self.end_line();
                before(self);
            }
            self.write(style, line);
        }
    }

    /// Writes a header such as `error[E0001]: message`, the parts before the colon given, of which `link`
    /// is the address; further lines of the message stand below its first.
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

    /// Writes safe text in a style.
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

    /// Writes a character that is no blank, and means nothing in markup, `count` times.
    #[inline]
    pub(super) fn repeat(&mut self, style: Style, glyph: &str, count: usize) {
        if count > 0 {
            self.paint(style);
            self.canvas.repeat(glyph, count);
        }
    }

    /// Writes a number, blanks before it where it has fewer digits than `width`.
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

    /// Turns a style on, which turns the one before off.
    #[inline]
    fn paint(&mut self, style: Style) {
        if self.is_styled && self.painted != style {
            self.canvas.style(style);
            self.painted = style;
        }
    }

    #[inline]
    pub(super) fn end_line(&mut self) {
        self.canvas.trim(b' ');
        self.paint(Style::Plain);
        self.canvas.end_line();
    }

    /// Writes what `content` does, which is a link where `url` is its address.
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

    /// Takes back empty lines: what is written next follows on the next line.
    pub(super) fn close_up(&mut self) {
        self.canvas.trim(b'\n');
        self.canvas.end_line();
    }

    /// All that was written.
    pub(super) fn finish(mut self) -> Canvas {
        self.close_up();
        self.canvas
    }
}
