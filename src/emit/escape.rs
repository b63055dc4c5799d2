//! Text in which some characters are escaped, and JSON with nothing in it that a terminal would obey.

use std::borrow::Cow;
use std::fmt::{self, Display, Write as _};
use std::io::{self, Write as _};

use serde::Serialize;

use crate::text;

/// Adds the JSON of `value` to `out`, on one line, without a line feed.
///
/// `serde_json` escapes C0 controls, as JSON demands (RFC 8259, section 7). DEL, C1 and bidi controls
/// may stand in JSON, but not on a terminal that somebody looks at it with. They stand in strings alone,
/// where an escape may stand in the place of any character.
///
/// # Errors
///
/// What `value` says where it cannot be serialised; the structs of the formats all can.
pub(super) fn json(out: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    let begin = out.len();
    serde_json::to_writer(&mut *out, value)?;
    let written = std::str::from_utf8(out.get(begin..).unwrap_or_default());
    let written = written.map_err(io::Error::other)?;
    // Of the two the first takes many bytes at a time, and says so of most lines.
    if text::is_plain(written) || !written.contains(text::is_unsafe) {
        return Ok(());
    }
    let written = written.to_owned();
    out.truncate(begin);
    let number = |c| format!("\\u{:04x}", u32::from(c)).into();
    write!(out, "{}", Escaped::new(written, |c| text::is_unsafe(c).then(|| number(c))))
}

/// Shows a text with what `escape` gives in the place of a character that it gives something for.
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
        write!(Pieces { out: f, escape: &self.escape }, "{}", self.text)
    }
}

/// Escapes each piece of a text as it comes.
struct Pieces<'a, 'f, F> {
    out: &'a mut fmt::Formatter<'f>,
    escape: &'a F,
}

impl<F: Fn(char) -> Option<Cow<'static, str>>> fmt::Write for Pieces<'_, '_, F> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let escaped = |(index, c)| Some((index, c, (self.escape)(c)?));
        let mut rest = text;
        while let Some((index, c, instead)) = rest.char_indices().find_map(escaped) {
            let (before, behind) = rest.split_at_checked(index).unwrap_or_default();
            self.out.write_str(before)?;
            self.out.write_str(&instead)?;
            rest = behind.strip_prefix(c).unwrap_or_default();
        }
        self.out.write_str(rest)
    }
}

/// What stands in the place of a character that a terminal would obey, as [`text::one_line`] shows it.
#[inline] // asked of every character
pub(super) fn stand_in(c: char) -> Option<Cow<'static, str>> {
    text::is_unsafe(c).then(|| text::one_line(c.encode_utf8(&mut [0; 4])).into_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_read_back() {
        let nasty: String = (0..0x3000).filter_map(char::from_u32).collect();
        for text in ["", "plain \"\\", "é\u{7f}", "\u{202e}é\u{9b}", &nasty] {
            let mut out = "\u{9b}".as_bytes().to_vec();
            json(&mut out, &[text]).unwrap();
            let written = std::str::from_utf8(&out).unwrap().strip_prefix('\u{9b}').unwrap();
            assert!(!written.contains(text::is_unsafe), "{written}");
            assert_eq!(serde_json::from_str::<[String; 1]>(written).unwrap(), [text]);
        }
    }
}
