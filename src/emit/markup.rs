//! Text in HTML and XML.

use std::borrow::Cow;
use std::fmt::Display;

use super::escape::{self, Escaped};
use crate::text;

/// Adds a character that a terminal would not obey, escaped where markup would take it for its own.
pub(super) fn push(out: &mut String, c: char) {
    match escaped(c) {
        Some(escaped) => out.push_str(escaped),
        None => out.push(c),
    }
}

/// What stands in the place of a character that markup would take for its own.
const fn escaped(c: char) -> Option<&'static str> {
    Some(match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        // Neither XML (section 2.2) nor HTML (13.2.3.5) has them.
        '\u{fffe}' | '\u{ffff}' => "\u{fffd}",
        _ => return None,
    })
}

/// Where text stands in XML.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum In {
    Attribute,
    /// Between tags, where a line feed is a line feed.
    Content,
}

/// `text` for XML: a parser reads just `text` again, and a terminal finds nothing to obey in it. In the
/// place of most C0 controls, which XML 1.0 cannot write either (section 2.2), are stand-ins.
pub(super) fn xml(text: impl Display, place: In) -> impl Display {
    Escaped::new(text, move |c| match c {
        '\n' if place == In::Content => None,
        '\n' | '\r' | '\t' | '\u{7f}'.. if text::is_unsafe(c) => {
            Some(format!("&#x{:x};", u32::from(c)).into())
        }
        _ => escaped(c).map(Cow::Borrowed).or_else(|| escape::stand_in(c)),
    })
}
