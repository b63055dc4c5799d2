//! Writes styled text onto a canvas, line by line.
//!
//! The pen holds back blanks and line ends until something follows them, so that no line ends in
//! blanks, and turns styles on and off as they change.

use std::io;

use super::canvas::Canvas;
use super::style::Style;
use crate::severity::Severity;
use crate::text;

/// A message never has less room than this, in cells.
const LEAST_ROOM: usize = 20;

/// The cells that a message has that begins at `column` of a line of `width`.
pub(super) fn room(width: usize, column: usize) -> usize {
    width.saturating_sub(column).max(LEAST_ROOM)
}

/// A character of output with its style.
pub(super) type Ink = (char, Style);

/// Writes onto a canvas, see the [module](self).
#[derive(Debug)]
pub(super) struct Pen {
    canvas: Canvas,
    severity: Severity,
    /// Cells that a line may have where a message can be wrapped.
    pub(super) width: usize,
    /// The style of what is put next, and the one that is on in the canvas.
    pub(super) style: Style,
    painted: Style,
    /// Line ends and blanks that are written only when something follows on their line.
    line_ends: usize,
    pub(super) blanks: usize,
    /// Blanks with which every line begins.
    pub(super) margin: usize,
    /// What stands on the current line so far.
    line: Vec<Ink>,
    in_link: bool,
}

impl Pen {
    pub(super) const fn new(canvas: Canvas, severity: Severity, width: usize) -> Self {
        Self {
            canvas,
            severity,
            width,
            style: Style::Plain,
            painted: Style::Plain,
            line_ends: 0,
            blanks: 0,
            margin: 0,
            line: Vec::new(),
            in_link: false,
        }
    }

    /// The characters on the current line so far, blanks at its end not counted.
    pub(super) fn line(&self) -> &[Ink] {
        &self.line
    }

    /// The character of the line that is put next, 0-based.
    pub(super) const fn column(&self) -> usize {
        self.line.len() + self.blanks
    }

    /// The cells that a message has that begins at `column`.
    pub(super) fn room(&self, column: usize) -> usize {
        room(self.width, column)
    }

    /// Writes a header such as `error[E0001]: message`, of which `link` is the address; further lines
    /// of the message stand below its first.
    pub(super) fn header(
        &mut self,
        (style, header): (Style, &str),
        link: Option<&str>,
        message: &str,
        tab_width: usize,
    ) -> io::Result<()> {
        if let Some(url) = link {
            self.begin_link(url)?;
        }
        self.write(style, header)?;
        self.end_link()?;
        self.write(Style::Message, ":")?;
        let indent = text::width_of(header) + 2;
        let room = self.room(indent);
        for (index, line) in text::block(message, tab_width, room).iter().enumerate() {
            if index > 0 {
                self.end_line();
                self.blanks = indent - 1;
            }
            self.blanks += 1;
            self.write(Style::Message, line)?;
        }
        self.end_line();
        Ok(())
    }

    /// Writes text in a style.
    pub(super) fn write(&mut self, style: Style, text: &str) -> io::Result<()> {
        self.style = style;
        self.put_all(text)?;
        self.style = Style::Plain;
        Ok(())
    }

    /// Puts text in the pen's style.
    pub(super) fn put_all(&mut self, text: &str) -> io::Result<()> {
        text.chars().try_for_each(|c| self.put(c))
    }

    /// Puts one character in the pen's style.
    pub(super) fn put(&mut self, c: char) -> io::Result<()> {
        if c == ' ' {
            self.blanks += 1;
            return Ok(());
        }
        self.flush()?;
        self.paint(self.style)?;
        self.line.push((c, self.style));
        self.canvas.put(c)
    }

    /// Writes the line ends and blanks that were held back, because something follows.
    fn flush(&mut self) -> io::Result<()> {
        self.flush_line_ends()?;
        for _ in 0..std::mem::take(&mut self.blanks) {
            self.canvas.put(' ')?;
            self.line.push((' ', Style::Plain));
        }
        Ok(())
    }

    fn flush_line_ends(&mut self) -> io::Result<()> {
        let line_ends = std::mem::take(&mut self.line_ends);
        if line_ends > 0 {
            self.paint(Style::Plain)?;
        }
        (0..line_ends).try_for_each(|_| self.canvas.put('\n'))
    }

    /// Turns a style on, which turns the one before off.
    fn paint(&mut self, style: Style) -> io::Result<()> {
        if self.painted != style {
            self.canvas.style(style, self.severity)?;
            self.painted = style;
        }
        Ok(())
    }

    pub(super) fn end_line(&mut self) {
        self.line_ends += 1;
        self.blanks = self.margin;
        self.line.clear();
    }

    /// The line that is written next follows the one before without an empty line between them.
    pub(super) const fn close_up(&mut self) {
        self.line_ends = 1;
        self.margin = 0;
        self.blanks = 0;
    }

    pub(super) fn begin_link(&mut self, url: &str) -> io::Result<()> {
        self.flush()?;
        self.paint(Style::Plain)?;
        self.canvas.begin_link(url)?;
        self.in_link = true;
        Ok(())
    }

    /// Ends the link that is open, if one is.
    pub(super) fn end_link(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.in_link) {
            return Ok(());
        }
        self.paint(Style::Plain)?;
        self.canvas.end_link()
    }

    /// All that was written, with one line end after it.
    pub(super) fn finish(mut self) -> io::Result<Canvas> {
        self.close_up();
        self.flush_line_ends()?;
        Ok(self.canvas)
    }
}
