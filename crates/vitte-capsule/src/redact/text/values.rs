//! The values after keys: where they end, and whether they are secrets.

use std::ops::Range;

use super::{TextScan, ValueKind};
use crate::redact::scan::{
    byte, find_closing_quote, is_key, is_quote, skip_blanks, skip_while, slice, starts_with_at,
};
use crate::redact::{REDACTED, looks};

/// Minimum length of an unquoted value that is treated as a secret, in bytes. Shorter ones do not look like secrets.
const MIN_SECRET_BYTES: usize = 6;

impl TextScan<'_> {
    /// Redacts the value that begins at `at`, if it is a secret.
    pub(super) fn value(&mut self, at: usize, kind: ValueKind) -> usize {
        let escapes = skip_while(self.bytes, at, |byte| byte == b'\\') - at;
        if byte(self.bytes, at + escapes).is_some_and(is_quote) {
            return self.quoted(at, at + escapes, escapes, kind);
        }
        match kind {
            ValueKind::Header(quote) => self.line(at, quote),
            ValueKind::Secret => {
                let end = self.grouped(at);
                self.redact(at..end)
            }
            ValueKind::Ambiguous => self.ambiguous(at),
            ValueKind::Weak => self.weak(at),
        }
    }

    /// Redacts everything up to the end of the line or a quote.
    fn line(&mut self, at: usize, quote: Option<u8>) -> usize {
        let end = skip_while(self.bytes, at, |byte| byte != b'\n' && Some(byte) != quote);
        let line = slice(self.bytes, at..end).trim_ascii_end();
        self.redact(at..at + line.len())
    }

    /// Redacts a value that begins at `at`, with `escapes` backslashes and its opening quote at `quote`.
    fn quoted(&mut self, at: usize, quote: usize, escapes: usize, kind: ValueKind) -> usize {
        let closing = find_closing_quote(self.bytes, quote, escapes);
        let close = closing.unwrap_or(self.bytes.len());
        let content = slice(self.bytes, quote + 1..close);
        // The backslashes of an escaped closing quote are not part of the value.
        let escape_len =
            content.iter().rev().take_while(|byte| **byte == b'\\').count().min(escapes);
        let escape_len = if closing.is_some() { escape_len } else { 0 };
        let end = close.saturating_sub(escape_len).max(quote + 1);
        let content = slice(self.bytes, quote + 1..end);
        if kind == ValueKind::Ambiguous {
            // Compilers quote code in backticks.
            let is_code = byte(self.bytes, quote) == Some(b'`') && !looks_secret(content);
            if is_code
                || !content.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
            {
                return at;
            }
        }
        if kind == ValueKind::Weak && !looks::is_random(content) {
            return at;
        }
        let next = close + 1;
        if byte(self.bytes, next).is_some_and(is_key) {
            // `"abc"def` is one word of a shell.
            return match kind {
                ValueKind::Header(quote) => self.line(at, quote),
                _ => self.redact(at..self.unquoted(next)),
            };
        }
        if content.is_empty() {
            next.min(self.bytes.len())
        } else {
            self.redact(quote + 1..end).max(next)
        }
    }

    /// Redacts the unquoted value of a weak key, if it looks generated.
    fn weak(&mut self, at: usize) -> usize {
        let end = looks::end_of_random(self.bytes, at);
        let word = slice(self.bytes, at..end);
        if is_scheme(word) {
            let credentials = skip_blanks(self.bytes, end);
            let credentials_end = looks::end_of_random(self.bytes, credentials);
            if looks_secret(slice(self.bytes, credentials..credentials_end)) {
                return self.redact(credentials..credentials_end);
            }
        }
        let is_code = matches!(byte(self.bytes, end), Some(b'(' | b'[' | b'{' | b'<' | b':'));
        if !is_code && (looks::is_random(word) || looks::is_hex_key(word)) {
            return self.redact(at..end);
        }
        at
    }

    /// Redacts the unquoted value of an ambiguous key, if it looks like a secret.
    fn ambiguous(&mut self, at: usize) -> usize {
        for wrapper in [&b"Some("[..], b"Ok("] {
            let quote = at + wrapper.len();
            let is_wrapped = starts_with_at(self.bytes, at, wrapper);
            if is_wrapped && byte(self.bytes, quote).is_some_and(is_quote) {
                return self.quoted(quote, quote, 0, ValueKind::Ambiguous).max(quote);
            }
        }
        // A value that contains many keys is scanned only once.
        let end = if at < self.harmless_end { self.harmless_end } else { self.unquoted(at) };
        let word = slice(self.bytes, at..end);
        if is_scheme(word) {
            let credentials = skip_blanks(self.bytes, end);
            let credentials_end = self.unquoted(credentials);
            if credentials_end > credentials {
                return self.redact(at..credentials_end);
            }
        }
        // `unknown start of token: \\u{201c}`
        let is_escape = word.first() == Some(&b'\\');
        if at >= self.harmless_end && looks_secret(word) && !is_escape {
            return self.redact(at..end);
        }
        self.harmless_end = self.harmless_end.max(end);
        at
    }

    /// Returns the end of an unquoted value.
    pub(super) fn unquoted(&self, at: usize) -> usize {
        let is_end = |byte: u8| {
            byte.is_ascii_whitespace()
                || is_quote(byte)
                || matches!(byte, b',' | b';' | b'&' | b')' | b']' | b'}')
        };
        skip_while(self.bytes, at, |byte| !is_end(byte))
    }

    /// Returns the end of a secret value without an opening quote: `Bearer abc`, `Some("abc")`,
    /// `Key { bytes: [1, 2] }` and `r#"abc"#` are one value each.
    fn grouped(&self, at: usize) -> usize {
        let end = self.unquoted(at);
        let word = slice(self.bytes, at..end);
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'!');
        let bracket = skip_while(self.bytes, at, is_name);
        let brace = skip_blanks(self.bytes, bracket);
        let open = match (byte(self.bytes, bracket), byte(self.bytes, brace)) {
            (Some(b'(' | b'[' | b'{'), _) => Some(bracket),
            (_, Some(b'{')) => Some(brace),
            _ => None,
        };
        if let Some(open) = open {
            return self.unquoted(self.skip_brackets(open));
        }
        let is_prefix =
            matches!(word.trim_ascii(), b"r" | b"b" | b"c" | b"f" | b"u" | b"br" | b"rb")
                || word.last() == Some(&b'#');
        if is_prefix && byte(self.bytes, end).is_some_and(is_quote) {
            let close =
                find_closing_quote(self.bytes, end, 0).map_or(self.bytes.len(), |close| close + 1);
            return self.unquoted(close);
        }
        let schemes: [&[u8]; 6] =
            [b"bearer", b"basic", b"digest", b"token", b"negotiate", b"apikey"];
        if schemes.iter().any(|scheme| word.eq_ignore_ascii_case(scheme)) {
            let credentials = skip_blanks(self.bytes, end);
            let credentials_end = self.unquoted(credentials);
            return if credentials_end > credentials { credentials_end } else { end };
        }
        end
    }

    /// Returns the offset after the bracket that closes the one at `open`, or the end of the text.
    fn skip_brackets(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        let mut at = open;
        while let Some(byte) = byte(self.bytes, at) {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                b'"' => at = find_closing_quote(self.bytes, at, 0).unwrap_or(self.bytes.len()),
                _ => {}
            }
            at += 1;
            if depth == 0 {
                break;
            }
        }
        at.min(self.bytes.len())
    }

    /// Adds a secret, unless it is empty, and returns its end.
    pub(super) fn redact(&mut self, range: Range<usize>) -> usize {
        let end = range.end;
        if range.start < end {
            self.found.push(range);
        }
        end
    }
}

pub(super) fn is_scheme(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"bearer") || word.eq_ignore_ascii_case(b"basic")
}

pub(super) fn looks_secret(value: &[u8]) -> bool {
    let is_redacted = value.windows(REDACTED.len()).any(|part| part == REDACTED.as_bytes());
    value.len() >= MIN_SECRET_BYTES && value.iter().any(u8::is_ascii_digit) && !is_redacted
}
