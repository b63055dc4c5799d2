//! Encodes styled output: plain text, ANSI sequences for a terminal, or HTML.
//!
//! ```text
//! pen            terminal                          HTML
//! style Header   ␛[1;91m                           <span class="vd-header">
//! link …         ␛]8;;https://…␛\                  <a href="https://…">
//! child Note     the sequences of a note           <span class="vd-child-note">
//! put `a < b`    a < b                             a &lt; b
//! ```
//!
//! Each encoding is a type, so that drawing plain text is compiled without any code for styles.

use super::glyphs::Prefix;
use super::markup;
use super::sequences::Sequences;
use super::style::Style;
use super::theme::LevelSequences;
use crate::model::{ChildLevel, Severity};
use crate::text::Digits;

/// A buffer for text and styles.
pub(super) trait Canvas {
    /// What [`begin_child`](Self::begin_child) has to restore.
    type Outer;

    /// Whether styles are written.
    const IS_STYLED: bool;

    /// Returns the output until now, which is UTF-8.
    fn out(&mut self) -> &mut Vec<u8>;

    /// Changes the style from that of the text until now to that of the text that follows.
    fn style(&mut self, from: Style, to: Style);

    /// Returns true if blanks of this style are not blank.
    fn shows_blanks(&self, style: Style) -> bool;

    /// Appends text whose control characters the caller has escaped.
    fn put(&mut self, text: &str);

    /// Begins a link to `url`, which has no control characters. The current style must be plain.
    fn begin_link(&mut self, url: &str);

    /// Ends a link.
    fn end_link(&mut self);

    /// Changes the colours to those of a child. The current style must be plain.
    fn begin_child(&mut self, level: ChildLevel) -> Self::Outer;

    /// Changes the colours back to those before a child. The current style must be plain.
    fn end_child(&mut self, outer: Self::Outer);

    /// Appends a character `count` times. It has no meaning in markup.
    #[inline]
    fn repeat(&mut self, glyph: &str, count: usize) {
        let out = self.out();
        match glyph.as_bytes() {
            [byte] => push_repeated(out, *byte, count),
            bytes => (0..count).for_each(|_| out.extend_from_slice(bytes)),
        }
    }

    /// Appends blanks.
    #[inline]
    fn blanks(&mut self, count: usize) {
        push_repeated(self.out(), b' ', count);
    }

    /// Changes the style from that of the text until now to the plain one, and ends the line.
    #[inline]
    fn end_line(&mut self, from: Style) {
        if Self::IS_STYLED && from != Style::Plain {
            self.style(from, Style::Plain);
        }
        self.out().push(b'\n');
    }

    /// Removes all occurrences of an ASCII byte from the end of the output.
    #[inline]
    fn trim(&mut self, byte: u8) {
        let out = self.out();
        while out.last() == Some(&byte) {
            out.pop();
        }
    }

    /// Appends a prefix.
    #[inline(always)]
    fn prefix(&mut self, prefix: &Prefix) {
        prefix.push_to(self.out());
    }

    /// Appends a number.
    #[inline]
    fn number(&mut self, digits: &Digits) {
        digits.push_to(self.out());
    }
}

#[inline(always)]
fn push_repeated(out: &mut Vec<u8>, byte: u8, count: usize) {
    const FEW: usize = 32;
    let end = out.len() + count;
    if count <= FEW {
        // A copy of constant length is compiled without a call of `memcpy`.
        out.extend_from_slice(&[byte; FEW]);
        out.truncate(end);
    } else {
        out.resize(end, byte);
    }
}

#[inline(always)]
fn push(out: &mut Vec<u8>, text: &str) {
    match text.as_bytes() {
        // Most glyphs are one byte, which is pushed without a call of `memcpy`.
        [byte] => out.push(*byte),
        bytes => out.extend_from_slice(bytes),
    }
}

/// Text without styles.
#[derive(Debug)]
pub(super) struct PlainCanvas(pub(super) Vec<u8>);

impl Canvas for PlainCanvas {
    type Outer = ();
    const IS_STYLED: bool = false;

