//! References to files and pages: RFC 3986.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may not stand in the path of a URL as it is: all but the unreserved characters (section 2.3)
/// and the slash between parts.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What may stand nowhere in a URL (section 2).
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

/// A path, `/` between its parts, as a reference: every byte that is not its own is percent-encoded.
pub(crate) fn path(path: &str) -> Cow<'_, str> {
    utf8_percent_encode(path, PATH).into()
}

/// A URL with all that may not stand in one percent-encoded.
pub(crate) fn encoded(url: &str) -> Cow<'_, str> {
    utf8_percent_encode(url, NEVER_IN_URL).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_printable_ascii_is_left() {
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
