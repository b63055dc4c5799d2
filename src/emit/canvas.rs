//! What painted output is made of: ANSI sequences for a terminal, or markup for a page.
//!
//! ```text
//! painter        terminal                          page
//! style Header   ␛[0m␛[1m␛[38;5;9m                 <span class="vd-header">
//! link …         ␛]8;;https://…␛\                  <a href="https://…">
//! put `a < b`    a < b                             a &lt; b
//! ```

use std::io::{self, Write as _};

use termcolor::{Buffer, WriteColor as _};

use super::markup;
use super::style::Style;
use crate::severity::Severity;

/// Takes text and styles one after the other.
#[derive(Debug)]
pub(super) enum Canvas {
    /// Bytes for a terminal, or for a file where the buffer has no colour.
    Terminal(Buffer),
    /// HTML; whether a `span` is open.
    Page(String, bool),
}

impl Canvas {
    pub(super) fn terminal(color: bool) -> Self {
        Self::Terminal(if color { Buffer::ansi() } else { Buffer::no_color() })
    }

    pub(super) const fn page() -> Self {
        Self::Page(String::new(), false)
    }

    /// What follows is `style`, in a diagnostic of this severity.
    pub(super) fn style(&mut self, style: Style, severity: Severity) -> io::Result<()> {
        match self {
            Self::Terminal(buffer) if style == Style::Plain => buffer.reset(),
            Self::Terminal(buffer) => buffer.set_color(&style.color(severity)),
            Self::Page(page, is_open) => {
                if std::mem::take(is_open) {
                    page.push_str("</span>");
                }
                if let Some(class) = style.class() {
                    page.push_str("<span class=\"vd-");
                    page.push_str(class);
                    page.push_str("\">");
                    *is_open = true;
                }
                Ok(())
            }
        }
    }

    /// Adds text that is safe to show.
    pub(super) fn put(&mut self, c: char) -> io::Result<()> {
        match self {
            Self::Terminal(buffer) => buffer.write_all(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Self::Page(page, _) => {
                markup::push(page, c);
                Ok(())
            }
        }
    }

    /// What follows is a link to `url`, which is safe in a terminal; no style is on.
    ///
    /// The sequence is OSC 8, ended by ST, as its authors write it:
    /// <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>.
    pub(super) fn begin_link(&mut self, url: &str) -> io::Result<()> {
        match self {
            Self::Terminal(buffer) => write!(buffer, "\u{1b}]8;;{url}\u{1b}\\"),
            Self::Page(page, _) => {
                page.push_str("<a href=\"");
                url.chars().for_each(|c| markup::push(page, c));
                page.push_str("\">");
                Ok(())
            }
        }
    }

    pub(super) fn end_link(&mut self) -> io::Result<()> {
        match self {
            Self::Terminal(buffer) => buffer.write_all(b"\x1b]8;;\x1b\\"),
            Self::Page(page, _) => {
                page.push_str("</a>");
                Ok(())
            }
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Terminal(buffer) => buffer.into_inner(),
            Self::Page(page, _) => page.into_bytes(),
        }
    }
}
