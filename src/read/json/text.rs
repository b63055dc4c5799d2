//! Repairs text that is not JSON, although tools write it.

use std::borrow::Cow;

/// Converts an input to text. Bytes that are not UTF-8 become U+FFFD: GCC copies them from the source.
pub(crate) fn to_text(input: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(input)
}

/// Replaces escapes of surrogates that are not in a pair by that of U+FFFD. Programs in JavaScript and Java write them
/// if they cut a string inside a character.
pub(crate) fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    if !text.contains("\\ud") && !text.contains("\\uD") {
        return text.into();
    }
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let is_pair = matches!(surrogate(from), Some(0xd800..=0xdbff))
            && matches!(from.get(6..).and_then(surrogate), Some(0xdc00..=0xdfff));
        let (len, escape) = match surrogate(from) {
            Some(_) if is_pair => (12, from.get(..12)),
            Some(_) => (6, Some("\\ufffd")),
            // The second character may be a backslash, which does not begin an escape.
            None => {
                let len = 1 + from.chars().nth(1).map_or(0, char::len_utf8);
                (len, from.get(..len))
            }
        };
        out.push_str(escape.unwrap_or_default());
        rest = from.get(len..).unwrap_or_default();
    }
    out.push_str(rest);
    out.into()
}

/// Returns the surrogate of the escape at the start of `text`.
fn surrogate(text: &str) -> Option<u32> {
    let unit = u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()?;
    Some(unit).filter(|unit| (0xd800..=0xdfff).contains(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_replaced() {
        for (text, expected) in [
            (r#""\ud83c\udf88""#, r#""\ud83c\udf88""#),
            (r#""\ud83c""#, r#""\ufffd""#),
            (r#""é\uDF88\ud83cé\ud83c\n""#, r#""é\ufffd\ufffdé\ufffd\n""#),
            (r#""\\ud83c""#, r#""\\ud83c""#),
            (r#""\\\ud83c""#, r#""\\\ufffd""#),
            (r#""\ud8"#, r#""\ud8"#),
        ] {
            assert_eq!(without_lone_surrogates(text), expected);
        }
    }
}
