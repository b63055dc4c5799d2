//! Text in HTML and XML.

use std::fmt::Write as _;

use crate::text;

/// Adds a character that a terminal would not obey, escaped where markup would take it for its own.
pub(super) fn push(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        // Neither XML (section 2.2) nor HTML (13.2.3.5) has them.
        '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
        _ => out.push(c),
    }
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
pub(super) fn xml(text: &str, place: In) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' if place == In::Content => out.push('\n'),
            '\n' | '\r' | '\t' | '\u{7f}'.. if text::is_unsafe(c) => {
                // Writing to a string cannot fail.
                _ = write!(out, "&#x{:x};", u32::from(c));
            }
            _ if text::is_unsafe(c) => text::push_on_line(&mut out, c),
            _ => push(&mut out, c),
        }
    }
    out
}
