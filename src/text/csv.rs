//! Fields of comma-separated values.

use std::borrow::Cow;

/// Returns a field of RFC 4180: in quotes if it needs them.
///
/// A spreadsheet calculates a field that begins with `=`, `+`, `-` or `@`, also in quotes, and such a formula can send
/// data away. A field that begins with one of these characters, or with one that looks the same, begins with an apostrophe
/// instead. The name of an option such as `-Wshadow`, or of an owner such as `@org/team`, calls no function, and stays.
///
/// ```
/// use vitte_diag::text::csv_field;
///
/// assert_eq!(csv_field("unused `x`"), "unused `x`");
/// assert_eq!(csv_field("expected `,`"), "\"expected `,`\"");
/// assert_eq!(csv_field("=cmd()"), "'=cmd()");
/// assert_eq!(csv_field("@SUM(1)"), "'@SUM(1)");
/// assert_eq!(csv_field("-Wshadow"), "-Wshadow");
/// ```
#[must_use]
pub fn csv_field(text: &str) -> Cow<'_, str> {
    let is_formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    let is_formula = text.trim_start().starts_with(is_formula) && !is_name(text);
    let apostrophe = if is_formula { "'" } else { "" };
    if text.contains([',', '"', '\n', '\r']) || text.trim() != text {
        return Cow::Owned(format!("\"{apostrophe}{}\"", text.replace('"', "\"\"")));
    }
    if apostrophe.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(format!("'{text}")) }
}

/// Returns true if a text is the name of an option or an owner: letters, digits and some other characters after a `-` or an `@`.
fn is_name(text: &str) -> bool {
    let name = text.strip_prefix('@').unwrap_or_else(|| text.trim_start_matches('-'));
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=/.".contains(&byte))
}
