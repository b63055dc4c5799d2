//! Fields of comma-separated values.

use std::borrow::Cow;

/// Returns a field of RFC 4180: in quotes if it needs them.
///
/// A spreadsheet calculates a field that begins with `=`, `+`, `-` or `@`, also in quotes, and such a formula can send
/// data away. A field that begins with one of these characters, or with one that looks the same, begins with an apostrophe
/// instead.
///
/// ```
/// use vitte_diag::text::csv_field;
///
/// assert_eq!(csv_field("unused `x`"), "unused `x`");
/// assert_eq!(csv_field("expected `,`"), "\"expected `,`\"");
/// assert_eq!(csv_field("=cmd()"), "'=cmd()");
/// ```
#[must_use]
pub fn csv_field(text: &str) -> Cow<'_, str> {
    let is_formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    let apostrophe = if text.starts_with(is_formula) { "'" } else { "" };
    if text.contains([',', '"', '\n', '\r']) || text.trim() != text {
        return Cow::Owned(format!("\"{apostrophe}{}\"", text.replace('"', "\"\"")));
    }
    if apostrophe.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(format!("'{text}")) }
}
