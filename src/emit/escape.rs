//! Escapes characters of a string, and writes JSON that is safe in a terminal.

use std::borrow::Cow;
use std::fmt::{self, Display, Write as _};
use std::io;

use serde::Serialize;

use crate::text;

/// Appends the JSON of `value` to `out`, on one line, without a line feed.
///
/// Characters that a terminal interprets are escaped, see [`text::escape_json`].
///
/// # Errors
///
/// Returns an error if `value` cannot be serialised. The structs of the formats always can.
pub(super) fn push_json(out: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    let start = out.len();
    serde_json::to_writer(&mut *out, value)?;
    let written = std::str::from_utf8(out.get(start..).unwrap_or_default());
    let written = written.map_err(io::Error::other)?;
    if let Cow::Owned(escaped) = text::escape_json(written) {
        out.truncate(start);
        out.extend_from_slice(escaped.as_bytes());
    }
    Ok(())
}

/// Text that is displayed with some characters replaced: `escape` returns the replacement of a character,
/// or `None` to keep it.
pub(super) struct Escaped<T, F> {
    text: T,
    escape: F,
}

impl<T: Display, F: Fn(char) -> Option<Cow<'static, str>>> Escaped<T, F> {
    pub(super) const fn new(text: T, escape: F) -> Self {
        Self { text, escape }
    }
}

impl<T: Display, F: Fn(char) -> Option<Cow<'static, str>>> Display for Escaped<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(EscapingWriter { out: f, escape: &self.escape }, "{}", self.text)
    }
}

/// Escapes what is written to it, without an intermediate string.
struct EscapingWriter<'a, 'f, F> {
    out: &'a mut fmt::Formatter<'f>,
    escape: &'a F,
}

impl<F: Fn(char) -> Option<Cow<'static, str>>> fmt::Write for EscapingWriter<'_, '_, F> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let escaped = |(index, c)| Some((index, c, (self.escape)(c)?));
        let mut rest = text;
        while let Some((index, c, replacement)) = rest.char_indices().find_map(escaped) {
            let (before, after) = rest.split_at_checked(index).unwrap_or_default();
            self.out.write_str(before)?;
            self.out.write_str(&replacement)?;
            rest = after.strip_prefix(c).unwrap_or_default();
        }
        self.out.write_str(rest)
    }
}

/// Returns the replacement of a character that a terminal would interpret, as [`text::one_line`] shows it.
/// Returns `None` for any other character.
#[inline] // called for every character
pub(super) fn replacement(c: char) -> Option<Cow<'static, str>> {
    text::is_unsafe(c).then(|| text::one_line(c.encode_utf8(&mut [0; 4])).into_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_characters_are_escaped_and_read_back() {
        let all: String = (0..0x3000).filter_map(char::from_u32).collect();
        for text in ["", "plain \"\\", "é\u{7f}", "\u{202e}é\u{9b}", &all] {
            let mut out = "\u{9b}".as_bytes().to_vec();
            push_json(&mut out, &[text]).unwrap();
            let written = std::str::from_utf8(&out).unwrap().strip_prefix('\u{9b}').unwrap();
            assert!(!written.contains(text::is_unsafe), "{written}");
            assert_eq!(serde_json::from_str::<[String; 1]>(written).unwrap(), [text]);
        }
    }
}
