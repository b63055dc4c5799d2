//! Pairs of a name and a value that are not an assignment.
//!
//! ```text
//! element    <password>abc</password>
//! pair       key="Password" value="abc"         {"name": "DB_PASSWORD", "value": "abc"}
//! user       -u ada:abc                         --user ada:abc
//! ```

use std::ops::Range;

use super::names::KeyClass;
use super::scan::{byte, is_key, is_quote, skip_while, slice};
use super::{REDACTED, Redactor, work};

/// The bytes before `value` in which its name is expected.
const MAX_PAIR_BYTES: usize = 64;

/// Returns the content of the XML element whose opening tag has the name `word`, up to its closing tag.
pub(super) fn element(bytes: &[u8], word: &Range<usize>) -> Option<Range<usize>> {
    let before = word.start.checked_sub(1).and_then(|index| byte(bytes, index));
    if before != Some(b'<') || byte(bytes, word.end) != Some(b'>') {
        return None;
    }
    let start = word.end + 1;
    let end = skip_while(bytes, start, |byte| !matches!(byte, b'<' | b'\n'));
    let is_closed = slice(bytes, end..end + 2) == b"</";
    (is_closed && end > start).then_some(start..end)
}

/// Returns the class of the name of a pair whose value follows the word at `word`, which is `value`.
pub(super) fn class_of_value(redactor: &Redactor, bytes: &[u8], word: &Range<usize>) -> KeyClass {
    let previous = word.start.checked_sub(1).and_then(|index| byte(bytes, index));
    let is_apart = previous.is_some_and(|byte| byte.is_ascii_whitespace() || is_quote(byte));
    if !is_apart || !slice(bytes, word.clone()).eq_ignore_ascii_case(b"value") {
        return KeyClass::Harmless;
    }
    let before = slice(bytes, word.start.saturating_sub(MAX_PAIR_BYTES)..word.start);
    work::add(before.len());
    let is_between =
        |byte: u8| byte.is_ascii_whitespace() || is_quote(byte) || matches!(byte, b',' | b'\\');
    let trimmed = trim_end(before, is_between);
    let rest = trim_end(trimmed, is_key);
    let name = slice(trimmed, rest.len()..trimmed.len());
    let key = trim_end(rest, |byte| is_between(byte) || matches!(byte, b'=' | b':'));
    let is_pair = key.len() < rest.len() && (ends_with(key, b"key") || ends_with(key, b"name"));
    if is_pair { redactor.classify(&String::from_utf8_lossy(name)) } else { KeyClass::Harmless }
}

/// Returns the password of the argument of `-u` or `--user` in `range`: `ada:password`. The ids of `1000:1000` are not one.
pub(super) fn user_password(
    bytes: &[u8],
    name: &[u8],
    range: Range<usize>,
) -> Option<Range<usize>> {
    if !matches!(name, b"-u" | b"--user") {
        return None;
    }
    let value = slice(bytes, range.clone());
    let colon = value.iter().position(|byte| *byte == b':')?;
    let password = slice(value, colon + 1..value.len());
    let is_redacted = password.starts_with(REDACTED.trim_end_matches(']').as_bytes());
    let is_password = colon > 0
        && !is_redacted
        && !matches!(password.first(), None | Some(b':' | b'/' | b'$' | b'\\'))
        && !password.iter().all(u8::is_ascii_digit);
    is_password.then_some(range.start + colon + 1..range.end)
}

fn trim_end(bytes: &[u8], is: impl Fn(u8) -> bool) -> &[u8] {
    let len = bytes.iter().rev().take_while(|byte| is(**byte)).count();
    slice(bytes, 0..bytes.len() - len)
}

fn ends_with(bytes: &[u8], word: &[u8]) -> bool {
    let start = bytes.len().saturating_sub(word.len());
    slice(bytes, start..bytes.len()).eq_ignore_ascii_case(word)
}
