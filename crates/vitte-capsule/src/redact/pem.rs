//! Finds private keys in PEM form (RFC 7468).

use std::ops::Range;

use super::scan::{slice, starts_with_at};
use super::work;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END";

/// The bytes after `-----BEGIN ` that are searched for the label and its end: `ENCRYPTED PRIVATE KEY-----`.
const MAX_LABEL_BYTES: usize = 80;
/// A run of Base64 of this length is part of a key, even if there is other text in its line.
const MIN_RUN_BYTES: usize = 16;

/// Returns the text between the first and the last line of each private key, without white space at its ends. A key
/// without a last line ends with the text.
pub(super) fn key_bodies(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(begin) = find(bytes, at, BEGIN) {
        at = begin + BEGIN.len();
        let label = slice(bytes, at..at.saturating_add(MAX_LABEL_BYTES).min(bytes.len()));
        let line = label.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let Some(len) = line.windows(5).position(|five| five == b"-----") else { continue };
        let is_private = slice(line, 0..len).windows(11).any(|name| name == b"PRIVATE KEY");
        if !is_private {
            continue;
        }
        let start = at + len + 5;
        let end = find(bytes, start, END).unwrap_or(bytes.len());
        let body = slice(bytes, start..end);
        let is_blank = |byte: &&u8| byte.is_ascii_whitespace();
        let leading = body.iter().take_while(is_blank).count();
        let trailing = body.iter().rev().take_while(is_blank).count();
        if leading < body.len() {
            found.push(start + leading..end - trailing);
        }
        at = end;
    }
    found
}

/// Returns the Base64 of each private key. In a source file, a key may be in comments or literals, whose other
/// characters are not part of it: a run of Base64 counts if it is long, or the only one in its line.
pub(super) fn base64_runs(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for body in key_bodies(bytes) {
        let body = body.start..code_start(bytes, &body);
        let mut line = Vec::new();
        let mut run = body.start;
        let mut at = body.start;
        while at <= body.end {
            let byte = bytes.get(at).copied().filter(|_| at < body.end);
            let is_line_end = matches!(byte, None | Some(b'\n'));
            // An escaped line end in a literal.
            let is_escape = byte == Some(b'\\') && at + 1 < body.end;
            if !byte.is_some_and(is_base64) {
                if is_run(slice(bytes, run..at)) {
                    line.push(run..at);
                }
                at += usize::from(is_escape);
                run = at + 1;
            }
            if is_line_end || is_escape {
                let is_alone = line.len() == 1;
                found.extend(line.drain(..).filter(|run| is_alone || run.len() >= MIN_RUN_BYTES));
            }
            at += 1;
        }
    }
    found
}

/// Returns where the first line of a body begins that cannot be part of a key: the first line of a key in a source need not
/// be followed by the others.
fn code_start(bytes: &[u8], body: &Range<usize>) -> usize {
    let mut start = body.start;
    for line in slice(bytes, body.clone()).split_inclusive(|byte| *byte == b'\n') {
        let is_code =
            line.iter().any(|byte| b"(){}[]<>;&|!?@$%^~".contains(byte)) && start > body.start;
        if is_code {
            return start;
        }
        start += line.len();
    }
    body.end
}

/// Stars count, so that a redacted text has the same runs as before.
const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'*')
}

/// Returns false for the marks of a comment, such as `//` and `*`.
fn is_run(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_alphanumeric) || run.windows(2).any(|two| two == b"**")
}

/// Returns the first offset from `at` on of `text`, which begins with `-`.
fn find(bytes: &[u8], at: usize, text: &[u8]) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let dashes = rest.iter().enumerate().filter(|(_, byte)| **byte == b'-');
    let found =
        dashes.map(|(index, _)| at + index).find(|index| starts_with_at(bytes, *index, text));
    work::add(found.unwrap_or(bytes.len()) - at);
    found
}
