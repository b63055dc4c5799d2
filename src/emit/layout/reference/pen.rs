//! Writes styled text, line by line.
//!
//! The pen holds back blanks and line ends until something follows them, so that no line ends in blanks,
//! and turns styles on and off as they change. It knows what stands on its line, unlike the
//! pen of the layout, with which it shares nothing but the sequences of the styles.

use super::{Sequences, Style};

/// A message never has less room than this, in cells.
const LEAST_ROOM: usize = 20;

/// The cells that a message has that begins at `column` of a line of `width`.
pub(super) fn room(width: usize, column: usize) -> usize {
    width.saturating_sub(column).max(LEAST_ROOM)
}

/// A character of output with its style.
pub(super) type Ink = (char, Style);

/// Writes text, see the [module](self).
#[derive(Debug)]
pub(super) struct Pen {
    out: String,
    /// Whose colours are written, if any.
    styles: Option<Sequences>,
    /// The style of what is put next, and the one that is on.
    pub(super) style: Style,
    painted: Style,
    /// Line ends and blanks that are written only when something follows on their line.
    line_ends: usize,
    pub(super) blanks: usize,
    /// What stands on the current line so far, blanks at its end not counted.
    pub(super) line: Vec<Ink>,
}

impl Pen {
    pub(super) const fn new(styles: Option<Sequences>) -> Self {
        Self {
            out: String::new(),
            styles,
            style: Style::Plain,
            painted: Style::Plain,
            line_ends: 0,
            blanks: 0,
            line: Vec::new(),
        }
    }

    /// The character of the line that is put next, 0-based.
    pub(super) const fn column(&self) -> usize {
        self.line.len() + self.blanks
    }

    /// Puts text in the pen's style.
    pub(super) fn put_all(&mut self, text: &str) {
        text.chars().for_each(|c| self.put(c));
    }

    /// Puts one character in the pen's style.
    pub(super) fn put(&mut self, c: char) {
        if c == ' ' {
            self.blanks += 1;
            return;
        }
        self.flush_line_ends();
        for _ in 0..std::mem::take(&mut self.blanks) {
            self.out.push(' ');
            self.line.push((' ', Style::Plain));
        }
        self.paint(self.style);
        self.line.push((c, self.style));
        self.out.push(c);
    }

    fn flush_line_ends(&mut self) {
        let line_ends = std::mem::take(&mut self.line_ends);
        if line_ends > 0 {
            self.paint(Style::Plain);
        }
        self.out.extend(std::iter::repeat_n('\n', line_ends));
    }

    /// Turns a style on, which turns the one before off.
    fn paint(&mut self, style: Style) {
        if self.painted != style {
            let mut sequence = Vec::new();
            self.styles.inspect(|styles| styles.push(style, &mut sequence));
            self.out.push_str(str::from_utf8(&sequence).unwrap_or_default());
            self.painted = style;
        }
    }

    /// Ends the line; the next one begins after `margin` blanks.
    pub(super) fn end_line(&mut self, margin: usize) {
        self.line_ends += 1;
        self.blanks = margin;
        self.line.clear();
    }

    /// All that was written, with one line end after it.
    pub(super) fn finish(mut self) -> String {
        self.line_ends = 1;
        self.flush_line_ends();
        self.out
    }
}
