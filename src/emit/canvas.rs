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
    out: String,
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
    pub(super) const fn terminal(color: bool, out: String) -> Self {
        Self { out, kind: if color { Kind::Ansi } else { Kind::Plain } }
    }

    /// HTML after what `out` holds.
    pub(super) const fn page(out: String) -> Self {
        Self { out, kind: Kind::Page { is_open: false } }
    }

    /// What follows is `style`, in a diagnostic of this severity.
    pub(super) fn style(&mut self, style: Style, severity: Severity) {
        match &mut self.kind {
            Kind::Plain => {}
            Kind::Ansi => self.out.push_str(style.ansi(severity)),
            Kind::Page { is_open } => {
                if std::mem::take(is_open) {
                    self.out.push_str("</span>");
                }
                if let Some(class) = style.class() {
                    self.out.push_str("<span class=\"vd-");
                    self.out.push_str(class);
                    self.out.push_str("\">");
                    *is_open = true;
                }
            }
        }
    }

    /// Adds text that is safe to show.
    pub(super) fn put(&mut self, text: &str) {
        match self.kind {
            Kind::Plain | Kind::Ansi => self.out.push_str(text),
            Kind::Page { .. } => text.chars().for_each(|c| markup::push(&mut self.out, c)),
        }
    }

    /// Adds a character that is safe to show, `count` times.
    pub(super) fn repeat(&mut self, c: char, count: usize) {
        match self.kind {
            Kind::Plain | Kind::Ansi => self.out.extend(std::iter::repeat_n(c, count)),
            Kind::Page { .. } => (0..count).for_each(|_| markup::push(&mut self.out, c)),
        }
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
        self.out.push_str(before);
        self.put(url);
        self.out.push_str(behind);
    }

    pub(super) fn end_link(&mut self) {
        self.out.push_str(match self.kind {
            Kind::Plain | Kind::Ansi => "\u{1b}]8;;\u{1b}\\",
            Kind::Page { .. } => "</a>",
        });
    }

    pub(super) fn into_string(self) -> String {
        self.out
    }
}
