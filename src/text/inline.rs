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
    if number < 10_000 {
        return few_digits(number);
    }
    let (mut bytes, mut rest, mut len) = ([b'0'; DIGIT_BYTES], number, 0_u8);
    for pair in bytes.rchunks_exact_mut(2) {
        // Two digits at a time take half of the divisions.
        if let (Some(slot), Some(digits)) = (pair.first_chunk_mut(), PAIRS.get(rest as usize % 100))
        {
            *slot = *digits;
        }
        if rest < 100 {
            len += if rest < 10 { 1 } else { 2 };
            break;
        }
        rest /= 100;
        len += 2;
    }
    // Moves the digits from the end of the array to its start.
    let number = u128::from_le_bytes(bytes) >> (8 * (DIGIT_BYTES - usize::from(len)));
    Digits { bytes: number.to_le_bytes(), len }
}

/// Returns the digits of a number below 10,000.
#[inline]
fn few_digits(number: u32) -> Digits {
    let pair = |number: u32| PAIRS.get(number as usize).copied().unwrap_or_default();
    let ([a, b], [c, d]) = (pair(number / 100), pair(number % 100));
    let zeros = u8::from(number < 1_000) + u8::from(number < 100) + u8::from(number < 10);
    let digits = u128::from(u32::from_le_bytes([a, b, c, d]) >> (8 * zeros));
    Digits { bytes: digits.to_le_bytes(), len: 4 - zeros }
}

/// The two digits of each number below 100.
const PAIRS: [[u8; 2]; 100] = {
    let (mut pairs, mut tens, mut index) = ([[b'0'; 2]; 100], 0, 0);
    let mut rest: &mut [[u8; 2]] = &mut pairs;
    while let [pair, others @ ..] = rest {
        *pair = [b'0' + tens, b'0' + index];
        (tens, index) = if index == 9 { (tens + 1, 0) } else { (tens, index + 1) };
        rest = others;
    }
    pairs
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_agree_with_the_formatter() {
        let around = (0..=9).map(|power| 10_u32.pow(power)).flat_map(|ten| [ten - 1, ten, ten + 1]);
        for number in around.chain([0, 42, u32::MAX]) {
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
