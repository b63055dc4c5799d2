//! Finds secrets in source code that are not literals of their own: in comments, files of settings, and inside of
//! literals.
//!
//! ```text
//! header      Authorization: Bearer abc123          Cookie: sid=abc; theme=dark
//! setting     DB_PASSWORD=abc                       at the start of a line, also after `export` and `set`
//! connection  "Server=db;Password=abc;"             after another setting of a connection
//! query       https://host/?password=abc&x=1        after `?` and `&`
//! other       password: hunter2                     only if the value looks like a secret
//! ```
//!
//! Code is not a value: an expression such as `password = read(file)` remains valid.

use std::ops::Range;

use crate::redact::scan::{Separator, byte, is_key, is_quote, skip_blanks, skip_while, slice};
use crate::redact::{KeyClass, Redactor, looks, names, pairs, work};

/// The schemes of the header `Authorization` (RFC 9110, section 11).
const SCHEMES: [&[u8]; 6] = [b"bearer", b"basic", b"digest", b"token", b"negotiate", b"apikey"];
/// Minimum length of the credentials after a scheme, in bytes.
const MIN_CREDENTIALS_BYTES: usize = 8;
/// Minimum length of credentials without the name of the header, in bytes.
const MIN_LONG_CREDENTIALS_BYTES: usize = 16;
/// Minimum length of a password in hexadecimal, in bytes.
const MIN_HEX_BYTES: usize = 8;
/// Minimum length of the value of a variable such as `GITHUB_TOKEN`, in bytes.
const MIN_TOKEN_BYTES: usize = 6;
/// The bytes before a password in which another setting of the connection is expected.
const MAX_CONNECTION_BYTES: usize = 128;
/// Settings that a connection string has beside the password, in lower case.
const CONNECTION_NAMES: [&[u8]; 12] = [
    b"server",
    b"host",
    b"source",
    b"database",
    b"catalog",
    b"uid",
    b"user",
    b"id",
    b"driver",
    b"endpoint",
    b"accountname",
    b"dbname",
];
/// Values that are not secrets.
const KEYWORDS: [&[u8]; 18] = [
    b"true",
    b"false",
    b"none",
    b"null",
    b"nil",
    b"undefined",
    b"self",
    b"this",
    b"string",
    b"str",
    b"bytes",
    b"bool",
    b"boolean",
    b"int",
    b"number",
    b"text",
    b"char",
    b"any",
];

/// Returns the values, sorted.
pub(in crate::redact) fn unquoted(redactor: &Redactor, bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut line_start = 0;
    let mut at = 0;
    while let Some(first) = byte(bytes, at) {
        if !is_key(first) {
            at += 1;
            if first == b'\n' {
                line_start = at;
            }
            continue;
        }
        let word = at..skip_while(bytes, at, is_key);
        let scan = SourceScan { redactor, bytes, line_start, word: word.clone() };
        at = word.end;
        if let Some(value) = scan.value() {
            at = value.end.max(at);
            found.push(value);
        }
    }
    found
}

/// A word in a source, and where its line begins.
struct SourceScan<'a> {
    redactor: &'a Redactor,
    bytes: &'a [u8],
    line_start: usize,
    word: Range<usize>,
}

