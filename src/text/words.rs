//! Tests text eight bytes at a time.
//!
//! A test returns a word in which the highest bit of a byte is set if the byte fails. See "Determine if a word has a
//! zero byte" in <https://graphics.stanford.edu/~seander/bithacks.html>.

/// A byte in each of the eight places of a word.
const fn repeated(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of each byte.
const FLAGS: u64 = repeated(0x80);

/// Returns true if no byte fails `test`. The other bits of its result are ignored.
#[inline]
pub(super) fn all(bytes: &[u8], test: impl Fn(u64) -> u64) -> bool {
    let flags = |chunk: &[u8; 8]| test(u64::from_ne_bytes(*chunk));
    let Some(last) = bytes.last_chunk::<8>() else {
        // A space passes every test.
        let mut padded = [b' '; 8];
        padded.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        return flags(&padded) & FLAGS == 0;
    };
    // There is no early exit, so the compiler vectorises the loop. The bytes after the last whole word are tested
    // with the last eight bytes.
    let words = bytes.chunks_exact(8).filter_map(|chunk| chunk.first_chunk());
    words.fold(flags(last), |failed, chunk| failed | flags(chunk)) & FLAGS == 0
}

/// Flags the bytes that are not printable ASCII, if there are any. Bytes after such a byte may also be flagged.
#[inline]
pub(super) const fn not_printable(word: u64) -> u64 {
    // Subtracting a space turns on the bit of a control character, adding one that of DEL.
    word | word.wrapping_sub(repeated(b' ')) | word.wrapping_add(repeated(1))
}

/// Flags the bytes that are equal to `byte`, if there are any. Bytes after such a byte may also be flagged.
#[inline]
pub(super) const fn equal_to(word: u64, byte: u8) -> u64 {
    let difference = word ^ repeated(byte);
    difference.wrapping_sub(repeated(1)) & !difference
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_tested_in_every_place() {
        for len in 0..40 {
            for at in 0..len {
                for byte in 0..=u8::MAX {
                    for filler in [b' ', b'a', b'~'] {
                        let mut bytes = vec![filler; len];
                        bytes[at] = byte;
                        let is_printable = matches!(byte, b' '..=b'~');
                        assert_eq!(all(&bytes, not_printable), is_printable, "{bytes:?}");
                        let is_other = byte != b'"';
                        assert_eq!(all(&bytes, |word| equal_to(word, b'"')), is_other, "{bytes:?}");
                    }
                }
            }
        }
    }
}
