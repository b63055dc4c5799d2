//! Encodes styled output: ANSI sequences for a terminal, or HTML.
//!
//! ```text
//! pen            terminal                          HTML
//! style Header   ␛[1;91m                           <span class="vd-header">
//! link …         ␛]8;;https://…␛\                  <a href="https://…">
//! child Note     the sequences of a note           <span class="vd-child-note">
//! put `a < b`    a < b                             a &lt; b
//! ```

use super::markup;
use super::sequences::{OuterColors, Sequences};
use super::style::Style;
use crate::model::ChildLevel;
use crate::text::Digits;

/// A buffer for text and styles.
#[derive(Debug)]
pub(super) struct Canvas {
    /// UTF-8.
    out: Vec<u8>,
    kind: CanvasKind,
}

#[derive(Debug)]
enum CanvasKind {
    /// Text without styles.
    Plain,
    /// Text with ANSI sequences.
    Ansi(Sequences),
    /// HTML.
    Html,
}

impl Canvas {
    /// Appends to `out` text for a terminal, with ANSI sequences if there are `styles`.
    pub(super) fn terminal(styles: Option<Sequences>, out: Vec<u8>) -> Self {
        let kind = match styles {
            Some(sequences) => CanvasKind::Ansi(sequences),
            None => CanvasKind::Plain,
        };
        Self { out, kind }
    }

    /// Appends HTML to `out`.
    pub(super) const fn html(out: Vec<u8>) -> Self {
        Self { out, kind: CanvasKind::Html }
    }

    /// Changes the style from that of the text until now to that of the text that follows.
    #[inline]
    pub(super) fn style(&mut self, from: Style, to: Style) {
        match &self.kind {
            CanvasKind::Plain => {}
            CanvasKind::Ansi(sequences) => sequences.push(from, to, &mut self.out),
            CanvasKind::Html => self.style_html(from, to),
        }
    }

    /// Not inlined, so that terminal output does not save the registers that this needs.
    #[inline(never)]
    fn style_html(&mut self, from: Style, to: Style) {
        if from.class().is_some() {
            self.push("</span>");
        }
        if let Some(class) = to.class() {
            ["<span class=\"vd-", class, "\">"].iter().for_each(|part| self.push(part));
        }
    }

    /// Returns true if blanks of this style are not blank.
    #[inline]
    pub(super) fn shows_blanks(&self, style: Style) -> bool {
        match &self.kind {
            CanvasKind::Plain | CanvasKind::Html => false,
            CanvasKind::Ansi(sequences) => sequences.is_underlined(style),
        }
    }

    pub(super) const fn is_styled(&self) -> bool {
        !matches!(self.kind, CanvasKind::Plain)
    }

    #[inline]
    fn push(&mut self, text: &str) {
        match text.as_bytes() {
            // Most glyphs are one byte, which is pushed without a call of `memcpy`.
            [byte] => self.out.push(*byte),
            bytes => self.out.extend_from_slice(bytes),
        }
    }

    /// Appends text whose control characters the caller has escaped.
    #[inline]
    pub(super) fn put(&mut self, text: &str) {
        match self.kind {
            CanvasKind::Plain | CanvasKind::Ansi(_) => self.push(text),
            CanvasKind::Html => self.put_escaped(text),
        }
    }

    fn put_escaped(&mut self, text: &str) {
        let mut escaped = String::with_capacity(text.len());
        text.chars().for_each(|c| markup::push_html(&mut escaped, c));
        self.push(&escaped);
    }

    /// Appends a character `count` times. It has no meaning in markup.
    #[inline]
    pub(super) fn repeat(&mut self, glyph: &str, count: usize) {
        match glyph.as_bytes() {
            [byte] => self.out.resize(self.out.len() + count, *byte),
            _ => (0..count).for_each(|_| self.push(glyph)),
        }
    }

    #[inline]
    pub(super) fn blanks(&mut self, count: usize) {
        const BLANKS: [u8; 32] = [b' '; 32];
        if count == 0 {
            return;
        }
        if count <= BLANKS.len() {
            // A copy of constant length is compiled without a call of `memcpy`.
            let end = self.out.len() + count;
            self.out.extend_from_slice(&BLANKS);
            self.out.truncate(end);
        } else {
            self.repeat(" ", count);
        }
    }

    #[inline]
    pub(super) fn end_line(&mut self) {
        self.out.push(b'\n');
    }

    /// Removes all occurrences of an ASCII byte from the end of the output.
    #[inline]
    pub(super) fn trim(&mut self, byte: u8) {
        while self.out.last() == Some(&byte) {
            self.out.pop();
        }
    }

    #[inline]
    pub(super) fn number(&mut self, digits: &Digits) {
        digits.push_to(&mut self.out);
    }

    /// Begins a link to `url`, which has no control characters. The current style must be plain.
    ///
    /// The terminal sequence is OSC 8, terminated by ST:
    /// <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>.
    pub(super) fn begin_link(&mut self, url: &str) {
        let (before, after) = match self.kind {
            CanvasKind::Plain | CanvasKind::Ansi(_) => ("\u{1b}]8;;", "\u{1b}\\"),
            CanvasKind::Html => ("<a href=\"", "\">"),
        };
        self.push(before);
        self.put(url);
        self.push(after);
    }

    pub(super) fn end_link(&mut self) {
        self.push(match self.kind {
            CanvasKind::Plain | CanvasKind::Ansi(_) => "\u{1b}]8;;\u{1b}\\",
            CanvasKind::Html => "</a>",
        });
    }

    /// Changes the colours to those of a child. Returns the colours until then, if there are any. The current style
    /// must be plain.
    pub(super) fn begin_child(&mut self, level: ChildLevel) -> Option<OuterColors> {
        match &mut self.kind {
            CanvasKind::Plain => None,
            CanvasKind::Ansi(sequences) => Some(sequences.begin_child(level)),
            CanvasKind::Html => {
                let class = level.as_str();
                ["<span class=\"vd-child-", class, "\">"].iter().for_each(|part| self.push(part));
                None
            }
        }
    }

    /// Changes the colours back to those before a child. The current style must be plain.
    pub(super) fn end_child(&mut self, outer: Option<OuterColors>) {
        match (&mut self.kind, outer) {
            (CanvasKind::Ansi(sequences), Some(outer)) => sequences.restore(outer),
            (CanvasKind::Html, _) => {
                // The line feed of a whole line stays after the element, where the end of the output is trimmed.
                let is_line = self.out.last() == Some(&b'\n');
                self.out.truncate(self.out.len() - usize::from(is_line));
                self.push(if is_line { "</span>\n" } else { "</span>" });
            }
            _ => {}
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }
}
