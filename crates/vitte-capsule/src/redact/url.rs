//! Finds the users and passwords of URLs.
//!
//! ```text
//! url       = scheme "://" [ user [ ":" password ] "@" ] rest
//! ```
//!
//! The `@` is the last one before `/`, `?` and `#`. If there is none, it is the last one before white space, a quote, `<`
//! or `>`, because passwords often contain an unescaped `/`; not if a digit follows the `:`, which is a port then. A
//! user without a password is a secret (`https://TOKEN@host`), except in `git://` and `ssh://`.

use std::ops::Range;

use super::scan::{byte, is_key, is_quote, skip_while, slice, starts_with_at};

/// Returns the password of each `scheme://user:password@host`.
pub(super) fn passwords(bytes: &[u8]) -> Vec<Range<usize>> {
    all(bytes).into_iter().filter_map(|user_info| user_info.password).collect()
}

fn all(bytes: &[u8]) -> Vec<UserInfo> {
    let mut scan = UrlScan::new(bytes);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = byte(bytes, at) {
        if !is_key(first) {
            at += 1;
            continue;
        }
        let word = at..skip_while(bytes, at, is_key);
        at = word.end;
        if let Some(user_info) = scan.user_info(&word) {
            at = user_info.range.end;
            found.push(user_info);
        }
    }
    found
}

/// The user information of a URL (RFC 3986, section 3.2.1).
pub(super) struct UserInfo {
    /// The user, and the password if there is one.
    pub(super) range: Range<usize>,
    password: Option<Range<usize>>,
}

pub(super) struct UrlScan<'a> {
    bytes: &'a [u8],
    /// The end of the last URL, which may contain several `://`.
    run_end: usize,
    /// The offset of the last `@` in that URL.
    last_at: Option<usize>,
}

impl<'a> UrlScan<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, run_end: 0, last_at: None }
    }

    /// Returns the user information of the URL whose scheme is `word`. Returns `None` if it is not a URL, or has no secret.
    pub(super) fn user_info(&mut self, word: &Range<usize>) -> Option<UserInfo> {
        if !starts_with_at(self.bytes, word.end, b"://") {
            return None;
        }
        let start = word.end + 3;
        // Scanned once, although it may contain many `://`.
        if start >= self.run_end {
            let is_end = |byte: u8| {
                byte.is_ascii_whitespace() || is_quote(byte) || matches!(byte, b'<' | b'>')
            };
            let bytes = self.bytes;
            let end = skip_while(bytes, start, |byte| !is_end(byte));
            let last_at = slice(bytes, start..end).iter().rposition(|byte| *byte == b'@');
            (self.run_end, self.last_at) = (end, last_at.map(|at| start + at));
        }
        let is_authority = |byte: u8| !matches!(byte, b'/' | b'?' | b'#');
        let end = skip_while(slice(self.bytes, 0..self.run_end), start, is_authority);
        let authority = slice(self.bytes, start..end);
        let colon = authority.iter().position(|byte| *byte == b':').map(|colon| start + colon);
        let at = match authority.iter().rposition(|byte| *byte == b'@') {
            Some(at) => start + at,
            // A password with an unescaped slash, unless the digit of a port follows.
            None => {
                let next = byte(self.bytes, colon? + 1)?;
                self.last_at.filter(|at| *at > start && !next.is_ascii_digit())?
            }
        };
        let colon = colon.filter(|colon| *colon < at);
        let scheme = slice(self.bytes, word.clone());
        let is_public_user = scheme.windows(3).any(|part| part.eq_ignore_ascii_case(b"ssh"))
            || scheme.eq_ignore_ascii_case(b"git");
        if at == start || (colon.is_none() && is_public_user) {
            return None;
        }
        let password = colon.map(|colon| colon + 1..at).filter(|password| !password.is_empty());
        Some(UserInfo { range: start..at, password })
    }
}
