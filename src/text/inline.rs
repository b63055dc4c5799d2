//! Short strings without an allocation.

/// Up to `N` bytes of text, at most 255, stored inline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InlineText<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> InlineText<N> {
    /// Stores the first `N` bytes of `text`.
    pub(crate) const fn new(text: &[u8]) -> Self {
        const { assert!(N <= u8::MAX as usize) };
        let (mut bytes, mut len) = ([0; N], 0);
        let mut rest: (&mut [u8], &[u8]) = (&mut bytes, text);
        while let ([slot, slots @ ..], [byte, others @ ..]) = rest {
            *slot = *byte;
            len += 1;
            rest = (slots, others);
        }
        Self { bytes, len }
    }

    /// Returns the text, or an empty one if it was cut inside a character.
    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.len()).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Returns the length in bytes.
    pub(crate) const fn len(&self) -> usize {
        self.len as usize
    }

    /// Appends the text to `out`.
    #[inline(always)]
    pub(crate) fn push_to(&self, out: &mut Vec<u8>) {
        // Copying a constant number of bytes compiles to moves instead of a call of `memcpy`.
        let end = out.len() + self.len();
        out.extend_from_slice(&self.bytes);
        out.truncate(end);
    }
}

/// The decimal digits of a number.
pub(crate) type Digits = InlineText<DIGIT_BYTES>;

/// More than the ten digits of a `u32`: one register, which is copied at once.
const DIGIT_BYTES: usize = 16;

/// Returns the number of decimal digits of `number`.
#[inline]
pub(crate) fn digit_count(number: u32) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// Returns the decimal digits of `number`.
#[inline]
pub(crate) fn digits(number: u32) -> Digits {
    match number {
        0..100_000_000 => few_digits(number),
        _ => many_digits(number),
    }
}

/// Appends `before` and a number. The length of `before` is constant, so that it is copied without a call of `memcpy`.
#[inline(always)]
pub(crate) fn push_number<const N: usize>(out: &mut Vec<u8>, before: &[u8; N], number: u32) {
    out.extend_from_slice(before);
    digits(number).push_to(out);
}

/// Returns the digits of a number below 100,000,000.
#[inline]
fn few_digits(number: u32) -> Digits {
    let values = digit_values(number);
    // The leading zeros are the lowest bytes. The last digit is one even if it is 0.
    let zeros = (values | (1 << 56)).trailing_zeros() / 8;
    let digits = (values | ZEROS) >> (8 * zeros);
    let len = 8 - u8::try_from(zeros).unwrap_or_default();
    Digits { bytes: u128::from(digits).to_le_bytes(), len }
}

/// Returns the digits of a number that has more than eight.
#[cold]
fn many_digits(number: u32) -> Digits {
    let Digits { bytes: first, len } = few_digits(number / 100_000_000);
    let last = (digit_values(number % 100_000_000) | ZEROS).to_le_bytes();
    let (mut bytes, start) = (first, usize::from(len));
    if let Some(rest) = bytes.get_mut(start..start + last.len()) {
        rest.copy_from_slice(&last);
    }
    Digits { bytes, len: len + 8 }
}

/// The digit `0` in each byte.
const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

/// Returns the values of the eight last digits of a number, the first of them in the lowest byte. Splits the number in halves,
/// both halves in halves at the same time, and so on. A division by a constant is a multiplication and a shift.
#[inline]
fn digit_values(number: u32) -> u64 {
    let number = u64::from(number);
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x7f_0000_007f;
    let twos = hundreds | ((fours - 100 * hundreds) << 16);
    let tens = ((twos * 103) >> 10) & 0x0f_000f_000f_000f;
    tens | ((twos - 10 * tens) << 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_agree_with_the_formatter() {
        let around = (0..=9).map(|power| 10_u32.pow(power)).flat_map(|ten| [ten - 1, ten, ten + 1]);
        // Every value of the first and of the last four digits of eight.
        let halves = (0..10_000).flat_map(|four| [four, four * 10_000, four * 10_001]);
        for number in around.chain(halves).chain([0, 42, 4_200_000_042, u32::MAX]) {
            let (mut out, digits) = (b"=".to_vec(), digits(number));
            digits.push_to(&mut out);
            assert_eq!(out, format!("={number}").into_bytes());
            assert_eq!((digits.len(), digit_count(number)), (out.len() - 1, out.len() - 1));
        }
    }

    #[test]
    fn texts_over_the_capacity_are_cut() {
        for text in ["", "ab", "abc", "abcd"] {
            let mut out = Vec::new();
            InlineText::<3>::new(text.as_bytes()).push_to(&mut out);
            assert_eq!(out, text.as_bytes()[..text.len().min(3)]);
        }
    }
}
