//! Scans bytes: keys, separators, types and literals. Offsets are in bytes.

use std::borrow::Cow;
use std::ops::Range;

use super::{REDACTED, work};

/// The quotes and brackets between a key and its separator.
const MAX_CLOSING_BYTES: usize = 16;
/// The blanks between a separator and a literal on the next line.
const MAX_INDENT_BYTES: usize = 100;
/// The bytes of a type between a name and the assigned value. A longer type is not recognised, which keeps the time
/// constant.
const MAX_TYPE_BYTES: usize = 100;

pub(super) fn byte(bytes: &[u8], at: usize) -> Option<u8> {
    work::add(1);
    bytes.get(at).copied()
}

pub(super) fn starts_with_at(bytes: &[u8], at: usize, text: &[u8]) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(text))
}

pub(super) fn slice(bytes: &[u8], range: Range<usize>) -> &[u8] {
    bytes.get(range).unwrap_or_default()
}

/// Returns true for the bytes of a key: letters, digits, `_`, `-`, `.` and all non-ASCII bytes.
pub(super) const fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii()
}

pub(super) const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

pub(super) const fn is_hex_digit(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

/// Returns the first offset from `at` on whose byte does not satisfy `is`.
pub(super) fn skip_while(bytes: &[u8], at: usize, is: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let count = rest.iter().take_while(|byte| is(**byte)).count();
    work::add(count + 1);
    at + count
}

pub(super) fn skip_blanks(bytes: &[u8], at: usize) -> usize {
    skip_while(bytes, at, |byte| matches!(byte, b' ' | b'\t'))
}

/// The separator between a key and its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Separator {
    /// True for `=`, `:=` and `=>`; false for `:`, `==` and `===`.
    pub(super) is_assignment: bool,
    /// True for `==` and `===`.
    pub(super) is_comparison: bool,
    /// The offset after it.
    pub(super) end: usize,
    /// True if there is a quote between the key and the separator.
    pub(super) is_after_quote: bool,
}

impl Separator {
    /// Returns the separator after a key that ends at `end`: `"key" : value`, `user[key]=value`. `::` is not a
    /// separator.
    pub(super) fn after(bytes: &[u8], end: usize) -> Option<Self> {
        let closing = slice(bytes, end..end.saturating_add(MAX_CLOSING_BYTES).min(bytes.len()));
        let is_closing = |byte: &&u8| is_quote(**byte) || matches!(**byte, b'\\' | b']');
        let closed = end + closing.iter().take_while(is_closing).count();
        let is_after_quote = slice(bytes, end..closed).iter().any(|byte| is_quote(*byte));
        let at = skip_blanks(bytes, closed);
        let rest = bytes.get(at..)?;
        let (len, is_assignment, is_comparison) = match rest {
            [b'=', b'=', b'=', ..] => (3, false, true),
            [b'=', b'=', ..] => (2, false, true),
            [b'=', b'>', ..] | [b':', b'=', ..] => (2, true, false),
            [b'=', ..] => (1, true, false),
            [b':', b':', ..] => return None,
            [b':', ..] => (1, false, false),
            _ => return None,
        };
        let end = at + len;
        // A long literal may be on the next line.
        let rest = slice(bytes, end..end.saturating_add(MAX_INDENT_BYTES).min(bytes.len()));
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let is_literal = bytes.get(end + blanks).is_some_and(|byte| matches!(byte, b'"' | b'\''));
        let has_line = slice(rest, 0..blanks).contains(&b'\n');
        let end = if is_literal && has_line { end + blanks } else { end };
        Some(Self { is_assignment, is_comparison, end, is_after_quote })
    }
}

