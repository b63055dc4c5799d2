//! Finds e-mail addresses (RFC 5322, section 3.4.1, without quotes and comments).

use std::ops::Range;

use super::scan::{byte, slice};
use super::work;

/// Maximum length of what is before the `@`, in bytes (RFC 5321, section 4.5.3.1).
const MAX_LOCAL_BYTES: usize = 64;
/// Maximum length of a host, in bytes.
const MAX_HOST_BYTES: usize = 253;

/// Top-level domains of more than two letters that are in use for e-mail. Not all domains: `a@b.service` is a unit of
/// systemd, and `x@y.transpose` is an expression.
const DOMAINS: [&[u8]; 26] = [
    b"academy", b"agency", b"app", b"arpa", b"biz", b"blog", b"cloud", b"com", b"dev", b"edu",
    b"email", b"example", b"gov", b"info", b"int", b"invalid", b"local", b"mil", b"name", b"net",
    b"online", b"org", b"systems", b"tech", b"test", b"xyz",
];
/// Two letters that are the extension of a file more often than a country.
const EXTENSIONS: [&[u8]; 3] = [b"rs", b"so", b"py"];

/// Returns the e-mail addresses in `bytes`, sorted and disjoint. The user of SSH in `git@host.org` is not one.
pub(super) fn addresses(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    work::add(bytes.len());
    let signs = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'@');
    for (sign, _) in signs {
        let start = local_start(bytes, sign, found.last().map_or(0, |last| last.end));
        if start == sign || slice(bytes, start..sign) == b"git" {
            continue;
        }
        if let Some(end) = host_end(bytes, sign + 1) {
            found.push(start..end);
        }
    }
    found
}

/// Returns where the name before the `@` begins.
fn local_start(bytes: &[u8], sign: usize, after: usize) -> usize {
    let is_local = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-')
            || byte >= 0x80
    };
    let before = slice(bytes, sign.saturating_sub(MAX_LOCAL_BYTES).max(after)..sign);
    let len = before.iter().rev().take_while(|byte| is_local(**byte)).count();
    work::add(len + 1);
    let local = slice(bytes, sign - len..sign);
    // A name begins with a letter or digit, and a character of several bytes is taken as a whole.
    let skipped =
        local.iter().take_while(|byte| !byte.is_ascii_alphanumeric() && !is_char_start(**byte));
    sign - len + skipped.count()
}

/// Returns true for the first byte of a character that is not ASCII.
const fn is_char_start(byte: u8) -> bool {
    byte >= 0xc0
}

/// Returns the end of the host that begins at `start`, if its last label is a top-level domain.
fn host_end(bytes: &[u8], start: usize) -> Option<usize> {
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let limit = start.saturating_add(MAX_HOST_BYTES).min(bytes.len());
    let rest = slice(bytes, start..limit);
    let mut len = rest.iter().take_while(|byte| is_host(**byte)).count();
    work::add(len + 1);
    // The full stop of a sentence.
    len -=
        slice(rest, 0..len).iter().rev().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    let host = slice(rest, 0..len);
    let labels: Vec<&[u8]> = host.split(|byte| *byte == b'.').collect();
    let domain = *labels.last()?;
    let is_domain = match domain.len() {
        2 => domain.iter().all(u8::is_ascii_alphabetic) && !EXTENSIONS.contains(&domain),
        _ => DOMAINS.iter().any(|known| domain.eq_ignore_ascii_case(known)),
    };
    let is_call = byte(bytes, start + len) == Some(b'(');
    let is_valid = labels.len() >= 2
        && labels.iter().all(|label| label.first().is_some_and(u8::is_ascii_alphanumeric));
    (is_valid && is_domain && !is_call).then_some(start + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found() {
        for (text, expected) in [
            ("mail ada@example.org.", vec!["ada@example.org"]),
            ("<ada.byron+x@mail.example.co.uk>", vec!["ada.byron+x@mail.example.co.uk"]),
            ("a@b.de,c@d.com", vec!["a@b.de", "c@d.com"]),
            ("größe@firma.de", vec!["größe@firma.de"]),
            ("ADA@EXAMPLE.COM", vec!["ADA@EXAMPLE.COM"]),
        ] {
            let found = addresses(text.as_bytes());
            let found: Vec<_> = found.into_iter().map(|range| text.get(range).unwrap()).collect();
            assert_eq!(found, expected, "{text}");
        }
        for text in [
            "@",
            "a@",
            "@b.de",
            "react@18.2.0",
            "git@github.com:a/b",
            "memcpy@@GLIBC_2.2.5",
            "x@y.transpose()",
            "getty@tty1.service",
            "a @ b.de",
            "icon@2x.png",
            "a@b",
            "libm@plt.so",
            "x@t.to()",
        ] {
            assert!(addresses(text.as_bytes()).is_empty(), "{text}");
        }
    }
}