    #[inline]
    fn out(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    #[inline]
    fn style(&mut self, _: Style, _: Style) {}

    #[inline]
    fn shows_blanks(&self, _: Style) -> bool {
        false
    }

    #[inline]
    fn put(&mut self, text: &str) {
        push(&mut self.0, text);
    }

    fn begin_link(&mut self, url: &str) {
        begin_terminal_link(url, &mut self.0);
    }

    fn end_link(&mut self) {
        push(&mut self.0, END_TERMINAL_LINK);
    }

    fn begin_child(&mut self, _: ChildLevel) {}

    fn end_child(&mut self, (): ()) {}
}

/// Text with ANSI sequences.
#[derive(Debug)]
pub(super) struct AnsiCanvas<'s> {
    pub(super) out: Vec<u8>,
    all: &'s Sequences,
    /// The sequences of the diagnostic or child that is drawn.
    current: &'s LevelSequences,
}

impl<'s> AnsiCanvas<'s> {
    /// Creates a canvas for a diagnostic that appends to `out`.
    pub(super) fn new(out: Vec<u8>, all: &'s Sequences, severity: Severity) -> Self {
        Self { out, all, current: all.of_diagnostic(severity) }
    }
}

impl<'s> Canvas for AnsiCanvas<'s> {
    type Outer = &'s LevelSequences;
    const IS_STYLED: bool = true;

    #[inline(always)]
    fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    #[inline(always)]
    fn style(&mut self, from: Style, to: Style) {
        self.current.push(from as usize, to as usize, &mut self.out);
    }

    #[inline(always)]
    fn end_line(&mut self, from: Style) {
        self.current.end_line(from as usize, &mut self.out);
    }

    #[inline(always)]
    fn shows_blanks(&self, style: Style) -> bool {
        self.current.is_underlined(style as usize)
    }

    #[inline(always)]
    fn put(&mut self, text: &str) {
        push(&mut self.out, text);
    }

    fn begin_link(&mut self, url: &str) {
        begin_terminal_link(url, &mut self.out);
    }

    fn end_link(&mut self) {
        push(&mut self.out, END_TERMINAL_LINK);
    }

    fn begin_child(&mut self, level: ChildLevel) -> &'s LevelSequences {
        std::mem::replace(&mut self.current, self.all.of_child(level))
    }

    fn end_child(&mut self, outer: &'s LevelSequences) {
        self.current = outer;
    }
}

/// OSC 8, terminated by ST: <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>.
fn begin_terminal_link(url: &str, out: &mut Vec<u8>) {
    ["\u{1b}]8;;", url, "\u{1b}\\"].iter().for_each(|part| push(out, part));
}

const END_TERMINAL_LINK: &str = "\u{1b}]8;;\u{1b}\\";

/// HTML.
#[derive(Debug)]
pub(super) struct HtmlCanvas(pub(super) Vec<u8>);

impl HtmlCanvas {
    fn push_all(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| push(&mut self.0, part));
    }
}

impl Canvas for HtmlCanvas {
    type Outer = ();
    const IS_STYLED: bool = true;

    fn out(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    fn style(&mut self, from: Style, to: Style) {
        if from.class().is_some() {
            self.push_all(&["</span>"]);
        }
        if let Some(class) = to.class() {
            self.push_all(&["<span class=\"vd-", class, "\">"]);
        }
    }

    fn shows_blanks(&self, _: Style) -> bool {
        false
    }

    fn put(&mut self, text: &str) {
        let mut escaped = String::with_capacity(text.len());
        text.chars().for_each(|c| markup::push_html(&mut escaped, c));
        self.push_all(&[&escaped]);
    }

    fn prefix(&mut self, prefix: &Prefix) {
        self.put(prefix.as_str());
    }

    fn begin_link(&mut self, url: &str) {
        self.push_all(&["<a href=\""]);
        self.put(url);
        self.push_all(&["\">"]);
    }

    fn end_link(&mut self) {
        self.push_all(&["</a>"]);
    }

    fn begin_child(&mut self, level: ChildLevel) {
        self.push_all(&["<span class=\"vd-child-", level.as_str(), "\">"]);
    }

    fn end_child(&mut self, (): ()) {
        // The line feed of a whole line stays after the element, where the end of the output is trimmed.
        let is_line = self.0.last() == Some(&b'\n');
        self.0.truncate(self.0.len() - usize::from(is_line));
        self.push_all(&[if is_line { "</span>\n" } else { "</span>" }]);
    }
}
