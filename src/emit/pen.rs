//! Writes styled text onto a canvas, line by line.
//!
//! The pen holds back blanks and line ends until something follows them, so that no line ends in
//! blanks, and turns styles on and off as they change.

use super::canvas::Canvas;
use super::style::Style;
use crate::severity::Severity;
use crate::source::Location;
use crate::text::{self, Block};

/// A message never has less room than this, in cells.
const LEAST_ROOM: usize = 20;

/// Writes onto a canvas, see the [module](self).
#[derive(Debug)]
pub(super) struct Pen {
    canvas: Canvas,
    severity: Severity,
    /// Cells that a line may have where a message can be wrapped, and those from one tab stop to the
    /// next.
    width: usize,
    tab_width: usize,
    /// The style that is on in the canvas.
    painted: Style,
    /// Line ends and blanks that are written only when something follows on their line.
    line_ends: usize,
    blanks: usize,
}

impl Pen {
    pub(super) const fn new(
        canvas: Canvas,
        severity: Severity,
        width: usize,
        tab_width: usize,
    ) -> Self {
        let painted = Style::Plain;
        Self { canvas, severity, width, tab_width, painted, line_ends: 0, blanks: 0 }
    }

    /// The lines of `text` where it begins at the 0-based cell `column`: safe, and wrapped.
    pub(super) fn block<'t>(&self, text: &'t str, column: usize) -> Block<'t> {
        let room = self.width.saturating_sub(column).max(LEAST_ROOM);
        text::block(text, self.tab_width, room)
    }

    /// Writes a header such as `error[E0001]: message`, its word and code given, of which `link` is the
    /// address; further lines of the message stand below its first.
    pub(super) fn header(
        &mut self,
        style: Style,
        header: &[&str],
        link: Option<&str>,
        message: &str,
    ) {
        if let Some(url) = link {
            self.begin_link(url);
        }
        header.iter().for_each(|part| self.write(style, part));
        if link.is_some() {
            self.end_link();
        }
        self.write(Style::Message, ":");
        let indent = header.iter().map(|part| part.len()).sum::<usize>() + 2;
        for (index, line) in self.block(message, indent).lines().enumerate() {
            if index > 0 {
                self.end_line();
                self.blanks(indent - 1);
            }
            self.blanks(1);
            self.write(Style::Message, line);
        }
        self.end_line();
    }

    /// Writes a line with an arrow to a place; `link` is its address.
    ///
    /// ```text
    ///   --> file.vitte:12:7
    /// ```
    pub(super) fn arrow(
        &mut self,
        (gutter, arrow): (usize, &str),
        at: Location<'_>,
        link: Option<&str>,
    ) {
        // Where no line is shown at all, an arrow stands as it does above.
        self.blanks(gutter.max(1));
        self.write(Style::Gutter, arrow);
        if let Some(url) = link {
            self.begin_link(url);
        }
        self.write(Style::Plain, &text::one_line(at.path));
        for number in [at.line, at.col] {
            self.write(Style::Plain, ":");
            self.number(Style::Plain, number, 0);
        }
        if link.is_some() {
            self.end_link();
        }
        self.end_line();
    }

    /// Writes safe text in a style.
    pub(super) fn write(&mut self, style: Style, text: &str) {
        let blank = |byte: &u8| *byte == b' ';
        if text.as_bytes().first().is_none_or(blank) || text.as_bytes().last().is_none_or(blank) {
            return self.write_between_blanks(style, text);
        }
        self.begin(style);
        self.canvas.put(text);
    }

    /// The same where blanks stand at an end of it.
    fn write_between_blanks(&mut self, style: Style, text: &str) {
        let rest = text.trim_start_matches(' ');
        self.blanks += text.len() - rest.len();
        let content = rest.trim_end_matches(' ');
        if !content.is_empty() {
            self.begin(style);
            self.canvas.put(content);
        }
        self.blanks += rest.len() - content.len();
    }

    /// Writes a character that is no blank `count` times.
    pub(super) fn repeat(&mut self, style: Style, c: char, count: usize) {
        if count == 0 {
            return;
        }
        self.begin(style);
        match u8::try_from(c) {
            Ok(byte @ (b'^' | b'-' | b'|')) => self.canvas.repeat(byte, count),
            _ => {
                let mut buffer = [0; 4];
                let c = &*c.encode_utf8(&mut buffer);
                (0..count).for_each(|_| self.canvas.put(c));
            }
        }
    }

    /// Writes a number, blanks before it where it has fewer digits than `width`.
    pub(super) fn number(&mut self, style: Style, number: u32, width: usize) {
        let digits = text::digits(number);
        self.blanks(width.saturating_sub(digits.len()));
        self.begin(style);
        self.canvas.number(&digits);
    }

    pub(super) const fn blanks(&mut self, count: usize) {
        self.blanks += count;
    }

    /// Writes the line ends and blanks that were held back, because something in `style` follows.
    fn begin(&mut self, style: Style) {
        if self.line_ends > 0 {
            self.paint(Style::Plain);
            self.canvas.repeat(b'\n', self.line_ends);
            self.line_ends = 0;
        }
        if self.blanks > 0 {
            self.canvas.repeat(b' ', self.blanks);
            self.blanks = 0;
        }
        self.paint(style);
    }

    /// Turns a style on, which turns the one before off.
    fn paint(&mut self, style: Style) {
        if self.painted != style {
            self.canvas.style(style, self.severity);
            self.painted = style;
        }
    }

    pub(super) const fn end_line(&mut self) {
        self.line_ends += 1;
        self.blanks = 0;
    }

    fn begin_link(&mut self, url: &str) {
        self.begin(Style::Plain);
        self.canvas.begin_link(url);
    }

    fn end_link(&mut self) {
        self.paint(Style::Plain);
        self.canvas.end_link();
    }

    /// The line that is written next follows the one before without an empty line between them.
    pub(super) const fn close_up(&mut self) {
        self.line_ends = 1;
        self.blanks = 0;
    }

    /// All that was written, with one line end after it.
    pub(super) fn finish(mut self) -> Canvas {
        self.close_up();
        self.paint(Style::Plain);
        self.canvas.repeat(b'\n', 1);
        self.canvas
    }
}
