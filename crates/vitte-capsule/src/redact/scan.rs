//! What the searches share: bytes, keys, separators and literals.

use std::borrow::Cow;
use std::ops::Range;

use super::REDACTED;

/// Bytes of quotes and brackets between a key and its separator.
const MOST_CLOSING: usize = 16;
/// Bytes of a type between a name and what is assigned to it. More is none, so that each is looked at in
/// constant time.
const MOST_TYPE: usize = 100;

pub(super) fn byte(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

pub(super) fn has(bytes: &[u8], at: usize, text: &[u8]) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(text))
}

pub(super) fn part(bytes: &[u8], range: Range<usize>) -> &[u8] {
    bytes.get(range).unwrap_or_default()
}

/// Whether a key may have it. All that is not ASCII may be part of one.
pub(super) const fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii()
}

pub(super) const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// The first byte from `at` on that is not `is`.
pub(super) fn past(bytes: &[u8], at: usize, is: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| is(**byte)).count()
}

pub(super) fn past_blanks(bytes: &[u8], at: usize) -> usize {
    past(bytes, at, |byte| matches!(byte, b' ' | b'\t'))
}

/// What stands between a key and its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Separator {
    /// `=`, `:=` or `=>`; the others are `:` and `==`.
    pub(super) is_assignment: bool,
    /// `==` or `===`.
    pub(super) is_comparison: bool,
    /// The byte behind it.
    pub(super) end: usize,
    /// Whether a quote stands between it and the key.
    pub(super) is_behind_quote: bool,
}

impl Separator {
    /// The one behind a key that ends at `end`: `"key" : value`, `user[key]=value`. `::` is none.
    pub(super) fn behind(bytes: &[u8], end: usize) -> Option<Self> {
        let closing = part(bytes, end..end.saturating_add(MOST_CLOSING).min(bytes.len()));
        let is_closing = |byte: &&u8| is_quote(**byte) || matches!(**byte, b'\\' | b']');
        let closed = end + closing.iter().take_while(is_closing).count();
        let is_behind_quote = part(bytes, end..closed).iter().any(|byte| is_quote(*byte));
        let at = past_blanks(bytes, closed);
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
        Some(Self { is_assignment, is_comparison, end: at + len, is_behind_quote })
    }
}

/// Where the value begins behind a type: in `: &'static str = "x"`, given the byte behind the `:`, that of
/// the `"`. A type that `is_begun` has its first part before `at`.
pub(super) fn past_type(bytes: &[u8], at: usize, is_begun: bool) -> Option<usize> {
    let start = past_blanks(bytes, at);
    let limit = start.saturating_add(MOST_TYPE).min(bytes.len());
    let rest = part(bytes, start..limit);
    let mut is_name_over = is_begun && start > at;
    let mut before = b' ';
    for (index, &byte) in rest.iter().enumerate() {
        match byte {
            b'=' => {
                let next = byte_behind(rest, index);
                let is_type = (index > 0 || is_begun) && !matches!(next, Some(b'=' | b'>'));
                return is_type.then(|| past_blanks(bytes, start + index + 1));
            }
            b' ' | b'\t' => {
                // A blank is part of a type behind `'static`, `mut` and `dyn`, a comma and a semicolon.
                let word = part(rest, 0..index);
                let is_inside = matches!(before, b',' | b';' | b' ' | b'\t')
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
        before = byte;
    }
    None
}

fn byte_behind(bytes: &[u8], index: usize) -> Option<u8> {
    byte(bytes, index + 1)
}

/// The last word with what stands before it, as in `&'static`: `'static`.
fn last_word(text: &[u8]) -> &[u8] {
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'\'');
    let len = text.iter().rev().take_while(is_word).count();
    text.get(text.len() - len..).unwrap_or_default()
}

/// Where a literal of which the quote stands at `quote` is closed, as that quote's place. `escapes` is how
/// many backslashes stand before the opening one: quotes inside of quoted text have one or more. A raw one
/// of Rust has its own end: `"#`.
pub(super) fn closing(bytes: &[u8], quote: usize, escapes: usize) -> Option<usize> {
    let own = byte(bytes, quote)?;
    let hashes = hashes_before(bytes, quote);
    let mut backslashes = 0_usize;
    for (index, &byte) in bytes.iter().enumerate().skip(quote + 1) {
        if byte == b'\\' {
            backslashes += 1;
            continue;
        }
        if byte == own {
            let is_end = match hashes {
                Some(hashes) => {
                    let behind = bytes.iter().skip(index + 1).take(hashes);
                    behind.filter(|byte| **byte == b'#').count() == hashes
                }
                None => backslashes % (2 * (escapes + 1)) <= escapes,
            };
            if is_end {
                return Some(index);
            }
        }
        backslashes = 0;
    }
    None
}

/// The number of `#` in `r#"`, where there is at least one.
pub(super) fn hashes_before(bytes: &[u8], quote: usize) -> Option<usize> {
    let before = part(bytes, quote.saturating_sub(20)..quote);
    let hashes = before.iter().rev().take_while(|byte| **byte == b'#').count();
    let is_raw = before.iter().rev().nth(hashes) == Some(&b'r');
    (hashes > 0 && is_raw && byte(bytes, quote) == Some(b'"')).then_some(hashes)
}

/// Whether one of the ranges is not masked already.
pub(super) fn is_any_new(text: &str, found: &[Range<usize>]) -> bool {
    found.iter().any(|range| text.get(range.clone()) != Some(REDACTED))
}

/// The text with [`REDACTED`] in the place of each of the ranges, which are in order and have nothing in
/// common.
pub(super) fn masked<'a>(text: Cow<'a, str>, found: &[Range<usize>]) -> Cow<'a, str> {
    if !is_any_new(&text, found) {
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

/// The text with a `*` in the place of each byte of the ranges, but for line ends.
pub(super) fn starred<'a>(bytes: &'a [u8], found: &[Range<usize>]) -> Cow<'a, [u8]> {
    let stays = |byte: u8| matches!(byte, b'*' | b'\n' | b'\r');
    let changes = |range: &Range<usize>| part(bytes, range.clone()).iter().any(|b| !stays(*b));
    if !found.iter().any(changes) {
        return Cow::Borrowed(bytes);
    }
    let mut out = bytes.to_vec();
    for range in found {
        for byte in out.get_mut(range.clone()).unwrap_or_default() {
            if !stays(*byte) {
                *byte = b'*';
            }
        }
    }
    Cow::Owned(out)
}
