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
//! 17 type in backticks                       `Secret: Index<u>`        `Secret: Index<u>`
//! ```
//!
//! In [strict](TextKind::Strict) text an ambiguous key is treated as a weak one, except in an option (7).

mod values;

use std::ops::Range;

use values::{is_scheme, looks_secret};

use super::scan::{
    Separator, byte, is_key, is_quote, skip_blanks, skip_type, skip_while, slice, starts_with_at,
};
use super::url::UrlScan;
use super::{KeyClass, Redactor, looks, names, pairs};

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
        if let Some(content) = pairs::element(self.bytes, word) {
            let class = self.redactor.classify(&String::from_utf8_lossy(name));
            let is_random = || looks::is_random(slice(self.bytes, content.clone()));
            let is_secret =
                class == KeyClass::Secret || (class > KeyClass::Harmless && is_random());
            return if is_secret { self.redact(content) } else { word.end };
        }
        let Some(separator) = Separator::after(self.bytes, word.end) else {
            return self.option(word, name);
        };
        // `api key` is one key of two words.
        let is_adjacent = slice(self.bytes, previous_word.end..word.start) == b" ";
        let is_second = name.eq_ignore_ascii_case(b"key") && is_adjacent;
        let start = if is_second { previous_word.start } else { word.start };
        let key = slice(self.bytes, start..word.end);
        let pair = pairs::class_of_value(self.redactor, self.bytes, word);
        match self.classify(key, separator).max(pair) {
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

    /// Returns true if a type and a backtick follow, as in "the trait bound `Secret: Index<usize>`" of a compiler.
    fn is_quoted_type(&self, at: usize) -> bool {
        let is_type = |byte: u8| byte.is_ascii_alphabetic() || b"_:<>&', []()".contains(&byte);
        let end = skip_while(self.bytes, at, is_type);
        let first = byte(self.bytes, at);
        byte(self.bytes, end) == Some(b'`')
            && first.is_some_and(|first| first.is_ascii_uppercase() || first == b'&')
    }

    fn is_after_backslash(&self, word: &Range<usize>) -> bool {
        word.start.checked_sub(1).and_then(|index| byte(self.bytes, index)) == Some(b'\\')
    }

    /// Redacts `--key value` and `Bearer value`.
    fn option(&mut self, word: &Range<usize>, name: &[u8]) -> usize {
        let at = skip_blanks(self.bytes, word.end);
        if at == word.end {
            return at;
        }
        if let Some(password) = pairs::user_password(self.bytes, name, at..self.unquoted(at)) {
            return self.redact(password);
        }
        let option = match name {
            // The letter belongs to an escaped line feed: `\n--token abc`.
            [b'n' | b'r' | b't', rest @ ..] if self.is_after_backslash(word) => rest,
            _ => name,
        };
        let is_option = option.starts_with(b"-") && option.iter().any(u8::is_ascii_alphanumeric);
        let is_value = !starts_with_at(self.bytes, at, b"--");
        if is_option && is_value {
            match self.redactor.classify(&String::from_utf8_lossy(option)) {
                KeyClass::Harmless => {}
                KeyClass::Weak => return self.value(at, ValueKind::Weak).max(word.end),
                _ => return self.value(at, ValueKind::Secret),
            }
        }
        let class = self.redactor.classify(&String::from_utf8_lossy(name));
        if class == KeyClass::Secret {
            // `machine example.org login ada password abc123`
            let end = looks::end_of_random(self.bytes, at);
            if looks::is_password(slice(self.bytes, at..end)) {
                return self.redact(at..end);
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
        if quote == Some(b'`') && !separator.is_assignment && self.is_quoted_type(at) {
            return separator.end;
        }
        if separator.is_assignment {
            let kind = match class {
                KeyClass::Secret => ValueKind::Secret,
                KeyClass::Ambiguous if self.kind == TextKind::Free => ValueKind::Secret,
                _ => ValueKind::Weak,
            };
            let is_setting = class != KeyClass::Secret && self.is_setting(key, at);
            return if is_setting { at } else { self.value(at, kind) };
        }
        if class == KeyClass::Ambiguous && self.is_session_id(key, at) {
            return at;
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
    fn is_setting(&self, key: &[u8], at: usize) -> bool {
        let word = slice(self.bytes, at..skip_while(self.bytes, at, is_key));
        let is_number =
            (1..=MAX_NUMBER_BYTES).contains(&word.len()) && word.iter().all(u8::is_ascii_digit);
        is_number
            || self.is_session_id(key, at)
            || SETTINGS.iter().any(|setting| word.eq_ignore_ascii_case(setting))
    }

    /// Returns true for the id of a session, which is not secret in hexadecimal.
    fn is_session_id(&self, key: &[u8], at: usize) -> bool {
        let word = slice(self.bytes, at..skip_while(self.bytes, at, is_key));
        key.eq_ignore_ascii_case(b"session") && !word.is_empty() && looks::is_hex(word)
    }

    /// Returns true for a location in a file: `token.rs:12:5`.
    fn is_file_location(&self, key: &[u8], at: usize) -> bool {
        let extension = key.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        let is_file = extension.len() < key.len() && (1..=5).contains(&extension.len());
        let line = skip_while(self.bytes, at, |byte| byte.is_ascii_digit());
        let next = byte(self.bytes, line);
        is_file && line > at && !next.is_some_and(|next| is_key(next) || next == b'@')
    }
}
