//! JSON that is safe to show.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{is_plain, is_unsafe};

/// Escapes the characters of JSON that a terminal would interpret, so that it can be shown. It parses to the same
/// value. Line feeds between values stay.
///
/// JSON writers escape C0 controls, which JSON requires (RFC 8259, section 7). JSON allows DEL, C1 and bidi controls,
/// but a terminal interprets them. They only occur in strings, where JSON allows an escape for any character.
///
/// ```
/// assert_eq!(vitte_diag::text::escape_json("{\"a\":\"\u{202e}\"}"), r#"{"a":"\u202e"}"#);
/// ```
#[must_use]
pub fn escape_json(json: &str) -> Cow<'_, str> {
    let is_escaped = |c: char| c != '\n' && is_unsafe(c);
    // Most JSON passes the first check, which examines many bytes at a time.
    if is_plain(json) || !json.contains(is_escaped) {
        return json.into();
    }
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_escaped(c) {
            // These characters are all below U+10000. Writing to memory cannot fail.
            _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_json_parses_to_the_same_value() {
        let value = serde_json::json!({"a": "\u{7f}\u{9b}\u{202e}\u{2028}\n\u{1b}é"});
        let json = serde_json::to_string_pretty(&value).unwrap();
        let escaped = escape_json(&json);
        assert!(escaped.contains("\\u202e"));
        assert!(!escaped.contains(|c| c != '\n' && is_unsafe(c)));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
        assert!(matches!(escape_json("{\"a\":\"é\"}"), Cow::Borrowed(_)));
    }
}
