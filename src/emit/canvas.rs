//! What styled output is made of: ANSI sequences for a terminal, or markup for a page.
//!
//! ```text
//! pen            terminal                          page
//! style Header   ␛[0m␛[1m␛[38;5;9m                 <span class="vd-header">
//! link …         ␛]8;;https://…␛\                  <a href="https://…">
//! put `a < b`    a < b                             a &lt; b
//! ```

use super::markup;
use super::style::{Sequences, Style};
use crate::text::Digits;

/// Takes text and styles one after the other.
#[derive(Debug)]
pub(super) struct Canvas {
    /// UTF-8.
    out: Vec<u8>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Text without styles.
    Plain,
    /// Text for a terminal, with the sequences of its styles.
    Ansi(Sequences),
    /// HTML; whether a `span` is open.
    Page { is_open: bool },
}

impl Canvas {
    /// Bytes for a terminal, or for a file where there are no styles, after what `out` holds.
    pub(super) const fn terminal(styles: Option<Sequences>, out: Vec<u8>) -> Self {
        let kind = match styles {
            Some(sequences) => Kind::Ansi(sequences),
            None => Kind::Plain,
        };
        Self { out, kind }
    }

    /// HTML after what `out` holds.
    pub(super) const fn page(out: Vec<u8>) -> Self {
        Self { out, kind: Kind::Page { is_open: false } }
    }

    /// What follows is `style`.
    #[inline]
    pub(super) fn style(&mut self, style: Style) {
        match self.kind {
            Kind::Plain => {}
            Kind::Ansi(sequences) => sequences.push(style, &mut self.out),
            Kind::Page { is_open } => {
                if is_open {
                    self.push("</span>");
                }
                if let Some(class) = style.class() {
                    ["<span class=\"vd-", class, "\">"].iter().for_each(|part| self.push(part));
                }
                self.kind = Kind::Page { is_open: style.class().is_some() };
            }
        }
    }

    pub(super) const fn is_styled(&self) -> bool {
        !matches!(self.kind, Kind::Plain)
    }

    #[inline]
    fn push(&mut self, text: &str) {
        match text.as_bytes() {
            // Most glyphs: a byte takes no call.
            [byte] => self.out.push(*byte),
            bytes => self.out.extend_from_slice(bytes),
        }
    }

    /// Adds text that is safe to show.
    #[inline]
    pub(super) fn put(&mut self, text: &str) {
        match self.kind {
            Kind::Plain | Kind::Ansi(_) => self.push(text),
            Kind::Page { .. } => self.put_escaped(text),
        }
    }

    fn put_escaped(&mut self, text: &str) {
        let mut escaped = String::with_capacity(text.len());
        text.chars().for_each(|c| markup::push(&mut escaped, c));
        self.push(&escaped);
    }

    /// Adds a character that means nothing in markup, `count` times.
    #[inline]
    pub(super) fn repeat(&mut self, glyph: &str, count: usize) {
        match glyph.as_bytes() {
            [byte] => self.out.resize(self.out.len() + count, *byte),
            _ => (0..count).for_each(|_| self.push(glyph)),
        }
    }

    #[inline]
    pub(super) fn blanks(&mut self, count: usize) {
        const FEW: [u8; 32] = [b' '; 32];
        if count == 0 {
            return;
        }
        if count <= FEW.len() {
            // A copy of a fixed length takes no call.
            let end = self.out.len() + count;
            self.out.extend_from_slice(&FEW);
            self.out.truncate(end);
        } else {
            self.repeat(" ", count);
        }
    }

    #[inline]
    pub(super) fn end_line(&mut self) {
        self.out.push(b'\n');
    }

    /// Takes back what ends in this byte, which is ASCII.
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

    /// What follows is a link to `url`, which is safe in a terminal; no style is on.
    ///
    /// The sequence is OSC 8, ended by ST, as its authors write it:
    /// <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>.
    pub(super) fn begin_link(&mut self, url: &str) {
        let (before, behind) = match self.kind {
            Kind::Plain | Kind::Ansi(_) => ("\u{1b}]8;;", "\u{1b}\\"),
            Kind::Page { .. } => ("<a href=\"", "\">"),
        };
        self.push(before);
        self.put(url);
        self.push(behind);
    }

    pub(super) fn end_link(&mut self) {
        self.push(match self.kind {
            Kind::Plain | Kind::Ansi(_) => "\u{1b}]8;;\u{1b}\\",
            Kind::Page { .. } => "</a>",
        });
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }
}