impl SourceScan<'_> {
    /// Returns the secret that follows the word.
    fn value(&self) -> Option<Range<usize>> {
        let name = slice(self.bytes, self.word.clone());
        if let Some(content) = pairs::element(self.bytes, &self.word) {
            let class = self.redactor.classify(&String::from_utf8_lossy(name));
            return super::is_secret(class, slice(self.bytes, content.clone())).then_some(content);
        }
        let Some(separator) = Separator::after(self.bytes, self.word.end) else {
            return self.option(name);
        };
        if separator.is_comparison {
            return None;
        }
        let key = String::from_utf8_lossy(name);
        let class = match names::is_working_directory(&key) {
            true if self.is_connection() => KeyClass::Secret,
            _ => {
                let pair = pairs::class_of_value(self.redactor, self.bytes, &self.word);
                self.redactor.classify(&key).max(pair)
            }
        };
        if class == KeyClass::Harmless {
            return None;
        }
        let at = skip_blanks(self.bytes, separator.end);
        let lower = name.to_ascii_lowercase();
        if lower.ends_with(b"cookie") && !separator.is_assignment {
            return self.cookies(at);
        }
        let first = at..skip_while(self.bytes, at, is_key);
        if let Some(credentials) = self.credentials(&first) {
            return Some(credentials);
        }
        let value = at..self.value_end(at);
        if !self.is_secret(class, separator, &value) {
            return None;
        }
        // The rest after `=` and `:` is part of it too.
        let is_whole = class == KeyClass::Secret;
        Some(if is_whole { at..self.line_value_end(at) } else { value })
    }

    /// Returns what follows a scheme or an option: `Bearer abc`, `--password abc`, `-u ada:abc`.
    fn option(&self, name: &[u8]) -> Option<Range<usize>> {
        if let Some(credentials) = self.credentials(&self.word) {
            return Some(credentials).filter(|value| self.is_credential(value));
        }
        let at = skip_blanks(self.bytes, self.word.end);
        let is_user = matches!(name, b"-u" | b"--user");
        let is_secret = self.redactor.classify(&String::from_utf8_lossy(name)) == KeyClass::Secret;
        if at == self.word.end || !(is_user || is_secret) {
            return None;
        }
        let value = at..self.value_end(at);
        if value.is_empty() || self.is_code(&value) {
            return None;
        }
        let user = at..self.line_value_end(at);
        if let Some(password) = pairs::user_password(self.bytes, name, user) {
            return Some(password);
        }
        let text = slice(self.bytes, value.clone());
        let is_value = name.starts_with(b"--") && !text.starts_with(b"-");
        (is_secret && (is_value || looks::is_random(text))).then_some(value)
    }

    /// Returns what follows a scheme: the `abc` of `Bearer abc`.
    fn credentials(&self, scheme: &Range<usize>) -> Option<Range<usize>> {
        let name = slice(self.bytes, scheme.clone());
        if !SCHEMES.iter().any(|scheme| name.eq_ignore_ascii_case(scheme)) {
            return None;
        }
        let start = skip_blanks(self.bytes, scheme.end);
        if start == scheme.end {
            return None;
        }
        let value = start..self.value_end(start);
        let has_digit = slice(self.bytes, value.clone()).iter().any(u8::is_ascii_digit);
        let is_credential = has_digit || self.is_credential(&value);
        (value.len() >= MIN_CREDENTIALS_BYTES && is_credential && !self.is_code(&value))
            .then_some(value)
    }

    /// Returns true for credentials that are recognised without the name of the header.
    fn is_credential(&self, value: &Range<usize>) -> bool {
        let text = slice(self.bytes, value.clone());
        let has_digit = text.iter().any(u8::is_ascii_digit);
        let is_long = has_digit && text.len() >= MIN_LONG_CREDENTIALS_BYTES;
        is_long || looks::is_random(text) || text.ends_with(b"=")
    }

    /// Returns the pairs `name=value; …` up to the end of the line or of the literal.
    fn cookies(&self, at: usize) -> Option<Range<usize>> {
        let name = skip_while(self.bytes, at, is_key);
        let start = name + 1;
        let is_pair = name > at && byte(self.bytes, name) == Some(b'=');
        let first = byte(self.bytes, start);
        let is_code = |byte| matches!(byte, b'=' | b'$' | b'{' | b'%' | b'<') || is_quote(byte);
        if !is_pair || first.is_none_or(|first| first.is_ascii_whitespace() || is_code(first)) {
            return None;
        }
        let end = skip_while(self.bytes, start, |byte| byte != b'\n' && !is_quote(byte));
        let len = slice(self.bytes, start..end).trim_ascii_end().len();
        Some(start..start + len)
    }

    /// Returns the end of an unquoted value, or of its part before `=` and `:`. After these there may be another key,
    /// and the value of each key is read only once.
    fn value_end(&self, at: usize) -> usize {
        let mut end = at;
        loop {
            end =
                skip_while(self.bytes, end, |byte| is_value(byte) && !matches!(byte, b'=' | b':'));
            let is_padding = byte(self.bytes, end) == Some(b'=')
                && !byte(self.bytes, end + 1).is_some_and(|next| is_value(next) && next != b'=');
            if !is_padding {
                return end;
            }
            end += 1;
        }
    }

    /// Returns the end of an unquoted value with all its `=` and `:`.
    fn line_value_end(&self, at: usize) -> usize {
        skip_while(self.bytes, at, is_value)
    }

    fn is_secret(&self, class: KeyClass, separator: Separator, value: &Range<usize>) -> bool {
        let text = slice(self.bytes, value.clone());
        if text.is_empty() || self.is_code(value) {
            return false;
        }
        let is_adjacent = separator.is_assignment
            && separator.end == self.word.end + 1
            && value.start == separator.end;
        if class != KeyClass::Secret {
            let is_variable = class == KeyClass::Ambiguous && is_adjacent && self.is_token(text);
            return is_variable || super::is_secret(class, text);
        }
        let is_hex = looks::is_hex(text)
            && text.len() >= MIN_HEX_BYTES
            && text.iter().any(u8::is_ascii_alphabetic)
            && text.iter().any(u8::is_ascii_digit);
        let is_yaml = !separator.is_assignment && self.is_setting() && !is_type(text);
        let is_option = self.is_option();
        let is_ended = byte(self.bytes, value.end).is_some_and(is_quote);
        looks::is_random(text)
            || is_hex
            || is_yaml
            || is_option
            || (looks::is_password(text) && !is_type(text))
            || (is_adjacent
                && (self.is_setting() || self.is_connection() || self.is_query() || is_ended))
    }

    /// Returns true if a value is an expression or a placeholder: `read(file)`, `args.password`, `$1`, `%s`, `None`.
    fn is_code(&self, value: &Range<usize>) -> bool {
        let text = slice(self.bytes, value.clone());
        let next = byte(self.bytes, value.end);
        let is_placeholder = text
            .first()
            .is_some_and(|first| matches!(first, b'$' | b'%' | b'&' | b'*' | b'<' | b'@' | b'!'));
        let is_call = matches!(next, Some(b'(' | b'[' | b'{' | b'<'));
        let is_path = text.windows(2).any(|two| two == b"::" || two == b"->");
        let is_word = |part: &[u8]| {
            !part.is_empty() && part.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        };
        // `args.password` and `self.secret`
        let is_member = text.contains(&b'.') && text.split(|byte| *byte == b'.').all(is_word);
        let is_keyword = KEYWORDS.iter().any(|keyword| text.eq_ignore_ascii_case(keyword));
        work::add(text.len());
        is_placeholder || is_call || is_path || is_member || is_keyword
    }

    /// Returns true for the key of an option: `--password=abc`.
    fn is_option(&self) -> bool {
        slice(self.bytes, self.word.clone()).starts_with(b"--")
    }

    /// Returns true for the value of a variable such as `GITHUB_TOKEN`, in a file of settings.
    fn is_token(&self, value: &[u8]) -> bool {
        let key = String::from_utf8_lossy(slice(self.bytes, self.word.clone()));
        names::is_token(&key)
            && value.len() >= MIN_TOKEN_BYTES
            && value.iter().any(u8::is_ascii_lowercase)
            && self.is_setting()
    }

    /// Returns true if the key is in capitals at the start of its line, as in a file of environment variables.
    fn is_setting(&self) -> bool {
        const PREFIXES: [&[u8]; 7] = [b"", b"export", b"set", b"env", b"-", b"#", b"//"];
        let key = slice(self.bytes, self.word.clone());
        let before = slice(self.bytes, self.line_start..self.word.start);
        let is_upper = key
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
        is_upper
            && before.len() < MAX_CONNECTION_BYTES
            && PREFIXES.iter().any(|prefix| before.trim_ascii().eq_ignore_ascii_case(prefix))
    }

    /// Returns true if there is another setting of a connection before the key, or one after it.
    fn is_connection(&self) -> bool {
        let previous = self.word.start.checked_sub(1).and_then(|index| byte(self.bytes, index));
        if previous.is_some_and(|byte| !matches!(byte, b';' | b'"' | b'\'' | b' ' | b'\n')) {
            return false;
        }
        let start = self.word.start.saturating_sub(MAX_CONNECTION_BYTES).max(self.line_start);
        let before = slice(self.bytes, start..self.word.start);
        let end = self.word.end.saturating_add(MAX_CONNECTION_BYTES).min(self.bytes.len());
        let after = slice(self.bytes, self.word.end..end);
        let after = after.split(|byte| *byte == b'\n').next().unwrap_or_default();
        work::add(before.len() + after.len());
        let is_list = before.contains(&b';') || after.contains(&b';') || before.contains(&b' ');
        is_list && (has_connection_setting(before) || has_connection_setting(after))
    }

    /// Returns true if the key is in the query of a URL.
    fn is_query(&self) -> bool {
        let previous = self.word.start.checked_sub(1).and_then(|index| byte(self.bytes, index));
        matches!(previous, Some(b'?' | b'&'))
    }
}

/// Returns true for the bytes of an unquoted value.
fn is_value(byte: u8) -> bool {
    let is_end = matches!(
        byte,
        b',' | b';' | b'&' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b'\\'
    );
    !byte.is_ascii_whitespace() && !is_quote(byte) && !is_end
}

/// Returns true if `text` has a setting of a connection.
fn has_connection_setting(text: &[u8]) -> bool {
    let mut names = text.split(|byte| *byte == b'=');
    // What follows the last `=` is a value.
    names.next_back();
    names.any(|name| {
        CONNECTION_NAMES.iter().any(|known| {
            let end = name.trim_ascii_end();
            let start = end.len().saturating_sub(known.len());
            end.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(known))
        })
    })
}

/// Returns true for the name of a type, which begins with a capital and has no small letters after digits: `Sha256`.
fn is_type(text: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    text.first().is_some_and(u8::is_ascii_uppercase) && text.iter().all(is_word)
}
