//! Finds secrets in free text.
//!
//! The scan is one pass over the words of the text. What follows a word is either skipped because it is part of a
//! secret, or limited in length, so the time is proportional to the length of the text.
//!
//! ```text
//! text        = { url | assignment | option | credentials | any other byte }
//! url         = word "://" user "@"                                           see url.rs
//! assignment  = [ quote ] key closing blanks separator blanks value
//! option      = "-" word blanks value
//! credentials = ( "Bearer" | "Basic" ) blanks unquoted
//! key         = word | word " key"
//! word        = 1*( letter | digit | "_" | "-" | "." | non-ASCII )
//! closing     = up to 16 of: quote "\" "]"
//! separator   = "=" | ":=" | "=>" | ":" | "==" | "==="                        the first three assign
//! value       = quoted | grouped | unquoted
//! quoted      = { "\" } quote … quote                                         or up to the end of the text
//! grouped     = name bracket … bracket | prefix quoted | scheme blanks unquoted
//! unquoted    = up to white space, a quote or one of ,;&)]}
//! ```
//!
//! A key is harmless, weak, ambiguous or secret ([`KeyClass`]). The rules for keys that are not harmless:
//!
//! ```text
//! 1  user of a URL                           https://ada:pw@host       https://[redacted]@host
//! 2  `=`, `:=`, `=>`                         token = abc               token = [redacted]
//! 3  secret key, `:` or `==`                 password: abc             password: [redacted]
//! 4  ambiguous key, `:` or `==`
//!    a  quoted, not in backticks             token: "abc"              token: "[redacted]"
//!    b  six bytes or more, with a digit      token: abc123             token: [redacted]
//!    c  after `Bearer` or `Basic`            token: Bearer abc         token: [redacted]
//!    d  everything else                      token: Ident              token: Ident
//! 5  header: the rest of the line            Cookie: a=b; c=d          Cookie: [redacted]
//! 6  `:` type `=`                            token: &str = "a"         token: &str = "[redacted]"
//! 7  option; the value has no `--`           --token abc -v            --token [redacted] -v
//! 8  `Bearer` or `Basic` without key, as 4b  sent Bearer abc123        sent Bearer [redacted]
//! 9  location in a file                      token.rs:1200:15          token.rs:1200:15
//! 10 separator and closing quote             found `token:`=x          found `token:`=x
//! 11 brackets                                secret=Key { a: 1 }       secret=[redacted]
//! 12 prefix of a literal                     secret=r#"a"b"#           secret=[redacted]
//! 13 quotes in a quoted string               "{\"token\":\"a b\"}"     "{\"token\":\"[redacted]\"}"
//! 14 ambiguous key, number or truth value    tokens=512                tokens=512
//! 15 weak key: a value that looks generated  key = x9Fk2Qz7            key = [redacted]
//! 16 `pwd` before a path                     pwd=/tmp                  pwd=/tmp
//! ```
//!
//! In [strict](TextKind::Strict) text an ambiguous key is treated as a weak one, except in an option (7).

use std::ops::Range;

use super::scan::{
    Separator, byte, find_closing_quote, is_key, is_quote, skip_blanks, skip_type, skip_while,
    slice, starts_with_at,
};
use super::url::UrlScan;
use super::{KeyClass, REDACTED, Redactor, looks, names};

/// Minimum length of an unquoted value that is treated as a secret, in bytes. Shorter ones do not look like secrets.
const MIN_SECRET_BYTES: usize = 6;

/// How the ambiguous keys of a text are treated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TextKind {
    /// Messages and notes.
    Free,
    /// Variables, and names of functions and files, in which these keys are everyday words.
    Strict,
}

/// Maximum length of a number that is a setting, in bytes. A longer one may be a code.
const MAX_NUMBER_BYTES: usize = 5;
/// Values that are not secrets.
const SETTINGS: [&[u8]; 9] =
    [b"true", b"false", b"none", b"null", b"nil", b"yes", b"no", b"on", b"off"];

