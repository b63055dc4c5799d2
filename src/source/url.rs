//! Percent-encodes URLs and their paths (RFC 3986).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters to encode in the path of a URL: all except the unreserved ones (section 2.3) and `/`.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The ASCII characters that are not allowed anywhere in a URL (section 2).
const NEVER_IN_URL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Percent-encodes a path with `/` as separator.
pub(crate) fn path(path: &str) -> Cow<'_, str> {
    if is_kept_in_path(path) {
        return path.into();
    }
    utf8_percent_encode(path, PATH).into()
}

/// Returns true if a path has nothing to encode: only letters, digits and `-./_~`.
pub(super) fn is_kept_in_path(path: &str) -> bool {
    let is_kept =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-'..=b'/' | b'_' | b'~');
    path.bytes().all(is_kept)
}

/// Percent-encodes the characters of a URL that are not allowed in one.
pub(crate) fn encoded(url: &str) -> Cow<'_, str> {
    utf8_percent_encode(url, NEVER_IN_URL).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_text_is_printable_ascii() {
        let nasty: String = (0..0x3000).filter_map(char::from_u32).collect();
        for text in [path(&nasty), encoded(&nasty)] {
            assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
            let back = percent_encoding::percent_decode_str(&text).decode_utf8().unwrap();
            if text.contains("%25") {
                assert_eq!(back, nasty);
            }
        }
        assert_eq!(encoded("https://a.b/c?d=e#f%20"), "https://a.b/c?d=e#f%20");
        assert_eq!(path("src/é b.vitte"), "src/%C3%A9%20b.vitte");
    }
}
