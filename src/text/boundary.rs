//! The character boundaries around a byte offset.
//!
//! `str` has both functions itself since Rust 1.91, which is newer than the MSRV.

/// Returns the last character boundary of `text` at or before byte `index`, or the length of the text if
/// `index` is greater.
#[inline]
#[must_use]
pub fn floor_char_boundary(text: &str, index: usize) -> usize {
    if index >= text.len() {
        return text.len();
    }
    let mut at = index;
    // Byte 0 is always a boundary.
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Returns the first `max_bytes` bytes of `text`, or fewer so that no character is split.
///
/// ```
/// assert_eq!(vitte_diag::text::truncate("né", 2), "n");
/// ```
#[inline]
#[must_use]
pub fn truncate(text: &str, max_bytes: usize) -> &str {
    text.get(..floor_char_boundary(text, max_bytes)).unwrap_or(text)
}

/// Returns the first character boundary of `text` at or after byte `index`, or the length of the text if
/// `index` is greater.
#[inline]
#[must_use]
pub fn ceil_char_boundary(text: &str, index: usize) -> usize {
    if index >= text.len() {
        return text.len();
    }
    let mut at = index;
    // The text's end is always a boundary.
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_are_around_the_character() {
        let text = "aé漢🎉";
        let floor = [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10];
        let ceil = [0, 1, 3, 3, 6, 6, 6, 10, 10, 10, 10, 10];
        for (index, (floor, ceil)) in floor.into_iter().zip(ceil).enumerate() {
            assert_eq!(floor_char_boundary(text, index), floor, "{index}");
            assert_eq!(ceil_char_boundary(text, index), ceil, "{index}");
        }
        assert_eq!(floor_char_boundary(text, usize::MAX), text.len());
        assert_eq!(ceil_char_boundary(text, usize::MAX), text.len());
        assert_eq!((floor_char_boundary("", 0), ceil_char_boundary("", 0)), (0, 0));
    }
}