/// Returns all secrets that are recognised by the key before them, and the users of URLs, sorted.
pub(super) fn secrets(redactor: &Redactor, kind: TextKind, bytes: &[u8]) -> Vec<Range<usize>> {
    let urls = UrlScan::new(bytes);
    let mut scan = TextScan { redactor, kind, bytes, found: Vec::new(), urls, harmless_end: 0 };
    let mut at = 0;
    let mut previous_word = 0..0;
    while let Some(first) = byte(bytes, at) {
        if !is_key(first) {
            at += 1;
            continue;
        }
        let word = at..skip_while(bytes, at, is_key);
        at = scan.word(&previous_word, &word).max(word.end);
        previous_word = word;
    }
    scan.found
}

/// How the value of a key is treated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ValueKind {
    /// It is a secret.
    Secret,
    /// It is a secret that ends with its line, or at this quote.
    Header(Option<u8>),
    /// It is a secret if it looks like one.
    Ambiguous,
    /// It is a secret if it looks generated.
    Weak,
}

/// All offsets are in bytes. Methods that return an offset return where the scan continues.
struct TextScan<'a> {
    redactor: &'a Redactor,
    kind: TextKind,
    bytes: &'a [u8],
    found: Vec<Range<usize>>,
    urls: UrlScan<'a>,
    /// No ambiguous value before this offset looks like a secret.
    harmless_end: usize,
}

