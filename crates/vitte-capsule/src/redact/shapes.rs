//! Finds tokens of well-known services by their shape: a prefix, an alphabet and a length.
//!
//! The scan is one pass. A byte begins a token only if a prefix of the [table](table::SHAPES) begins there, and a run of
//! the token's alphabet is read only once for each rule, so the time is proportional to the length.

mod jwt;
mod table;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::LazyLock;

use table::{SHAPES, Shape, ShapeFlags};

use super::scan::{byte, slice, starts_with_at};
use super::work;

/// The rules of [`SHAPES`] by the first byte of their prefix.
static BY_FIRST_BYTE: LazyLock<Vec<Vec<usize>>> = LazyLock::new(|| {
    let rules = |first: u8| {
        let begins = |shape: &Shape| shape.prefix.as_bytes().first() == Some(&first);
        SHAPES
            .iter()
            .enumerate()
            .filter(|(_, shape)| begins(shape))
            .map(|(index, _)| index)
            .collect()
    };
    (0..=u8::MAX).map(rules).collect()
});

/// Returns the tokens in `bytes`, sorted and disjoint.
pub(super) fn tokens(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // By rule: no token of it begins before this offset.
    let mut failed_until = Vec::new();
    let by_first_byte = &*BY_FIRST_BYTE;
    let mut at = 0;
    work::add(bytes.len());
    while let Some(first) = bytes.get(at) {
        let rules = by_first_byte.get(usize::from(*first)).map(Vec::as_slice).unwrap_or_default();
        let token = rules.iter().find_map(|rule| {
            let shape = SHAPES.get(*rule)?;
            if !starts_with_at(bytes, at, shape.prefix.as_bytes()) {
                return None;
            }
            // Most texts have no prefix, and need no memory.
            failed_until.resize(SHAPES.len(), 0);
            token_at(bytes, at, shape, failed_until.get_mut(*rule)?)
        });
        match token {
            Some(token) => {
                at = token.end;
                found.push(token);
            }
            None => at += 1,
        }
    }
    found
}

/// Returns true if `bytes` has a token. Unlike [`tokens`] it allocates nothing, and takes the time of a scan for each
/// rule.
pub(super) fn has_token(bytes: &[u8]) -> bool {
    let is_token = |at: usize, shape: &Shape| {
        starts_with_at(bytes, at, shape.prefix.as_bytes())
            && token_at(bytes, at, shape, &mut 0).is_some()
    };
    (0..bytes.len()).any(|at| SHAPES.iter().any(|shape| is_token(at, shape)))
}

/// Returns the token of one rule whose prefix is at `at`.
fn token_at(
    bytes: &[u8],
    at: usize,
    shape: &Shape,
    failed_until: &mut usize,
) -> Option<Range<usize>> {
    if at < *failed_until || (shape.has(ShapeFlags::WORD) && !is_word_start(bytes, at)) {
        return None;
    }
    let start = at + shape.prefix.len();
    if shape.has(ShapeFlags::JWT) {
        return jwt::end(bytes, at).map(|end| at..end);
    }
    let len = slice(bytes, start..bytes.len())
        .iter()
        .take_while(|byte| shape.alphabet.has(**byte))
        .count();
    work::add(len + 1);
    // The end of a sentence is not part of a token.
    let run = slice(bytes, start..start + len);
    let len =
        len - run.iter().rev().take_while(|byte| matches!(**byte, b'.' | b'-' | b'_')).count();
    let run = slice(bytes, start..start + len);
    let end = start + len;
    let is_long = match shape.max {
        Some(max) => (shape.min..=max).contains(&len),
        None => len >= shape.min,
    };
    let is_whole =
        !shape.has(ShapeFlags::WORD) || !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
    let has_digit = !shape.has(ShapeFlags::DIGIT) || run.iter().any(u8::is_ascii_digit);
    if is_long && is_whole && has_digit {
        return Some(if shape.has(ShapeFlags::URL) { start..end } else { at..end });
    }
    *failed_until = end;
    None
}

/// Returns true if a word begins at `at`: after a byte that is not a letter or digit, or after an escape such as `\n`
/// and `%3D`.
fn is_word_start(bytes: &[u8], at: usize) -> bool {
    let before = |count: usize| at.checked_sub(count).and_then(|index| byte(bytes, index));
    let Some(previous) = before(1) else { return true };
    if !previous.is_ascii_alphanumeric() {
        return true;
    }
    let is_escape = before(2) == Some(b'\\') && matches!(previous, b'n' | b'r' | b't' | b'0');
    let is_percent = before(3) == Some(b'%');
    is_escape || is_percent
}
