//! Writes styled text, line by line, for the reference.
//!
//! The pen delays blanks and line feeds until other text follows, so that lines have no trailing blanks. It
//! writes a style sequence when the style changes. Unlike the pen of the layout it remembers the current line.
//! The two pens share only the style sequences.

use super::{Sequences, Style};

/// The minimum width for a message, in cells.
const MIN_MESSAGE_CELLS: usize = 20;

/// Returns the width for a message that starts at `column` of a line of `width` cells.
pub(super) fn message_width(width: usize, column: usize) -> usize {
    width.saturating_sub(column).max(MIN_MESSAGE_CELLS)
}

/// A character of the output and its style.
pub(super) type StyledChar = (char, Style);

/// Writes text, see the [module](self).
#[derive(Debug)]
pub(super) struct Pen {
    out: String,
    /// The sequences of the styles, or `None` for output without colours.
    styles: Option<Sequences>,
    /// The style of the characters that follow.
    pub(super) style: Style,
    /// The style that is turned on in the output.
    current: Style,
    /// The number of delayed line feeds.
    line_ends: usize,
    /// The number of delayed blanks.
    pub(super) blanks: usize,
    /// The characters of the current line, without the delayed blanks.
    pub(super) line: Vec<StyledChar>,
}

impl Pen {
    pub(super) const fn new(styles: Option<Sequences>) -> Self {
        Self {
            out: String::new(),
            styles,
            style: Style::Plain,
            current: Style::Plain,
            line_ends: 0,
            blanks: 0,
            line: Vec::new(),
        }
    }

    /// Returns the index in the line of the next character, 0-based.
    pub(super) const fn column(&self) -> usize {
        self.line.len() + self.blanks
    }

    /// Writes text in the current style.
    pub(super) fn put_all(&mut self, text: &str) {
        text.chars().for_each(|c| self.put(c));
    }

    /// Writes one character in the current style.
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

    /// Writes the sequence of a style if it is not turned on already.
    fn paint(&mut self, style: Style) {
        if self.current != style {
            let mut sequence = Vec::new();
            self.styles.inspect(|styles| styles.push(style, &mut sequence));
            self.out.push_str(str::from_utf8(&sequence).unwrap_or_default());
            self.current = style;
        }
    }

    /// Ends the line; the next one begins after `margin` blanks.
    pub(super) fn end_line(&mut self, margin: usize) {
        self.line_ends += 1;
        self.blanks = margin;
        self.line.clear();
    }

    /// Returns the output, with one line feed at its end.
    pub(super) fn finish(mut self) -> String {
        self.line_ends = 1;
        self.flush_line_ends();
        self.out
    }
}