impl TextScan<'_> {
    /// Redacts what belongs to a word.
    fn word(&mut self, previous_word: &Range<usize>, word: &Range<usize>) -> usize {
        if let Some(user_info) = self.urls.user_info(word) {
            return self.redact(user_info.range);
        }
        if starts_with_at(self.bytes, word.end, b"://") {
            return word.end;
        }
        let name = slice(self.bytes, word.clone());
        let Some(separator) = Separator::after(self.bytes, word.end) else {
            return self.option(word, name);
        };
        // `api key` is one key of two words.
        let is_adjacent = slice(self.bytes, previous_word.end..word.start) == b" ";
        let is_second = name.eq_ignore_ascii_case(b"key") && is_adjacent;
        let start = if is_second { previous_word.start } else { word.start };
        let key = slice(self.bytes, start..word.end);
        match self.classify(key, separator) {
            KeyClass::Harmless => word.end,
            class => self.assigned(start, key, separator, class),
        }
    }

    fn classify(&self, key: &[u8], separator: Separator) -> KeyClass {
        let key = String::from_utf8_lossy(key);
        if !names::is_working_directory(&key) {
            return self.redactor.classify(&key);
        }
        // The working directory, or the password of a connection string.
        let first = byte(self.bytes, separator.end);
        let is_drive = byte(self.bytes, separator.end + 1) == Some(b':');
        let is_value = first.is_some_and(|first| first.is_ascii_alphanumeric() && !is_drive);
        if separator.is_assignment && is_value { KeyClass::Secret } else { KeyClass::Harmless }
    }

    /// Redacts `--key value` and `Bearer value`.
    fn option(&mut self, word: &Range<usize>, name: &[u8]) -> usize {
        let at = skip_blanks(self.bytes, word.end);
        if at == word.end {
            return at;
        }
        let is_option = name.starts_with(b"-") && name.iter().any(u8::is_ascii_alphanumeric);
        let is_value = !starts_with_at(self.bytes, at, b"--");
        if is_option && is_value {
            match self.redactor.classify(&String::from_utf8_lossy(name)) {
                KeyClass::Harmless => {}
                KeyClass::Weak => return self.value(at, ValueKind::Weak).max(word.end),
                _ => return self.value(at, ValueKind::Secret),
            }
        }
        if is_scheme(name) {
            let end = self.unquoted(at);
            if looks_secret(slice(self.bytes, at..end)) {
                return self.redact(at..end);
            }
        }
        word.end
    }

    /// Redacts the value after a key, which begins at `start`, and its separator.
    fn assigned(
        &mut self,
        start: usize,
        key: &[u8],
        separator: Separator,
        class: KeyClass,
    ) -> usize {
        let at = skip_blanks(self.bytes, separator.end);
        let previous = start.checked_sub(1).and_then(|index| byte(self.bytes, index));
        let quote = previous.filter(|previous| is_quote(*previous));
        // The quoted string `"password:"` ends here.
        if quote.is_some() && !separator.is_after_quote && quote == byte(self.bytes, separator.end)
        {
            return separator.end;
        }
        if separator.is_assignment {
            let kind = match class {
                KeyClass::Secret => ValueKind::Secret,
                KeyClass::Ambiguous if self.kind == TextKind::Free => ValueKind::Secret,
                _ => ValueKind::Weak,
            };
            let is_setting = class != KeyClass::Secret && self.is_setting(at);
            return if is_setting { at } else { self.value(at, kind) };
        }
        if at == separator.end && self.is_file_location(key, at) {
            return separator.end;
        }
        let lower = key.to_ascii_lowercase();
        let is_header = lower.ends_with(b"authorization") || lower.ends_with(b"cookie");
        let kind = match class {
            KeyClass::Secret if is_header && !separator.is_comparison => {
                ValueKind::Header(quote.filter(|_| !separator.is_after_quote))
            }
            KeyClass::Secret => ValueKind::Secret,
            KeyClass::Ambiguous if self.kind == TextKind::Free => ValueKind::Ambiguous,
            _ => ValueKind::Weak,
        };
        let next = self.value(at, kind);
        // In `password: String = "x"`, the type may have been redacted as the value.
        let is_redacted = next > at;
        let type_start = if is_redacted { next } else { separator.end };
        match skip_type(self.bytes, type_start, is_redacted) {
            Some(value) if !separator.is_comparison => match kind {
                ValueKind::Weak => self.value(value, kind).max(next),
                _ => self.value(value, ValueKind::Secret),
            },
            _ => next,
        }
    }

    /// Returns true for a short number or a truth value, which is a setting: `tokens=512`, `is_private=true`.
    fn is_setting(&self, at: usize) -> bool {
        let word = slice(self.bytes, at..skip_while(self.bytes, at, is_key));
        let is_number =
            (1..=MAX_NUMBER_BYTES).contains(&word.len()) && word.iter().all(u8::is_ascii_digit);
        is_number || SETTINGS.iter().any(|setting| word.eq_ignore_ascii_case(setting))
    }

    /// Returns true for a location in a file: `token.rs:12:5`.
    fn is_file_location(&self, key: &[u8], at: usize) -> bool {
        let extension = key.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        let is_file = extension.len() < key.len() && (1..=5).contains(&extension.len());
        let line = skip_while(self.bytes, at, |byte| byte.is_ascii_digit());
        let next = byte(self.bytes, line);
        is_file && line > at && !next.is_some_and(|next| is_key(next) || next == b'@')
    }

    /// Redacts the value that begins at `at`, if it is a secret.
    fn value(&mut self, at: usize, kind: ValueKind) -> usize {
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
        if at >= self.harmless_end && looks_secret(word) {
            return self.redact(at..end);
        }
        self.harmless_end = self.harmless_end.max(end);
        at
    }

    /// Returns the end of an unquoted value.
    fn unquoted(&self, at: usize) -> usize {
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
    fn redact(&mut self, range: Range<usize>) -> usize {
        let end = range.end;
        if range.start < end {
            self.found.push(range);
        }
        end
    }
}

fn is_scheme(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"bearer") || word.eq_ignore_ascii_case(b"basic")
}

fn looks_secret(value: &[u8]) -> bool {
    let is_redacted = value.windows(REDACTED.len()).any(|part| part == REDACTED.as_bytes());
    value.len() >= MIN_SECRET_BYTES && value.iter().any(u8::is_ascii_digit) && !is_redacted
}
