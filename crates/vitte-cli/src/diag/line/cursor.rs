//! The tokens of canonical JSON.

use std::borrow::Cow;

use vitte_diag::text;

/// Reads tokens from the start of a line. Every function returns `None` if the next token is another one, or is not
/// written as [`JsonEmitter`](vitte_diag::JsonEmitter) writes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

/// A JSON string, without its quotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::diag) struct Raw<'a> {
    /// UTF-8, with the escapes of JSON.
    bytes: &'a [u8],
    has_escapes: bool,
}

impl<'a> Raw<'a> {
    /// Returns the text if it has no escapes.
    pub(super) fn plain(self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes).ok().filter(|_| !self.has_escapes)
    }

    /// Returns the text without escapes.
    pub(in crate::diag) fn text(self) -> Cow<'a, str> {
        if !self.has_escapes {
            return String::from_utf8_lossy(self.bytes);
        }
        let quoted = [b"\"", self.bytes, b"\""].concat();
        // The escapes were checked before.
        serde_json::from_slice::<String>(&quoted).unwrap_or_default().into()
    }
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) const fn is_at_end(self) -> bool {
        self.rest.is_empty()
    }

    /// Reads a constant text.
    #[inline]
    pub(super) fn literal<const N: usize>(&mut self, text: &[u8; N]) -> Option<()> {
        let (head, rest) = self.rest.split_first_chunk::<N>()?;
        if head != text {
            return None;
        }
        self.rest = rest;
        Some(())
    }

    /// Reads a constant text if it is next.
    #[inline]
    pub(super) fn skips<const N: usize>(&mut self, text: &[u8; N]) -> bool {
        self.literal(text).is_some()
    }

    /// Reads a number of 32 bits.
    #[inline]
    pub(super) fn number(&mut self) -> Option<u32> {
        let (mut value, mut len) = (0_u64, 0);
        while let Some(digit) = self.rest.get(len).filter(|byte| byte.is_ascii_digit()) {
            value = value * 10 + u64::from(digit - b'0');
            len += 1;
            if len > 10 {
                return None;
            }
        }
        let is_canonical = len == 1 || (len > 1 && self.rest.first() != Some(&b'0'));
        self.rest = self.rest.get(len..).filter(|_| is_canonical)?;
        u32::try_from(value).ok()
    }

    /// Reads a string.
    #[inline]
    pub(super) fn string(&mut self) -> Option<Raw<'a>> {
        self.literal(b"\"")?;
        let text = self.rest;
        let (mut at, mut has_escapes) = (0, false);
        loop {
            let rest = text.get(at..)?;
            let plain = plain_len(rest);
            at += plain;
            match rest.get(plain)? {
                b'"' => {
                    self.rest = text.get(at + 1..)?;
                    return Some(Raw { bytes: text.get(..at)?, has_escapes });
                }
                b'\\' => {
                    has_escapes = true;
                    at += escape_len(text.get(at..)?)?;
                }
                0..0x20 => return None,
                _ => at += unescaped_len(text.get(at..)?)?,
            }
        }
    }
}

/// Returns the number of bytes before the first one that is a quote, a backslash, a control character or not ASCII.
#[inline]
fn plain_len(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let found = special_bytes(u64::from_le_bytes(*chunk));
        if found != 0 {
            return bytes.len() - rest.len() + (found.trailing_zeros() / 8) as usize;
        }
        rest = after;
    }
    let is_special = |byte: &u8| !(0x20..0x7f).contains(byte) || matches!(byte, b'"' | b'\\');
    let plain = rest.iter().position(is_special).unwrap_or(rest.len());
    bytes.len() - rest.len() + plain
}

/// Returns a word whose lowest bit that is set is in the first of eight bytes that is special. Higher bits may be wrong,
/// because a subtraction borrows from the next byte. Method: <https://graphics.stanford.edu/~seander/bithacks.html>.
const fn special_bytes(word: u64) -> u64 {
    const fn each(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }
    const fn below(word: u64, limit: u8) -> u64 {
        word.wrapping_sub(each(limit)) & !word
    }
    let quotes = below(word ^ each(b'"'), 1);
    let backslashes = below(word ^ each(b'\\'), 1);
    let deletes = below(word ^ each(0x7f), 1);
    (below(word, 0x20) | quotes | backslashes | deletes | word) & each(0x80)
}

/// Returns the length of an escape, if the character has to be escaped in this way.
fn escape_len(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => {
            let digits = bytes.get(2..6)?;
            let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            let digits =
                std::str::from_utf8(digits).ok().filter(|_| digits.iter().all(is_digit))?;
            let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
            let has_short = matches!(c, '\u{8}' | '\t' | '\n' | '\u{c}' | '\r');
            (text::is_unsafe(c) && !has_short).then_some(6)
        }
        _ => None,
    }
}

/// Returns the length of the characters at the start that are not ASCII, if they are UTF-8 and need no escape.
fn unescaped_len(bytes: &[u8]) -> Option<usize> {
    let len = bytes.iter().position(|byte| *byte < 0x7f).unwrap_or(bytes.len());
    let run = std::str::from_utf8(bytes.get(..len)?).ok()?;
    (!run.contains(text::is_unsafe)).then_some(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_at_every_place() {
        for special in (0..0x20).chain([b'"', b'\\', 0x7f, 0x80, 0xff]) {
            for at in 0..20 {
                let mut bytes = [b' '; 40];
                bytes[at] = special;
                bytes[at + 1] = b'"';
                assert_eq!(plain_len(&bytes), at, "{special:#x}");
            }
        }
        let plain: Vec<u8> = (0x20..0x7f).filter(|byte| !b"\"\\".contains(byte)).collect();
        for start in 0..plain.len() {
            assert_eq!(plain_len(&plain[start..]), plain.len() - start);
        }
    }

    #[test]
    fn only_canonical_tokens_are_read() {
        let string =
            |json: &str| Cursor::new(json.as_bytes()).string().map(|raw| raw.text().into_owned());
        for text in [
            "",
            "a",
            "é\u{1f600}",
            "\"\\\n\r\t\u{8}\u{c}\u{1}\u{1b}\u{7f}\u{9b}\u{202e}",
            "x\u{85}y",
        ] {
            let json =
                vitte_diag::text::escape_json(&serde_json::to_string(text).unwrap()).into_owned();
            assert_eq!(string(&json).as_deref(), Some(text), "{json}");
        }
        for wrong in [
            "a",
            "\"",
            "\"a",
            "\"\\/\"",
            "\"\\u0041\"",
            "\"\\u000a\"",
            "\"\\u001B\"",
            "\"\\ud800\"",
            "\"\\x\"",
            "\"\\u00",
            "\"\u{7f}\"",
            "\"\u{202e}\"",
            "\"\t\"",
            "\"\\",
        ] {
            assert_eq!(string(wrong), None, "{wrong}");
        }
        assert_eq!(Cursor::new(b"\"\xff\"").string(), None);
        let number = |json: &str| Cursor::new(json.as_bytes()).number();
        assert_eq!(["0", "7,", "4294967295"].map(number), [Some(0), Some(7), Some(u32::MAX)]);
        assert_eq!(
            ["", "-1", "00", "01", "4294967296", "99999999999999999999"].map(number),
            [None; 6]
        );
    }
}
