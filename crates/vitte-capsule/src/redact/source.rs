//! Where string literals are that are assigned to secret names.

use std::ops::Range;

use super::scan::{
    Separator, byte, closing, has, hashes_before, is_key, part, past, past_blanks, past_type,
};
use super::{Redactor, Weight};

/// Bytes between an assignment and its literal: `String::from(`. More is none, so that each is looked at
/// in constant time.
const MOST_BETWEEN: usize = 100;

/// What stands between the quotes of each.
pub(super) fn literals(mask: &Redactor, bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut line = Line::default();
    let mut unclosed = usize::MAX;
    let mut at = 0;
    while let Some(first) = byte(bytes, at) {
        if !is_key(first) {
            line.add(bytes, at);
            at += 1;
            continue;
        }
        let end = past(bytes, at, is_key);
        let key = part(bytes, at..end);
        at = end;
        let Some(separator) = Separator::behind(bytes, end) else { continue };
        if separator.is_comparison || mask.weight(key) == Weight::No {
            continue;
        }
        let Some(quote) = quote(bytes, separator) else { continue };
        (end..quote).for_each(|at| line.add(bytes, at));
        at = quote;
        if line.is_closed_by(bytes, quote) {
            continue;
        }
        if let Some(inside) = inside(bytes, quote, &mut unclosed) {
            at = past(bytes, inside.end, |byte| Some(byte) == bytes.get(quote).copied());
            found.push(inside);
        } else {
            line.add(bytes, quote);
            at += 1;
        }
    }
    found
}

/// The quotes of a line up to some place.
#[derive(Debug, Default)]
struct Line {
    quotes: usize,
}

impl Line {
    fn add(&mut self, bytes: &[u8], at: usize) {
        let before = at.checked_sub(1).and_then(|before| byte(bytes, before));
        match byte(bytes, at) {
            Some(b'\n') => self.quotes = 0,
            Some(b'"') if before != Some(b'\\') && !self.is_character(bytes, at) => {
                self.quotes += 1;
            }
            _ => {}
        }
    }

    /// `'"'`
    fn is_character(&self, bytes: &[u8], at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| byte(bytes, before));
        before == Some(b'\'') && byte(bytes, at + 1) == Some(b'\'')
    }

    /// Whether a quote closes a literal rather than opening one, as in `ask("password: ")`: one is open in
    /// its line, and what follows is not what a literal begins with.
    fn is_closed_by(&self, bytes: &[u8], quote: usize) -> bool {
        let behind = byte(bytes, quote + 1);
        let is_over = behind.is_none_or(|behind| b" \t\r\n,;)]}+.%:".contains(&behind));
        byte(bytes, quote) == Some(b'"') && self.quotes % 2 == 1 && is_over
    }
}

/// The quote of the literal that is assigned, on the same line.
fn quote(bytes: &[u8], separator: Separator) -> Option<usize> {
    let start = past_blanks(bytes, separator.end);
    let typed =
        (!separator.is_assignment).then(|| past_type(bytes, separator.end, false)).flatten();
    [Some(start), typed].into_iter().flatten().find_map(|start| {
        let limit = start.saturating_add(MOST_BETWEEN).min(bytes.len());
        let is_between = |byte: u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b':' | b'(' | b'[' | b'&' | b'!' | b'#' | b'.')
        };
        let quote = past(part(bytes, 0..limit), start, is_between);
        let before = quote.checked_sub(1).and_then(|before| byte(bytes, before));
        match byte(bytes, quote) {
            Some(b'"') => Some(quote),
            // `&'static` is a type.
            Some(b'\'') if !matches!(before, Some(b'&' | b'<')) => Some(quote),
            _ => None,
        }
    })
}

/// What stands between the quotes of a literal. One in `'` is closed on its line, or is none. Raw ones with
/// `unclosed` times `#` or more are known to have no end, so that it is looked for once.
fn inside(bytes: &[u8], quote: usize, unclosed: &mut usize) -> Option<Range<usize>> {
    let own = byte(bytes, quote)?;
    let thrice = [own; 3];
    if has(bytes, quote, &thrice) {
        let start = quote + 3;
        let end = part(bytes, start..bytes.len()).windows(3).position(|three| three == thrice);
        // Without an end it is text to the end of the file; `'''` may be a character.
        let end = end.map(|end| start + end).or((own == b'"').then_some(bytes.len()));
        return end.map(|end| start..end);
    }
    let hashes = hashes_before(bytes, quote);
    let is_known = hashes.is_some_and(|hashes| hashes >= *unclosed);
    let end = if is_known { None } else { closing(bytes, quote, 0) };
    if let (Some(hashes), None) = (hashes, end) {
        *unclosed = hashes.min(*unclosed);
    }
    match (own, end) {
        (b'\'', Some(end)) if part(bytes, quote..end).contains(&b'\n') => None,
        (b'\'', None) => None,
        (_, Some(end)) => Some(quote + 1..end),
        (_, None) => Some(quote + 1..past(bytes, quote, |byte| byte != b'\n')),
    }
}