/// Skips a type and `=`, such as the `&'static str =` of `token: &'static str = "x"`, and returns the offset of the
/// value. The type begins at `at`, or before it if `is_begun`. Returns `None` if there is no type or no `=`.
pub(super) fn skip_type(bytes: &[u8], at: usize, is_begun: bool) -> Option<usize> {
    let start = skip_blanks(bytes, at);
    let limit = start.saturating_add(MAX_TYPE_BYTES).min(bytes.len());
    let rest = slice(bytes, start..limit);
    let mut is_name_over = is_begun && start > at;
    let mut previous = b' ';
    for (index, &byte) in rest.iter().enumerate() {
        match byte {
            b'=' => {
                let next = rest.get(index + 1);
                let is_type = (index > 0 || is_begun) && !matches!(next, Some(b'=' | b'>'));
                return is_type.then(|| skip_blanks(bytes, start + index + 1));
            }
            b' ' | b'\t' => {
                // A blank is part of a type after `'static`, `mut`, `dyn`, `const`, a comma and a semicolon.
                let word = slice(rest, 0..index);
                let is_inside = matches!(previous, b',' | b';' | b' ' | b'\t')
                    || word.ends_with(b"mut")
                    || word.ends_with(b"dyn")
                    || word.ends_with(b"const")
                    || last_word(word).starts_with(b"'");
                is_name_over |= !is_inside;
            }
            b'_' | b'&' | b'\'' | b'<' | b'>' | b'[' | b']' | b':' | b'(' | b')' | b',' | b';'
            | b'?' | b'.'
                if !is_name_over => {}
            byte if byte.is_ascii_alphanumeric() && !is_name_over => {}
            _ => return None,
        }
        previous = byte;
    }
    None
}

/// Returns the last word of `text` with its apostrophe: `'static` of `&'static`.
fn last_word(text: &[u8]) -> &[u8] {
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'\'');
    let len = text.iter().rev().take_while(is_word).count();
    text.get(text.len() - len..).unwrap_or_default()
}

/// Returns the offset of the quote that closes the literal whose opening quote is at `quote`; `None` if there is none.
/// `escapes` is the number of backslashes before the opening quote, as in a literal inside of another one. A raw
/// literal of Rust ends with its hashes: `"#`.
pub(super) fn find_closing_quote(bytes: &[u8], quote: usize, escapes: usize) -> Option<usize> {
    let opening = byte(bytes, quote)?;
    let hashes = raw_string_hashes(bytes, quote);
    let mut backslashes = 0_usize;
    for (index, &byte) in bytes.iter().enumerate().skip(quote + 1) {
        work::add(1);
        if byte == b'\\' {
            backslashes += 1;
            continue;
        }
        if byte == opening {
            let is_closing = match hashes {
                Some(hashes) => {
                    let following = bytes.iter().skip(index + 1).take(hashes);
                    following.filter(|byte| **byte == b'#').count() == hashes
                }
                None => backslashes % (2 * (escapes + 1)) <= escapes,
            };
            if is_closing {
                return Some(index);
            }
        }
        backslashes = 0;
    }
    None
}

/// Returns the number of `#` in `r#"`; `None` if the literal is not raw or has no `#`.
pub(super) fn raw_string_hashes(bytes: &[u8], quote: usize) -> Option<usize> {
    let prefix = slice(bytes, quote.saturating_sub(20)..quote);
    let hashes = prefix.iter().rev().take_while(|byte| **byte == b'#').count();
    let is_raw = prefix.iter().rev().nth(hashes) == Some(&b'r');
    (hashes > 0 && is_raw && byte(bytes, quote) == Some(b'"')).then_some(hashes)
}

/// Returns the ranges sorted and disjoint.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// Returns true if one of the ranges is not redacted yet.
pub(super) fn has_unredacted(text: &str, found: &[Range<usize>]) -> bool {
    found.iter().any(|range| text.get(range.clone()) != Some(REDACTED))
}

/// Replaces the ranges, which are sorted and disjoint, by [`REDACTED`].
pub(super) fn replace_ranges<'a>(text: Cow<'a, str>, found: &[Range<usize>]) -> Cow<'a, str> {
    if !has_unredacted(&text, found) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for range in found {
        out.push_str(text.get(end..range.start).unwrap_or_default());
        out.push_str(REDACTED);
        end = range.end;
    }
    out.push_str(text.get(end..).unwrap_or_default());
    Cow::Owned(out)
}

/// Replaces each byte of the ranges by `*`, except line ends.
pub(super) fn star_ranges<'a>(bytes: &'a [u8], found: &[Range<usize>]) -> Cow<'a, [u8]> {
    let is_final = |byte: u8| matches!(byte, b'*' | b'\n' | b'\r');
    let changes = |range: &Range<usize>| slice(bytes, range.clone()).iter().any(|b| !is_final(*b));
    if !found.iter().any(changes) {
        return Cow::Borrowed(bytes);
    }
    let mut out = bytes.to_vec();
    for range in found {
        for byte in out.get_mut(range.clone()).unwrap_or_default() {
            if !is_final(*byte) {
                *byte = b'*';
            }
        }
    }
    Cow::Owned(out)
}
