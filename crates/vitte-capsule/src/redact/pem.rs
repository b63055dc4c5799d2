//! Private keys as text: RFC 7468.

use std::ops::Range;

use super::scan::{has, part};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END";

/// Bytes of what stands behind `-----BEGIN `: `ENCRYPTED PRIVATE KEY-----` and the like.
const MOST_HEAD: usize = 80;
/// A run of Base64 that is part of a key, whatever stands beside it.
const LONG_RUN: usize = 16;

/// What stands between the first and the last line of each private key, without the line ends there. One
/// that has no last line goes on to the end.
pub(super) fn bodies(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(begin) = find(bytes, at, BEGIN) {
        at = begin + BEGIN.len();
        let head = part(bytes, at..at.saturating_add(MOST_HEAD).min(bytes.len()));
        let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let Some(len) = line.windows(5).position(|five| five == b"-----") else { continue };
        let is_private = part(line, 0..len).windows(11).any(|name| name == b"PRIVATE KEY");
        if !is_private {
            continue;
        }
        let start = at + len + 5;
        let end = find(bytes, start, END).unwrap_or(bytes.len());
        let body = part(bytes, start..end);
        let is_end = |byte: &&u8| byte.is_ascii_whitespace();
        let before = body.iter().take_while(is_end).count();
        let behind = body.iter().rev().take_while(is_end).count();
        if before < body.len() {
            found.push(start + before..end - behind);
        }
        at = end;
    }
    found
}

/// The Base64 of each private key. In a source file it may stand in comments or literals, whose signs
/// stay: a run of Base64 goes that is long, or alone in its line.
pub(super) fn runs(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for body in bodies(bytes) {
        let mut line = Vec::new();
        let mut run = body.start;
        let mut at = body.start;
        while at <= body.end {
            let byte = bytes.get(at).copied().filter(|_| at < body.end);
            let is_line_end = matches!(byte, None | Some(b'\n'));
            // `\n` as a literal has it.
            let is_escape = byte == Some(b'\\') && at + 1 < body.end;
            if !byte.is_some_and(is_base64) {
                if is_run(part(bytes, run..at)) {
                    line.push(run..at);
                }
                at += usize::from(is_escape);
                run = at + 1;
            }
            if is_line_end || is_escape {
                let is_alone = line.len() == 1;
                found.extend(line.drain(..).filter(|run| is_alone || run.len() >= LONG_RUN));
            }
            at += 1;
        }
    }
    found
}

/// Stars count, so that what is masked already has as many runs as before.
const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'*')
}

/// Whether it is more than the signs of a comment.
fn is_run(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_alphanumeric) || run.windows(2).any(|two| two == b"**")
}

/// Where `text`, which begins with `-`, stands at `at` or behind it.
fn find(bytes: &[u8], at: usize, text: &[u8]) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let dashes = rest.iter().enumerate().filter(|(_, byte)| **byte == b'-');
    dashes.map(|(index, _)| at + index).find(|index| has(bytes, *index, text))
}
