//! Text in HTML and XML.

use std::borrow::Cow;

use crate::text;

/// Adds a character, escaped where markup would take it for its own.
pub(super) fn push(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        _ => out.push(c),
    }
}

/// `text` as the value of an attribute: on one line, safe to show.
pub(super) fn attribute(text: &str) -> String {
    escaped(&text::one_line(text))
}

/// `text` as content: its line feeds stay, everything else is safe to show.
///
/// XML has no way to write most C0 controls (XML 1.0, section 2.2), so their visible stand-ins are
/// what is written.
pub(super) fn content(text: &str) -> String {
    let lines: Vec<Cow<'_, str>> = text::lines(text, 4).collect();
    escaped(&lines.join("\n"))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    // U+FFFE and U+FFFF are no characters of XML.
    let shown = |c| if matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c };
    text.chars().for_each(|c| push(&mut out, shown(c)));
    out
}
