//! Escapes characters of a string, and writes JSON that is safe in a terminal.

use std::borrow::Cow;
use std::fmt::{self, Display, Write as _};
use std::io;

use serde::Serialize;

use super::json_writer::JsonWriter;
use crate::text;

/// Appends the JSON of `value` to `out`, on one line, without a line feed.
///
/// Characters that a terminal interprets are escaped, see [`text::escape_json`].
///
/// # Errors
///
/// Returns an error if `value` cannot be serialised. The structs of the formats always can.
pub(super) fn push_json(out: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut JsonWriter { out }).map_err(io::Error::other)
}

/// How the characters of a text are escaped.
pub(super) trait Escape {
    /// Returns true if `text` is printable ASCII without a character that is replaced.
    fn is_plain(text: &str) -> bool;

    /// Returns true if the character is replaced, for printable ASCII.
    fn is_special(byte: u8) -> bool;

    /// Returns the replacement of a character, or `None` to keep it.
    fn replacement(&self, c: char) -> Option<Cow<'static, str>>;

    /// Calls `push` with the pieces of the escaped text.
    #[inline]
    fn escape(&self, text: &str, push: impl FnMut(&str)) {
        let mut push = push;
        if Self::is_plain(text) {
            return push(text);
        }
        let is_special = |byte: u8| !matches!(byte, b' '..=b'~') || Self::is_special(byte);
        let (mut start, mut from) = (0, 0);
        while let Some(at) = text.bytes().skip(from).position(is_special).map(|at| from + at) {
            let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
            from = at + c.len_utf8();
            if let Some(replacement) = self.replacement(c) {
                push(text.get(start..at).unwrap_or_default());
                push(&replacement);
                start = from;
            }
        }
        push(text.get(start..).unwrap_or_default());
    }

    /// Appends the escaped text to `out`.
    #[inline]
    fn push(&self, out: &mut Vec<u8>, text: &str) {
        self.escape(text, |piece| out.extend_from_slice(piece.as_bytes()));
    }
}

/// A function that returns the replacement of a character. It is called for every character.
impl<F: Fn(char) -> Option<Cow<'static, str>>> Escape for F {
    fn is_plain(_: &str) -> bool {
        false
    }

    fn is_special(_: u8) -> bool {
        true
    }

    fn replacement(&self, c: char) -> Option<Cow<'static, str>> {
        self(c)
    }
}

/// Text that is displayed with some characters replaced.
pub(super) struct Escaped<T, E> {
    text: T,
    escape: E,
}

impl<T: Display, E: Escape> Escaped<T, E> {
    pub(super) const fn new(text: T, escape: E) -> Self {
        Self { text, escape }
    }
}

impl<T: Display, E: Escape> Display for Escaped<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(EscapingWriter { out: f, escape: &self.escape }, "{}", self.text)
    }
}

/// Escapes what is written to it, without an intermediate string.
struct EscapingWriter<'a, 'f, E> {
    out: &'a mut fmt::Formatter<'f>,
    escape: &'a E,
}

impl<E: Escape> fmt::Write for EscapingWriter<'_, '_, E> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut result = Ok(());
        self.escape.escape(text, |piece| result = result.and_then(|()| self.out.write_str(piece)));
        result
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
