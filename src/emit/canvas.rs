//! What painted output is made of: ANSI sequences for a terminal, or markup for a page.
//!
//! ```text
//! pen            terminal                          page
//! style Header   ␛[0m␛[1m␛[38;5;9m                 <span class="vd-header">
//! link …         ␛]8;;https://…␛\                  <a href="https://…">
//! put `a < b`    a < b                             a &lt; b
//! ```

use super::markup;
use super::style::Style;
use crate::severity::Severity;

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
    /// Text for a terminal.
    Ansi,
    /// HTML; whether a `span` is open.
    Page { is_open: bool },
}

impl Canvas {
    /// Bytes for a terminal, or for a file where there is no colour, after what `out` holds.
    pub(super) const fn terminal(color: bool, out: Vec<u8>) -> Self {
        Self { out, kind: if color { Kind::Ansi } else { Kind::Plain } }
    }

    /// HTML after what `out` holds.
    pub(super) const fn page(out: Vec<u8>) -> Self {
        Self { out, kind: Kind::Page { is_open: false } }
    }

    /// What follows is `style`, in a diagnostic of this severity.
    pub(super) fn style(&mut self, style: Style, severity: Severity) {
        match &mut self.kind {
            Kind::Plain => {}
            Kind::Ansi => self.push(style.ansi(severity)),
            Kind::Page { is_open } => {
                if std::mem::take(is_open) {
                    self.push("</span>");
                }
                if let Some(class) = style.class() {
                    self.kind = Kind::Page { is_open: true };
                    ["<span class=\"vd-", class, "\">"].iter().for_each(|part| self.push(part));
                }
            }
        }
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Adds text that is safe to show.
    pub(super) fn put(&mut self, text: &str) {
        match self.kind {
            Kind::Plain | Kind::Ansi => self.push(text),
            Kind::Page { .. } => {
                let mut escaped = String::with_capacity(text.len());
                text.chars().for_each(|c| markup::push(&mut escaped, c));
                self.push(&escaped);
            }
        }
    }

    /// Adds ASCII that means nothing in markup, `count` times.
    pub(super) fn repeat(&mut self, byte: u8, count: usize) {
        self.out.resize(self.out.len() + count, byte);
    }

    /// Adds the digits of a number.
    pub(super) fn number(&mut self, digits: &[u8]) {
        self.out.extend_from_slice(digits);
    }

    /// What follows is a link to `url`, which is safe in a terminal; no style is on.
    ///
    /// The sequence is OSC 8, ended by ST, as its authors write it:
    /// <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>.
    pub(super) fn begin_link(&mut self, url: &str) {
        let (before, behind) = match self.kind {
            Kind::Plain | Kind::Ansi => ("\u{1b}]8;;", "\u{1b}\\"),
            Kind::Page { .. } => ("<a href=\"", "\">"),
        };
        self.push(before);
        self.put(url);
        self.push(behind);
    }

    pub(super) fn end_link(&mut self) {
        self.push(match self.kind {
            Kind::Plain | Kind::Ansi => "\u{1b}]8;;\u{1b}\\",
            Kind::Page { .. } => "</a>",
        });
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }
}
