//! Escapes text for HTML and XML.

use std::borrow::Cow;
use std::fmt::Display;

use super::escape::{self, Escape, Escaped};
use super::plain_text::TextSink;
use crate::text;

/// Appends a character to HTML, escaped if it has a meaning in markup.
pub(super) fn push_html(out: &mut String, c: char) {
    match entity(c) {
        Some(entity) => out.push_str(entity),
        None => out.push(c),
    }
}

/// Returns the escape of a character that has a meaning in markup, or `None`.
const fn entity(c: char) -> Option<&'static str> {
    Some(match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        // Noncharacters: neither XML (section 2.2) nor HTML (section 13.2.3.5) allows them.
        '\u{fffe}' | '\u{ffff}' => "\u{fffd}",
        _ => return None,
    })
}

/// The part of an XML document that text is written to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum XmlContext {
    /// An attribute value, in which a parser turns a line feed into a space.
    Attribute,
    /// The content of an element, in which a line feed is kept.
    Content,
}

/// Escapes `text` for XML: a parser reads the same text, and the only control characters of the output are line
/// feeds. Most C0 controls are replaced, because XML 1.0 cannot express them (section 2.2).
pub(super) fn escape_xml(text: impl Display, context: XmlContext) -> impl Display {
    Escaped::new(text, context)
}

impl Escape for XmlContext {
    #[inline]
    fn is_plain(text: &str) -> bool {
        text::is_plain_without_markup(text)
    }

    #[inline]
    fn is_special(byte: u8) -> bool {
        matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')
    }

    fn replacement(&self, c: char) -> Option<Cow<'static, str>> {
        match c {
            '\n' if *self == Self::Content => None,
            '\n' | '\r' | '\t' | '\u{7f}'.. if text::is_unsafe(c) => {
                Some(format!("&#x{:x};", u32::from(c)).into())
            }
            _ => entity(c).map(Cow::Borrowed).or_else(|| escape::replacement(c)),
        }
    }
}

/// The content of an XML element.
pub(super) struct XmlContent<'o>(pub(super) &'o mut Vec<u8>);

impl TextSink for XmlContent<'_> {
    fn text(&mut self, text: &str) {
        XmlContext::Content.push(self.0, text);
    }

    #[inline]
    fn plain(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    #[inline]
    fn line_feed(&mut self) {
        self.0.push(b'\n');
    }

    #[inline]
    fn number(&mut self, number: u32) {
        text::digits(number).push_to(self.0);
    }
}
