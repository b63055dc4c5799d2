//! JSON Web Tokens (RFC 7519): parts of Base64 for URLs, separated by dots, of which the first is a JSON object.

use crate::redact::scan::{byte, slice, starts_with_at};
use crate::redact::work;

/// Minimum length of a header and of a payload. `{"alg":""}` has more.
const MIN_PART_BYTES: usize = 10;
/// Encrypted tokens have five parts, signed ones three.
const MAX_PARTS: usize = 5;
/// `{"` in Base64.
const OBJECT: &[u8] = b"eyJ";

/// Returns the end of the token that begins at `at` with [`OBJECT`]: a header and a payload, or an encrypted key.
pub(super) fn end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = part_end(bytes, at);
    if end - at < MIN_PART_BYTES || byte(bytes, end) != Some(b'.') {
        return None;
    }
    // The second part is an object, or the encrypted key, which may be empty.
    let second = end + 1;
    let second_end = part_end(bytes, second);
    let is_object = starts_with_at(bytes, second, OBJECT) && second_end - second >= MIN_PART_BYTES;
    let is_encrypted = byte(bytes, second_end) == Some(b'.')
        && part_end(bytes, second_end + 1) - second_end > MIN_PART_BYTES
        && !is_object;
    if !is_object && !is_encrypted {
        return None;
    }
    end = second_end;
    for _ in 2..MAX_PARTS {
        let next = part_end(bytes, end + 1);
        if byte(bytes, end) != Some(b'.') || next == end + 1 {
            break;
        }
        end = next;
    }
    Some(end)
}

fn part_end(bytes: &[u8], at: usize) -> usize {
    let is_base64url =
        |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'-' | b'_' | b'=');
    let len = slice(bytes, at..bytes.len()).iter().take_while(is_base64url).count();
    work::add(len + 1);
    at + len
}
