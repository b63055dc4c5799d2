//! Tests text sixteen bytes at a time.
//!
//! A test returns a word in which the highest bit of a byte is set if the byte fails. See "Determine if a word has a
//! zero byte" in <https://graphics.stanford.edu/~seander/bithacks.html>.

/// A byte in each of the eight places of a word.
#[inline]
pub(super) const fn repeated(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of each byte.
const FLAGS: u64 = repeated(0x80);

/// Returns true if no byte fails `test`. The other bits of its result are ignored.
#[inline]
pub(super) fn all(bytes: &[u8], test: impl Fn(u64) -> u64) -> bool {
    let flags = |word: &[u8; 8]| test(u64::from_ne_bytes(*word));
    // The flags of the first and of the last eight bytes.
    let both = |bytes: &[u8]| match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => [flags(first), flags(last)],
        _ => [flags(&padded(bytes)), 0],
    };
    let is_passed = |[a, b]: [u64; 2]| (a | b) & FLAGS == 0;
    let Some(last) = bytes.last_chunk::<16>() else { return is_passed(both(bytes)) };
    // Two words at a time and without an early exit, so the compiler uses vector registers. The bytes after the last whole
    // pair are tested with the last 16 bytes.
    is_passed(bytes.chunks_exact(16).fold(both(last), |[a, b], pair| {
        let [c, d] = both(pair);
        [a | c, b | d]
    }))
}

/// Returns at most seven bytes, some of them twice, and spaces, which pass every test.
#[inline]
fn padded(bytes: &[u8]) -> [u8; 8] {
    let word = |[a, b, c, d]: [u8; 4], [e, f, g, h]: [u8; 4]| [a, b, c, d, e, f, g, h];
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => word(*first, *last),
        _ => {
            let at = |index: usize| bytes.get(index).copied().unwrap_or(b' ');
            word([at(0), at(1), at(2), b' '], [b' '; 4])
        }
    }
}

/// Flags the bytes that are not printable ASCII, if there are any. Bytes after such a byte may also be flagged.
#[inline]
pub(super) const fn not_printable(word: u64) -> u64 {
    // Subtracting a blank turns on the bit of a control character, adding one that of DEL.
    word.wrapping_sub(repeated(b' ')) | del_or_not_ascii(word)
}

/// Flags the control characters and a character between a blank and `?`, which one subtraction finds together: exchanged with
/// a blank, it is just above them. Non-ASCII bytes, and bytes after a flagged one, may also be flagged.
#[inline]
pub(super) const fn control_or(word: u64, special: u8) -> u64 {
    (word ^ repeated(special ^ b' ')).wrapping_sub(repeated(b'!'))
}

/// Flags DEL and the bytes that are not ASCII. Bytes after 0xff may also be flagged.
#[inline]
pub(super) const fn del_or_not_ascii(word: u64) -> u64 {
    word | word.wrapping_add(repeated(1))
}

/// Flags the bytes that are equal to `byte`, if there are any. Bytes that are not ASCII, and bytes after such a byte, may
/// also be flagged.
#[inline]
pub(super) const fn equal_in_ascii(word: u64, byte: u8) -> u64 {
    (word ^ repeated(byte)).wrapping_sub(repeated(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_tested_in_every_place() {
        for len in 0..52 {
            for at in 0..len {
                for byte in 0..=u8::MAX {
                    for filler in [b' ', b'a', b'~'] {
                        let mut bytes = vec![filler; len];
                        bytes[at] = byte;
                        let is_printable = matches!(byte, b' '..=b'~');
                        assert_eq!(all(&bytes, not_printable), is_printable, "{bytes:?}");
                        let is_plain = byte != b'"' && is_printable;
                        let test = |word| not_printable(word) | equal_in_ascii(word, b'"');
                        assert_eq!(all(&bytes, test), is_plain, "{bytes:?}");
                        for special in [b'!', b'"', b'\'', b'?'] {
                            let is_plain = byte != special && is_printable;
                            let test = |word| control_or(word, special) | del_or_not_ascii(word);
                            assert_eq!(all(&bytes, test), is_plain, "{bytes:?}");
                        }
                    }
                }
            }
        }
    }
}
