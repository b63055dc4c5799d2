//! Short ASCII strings without an allocation.

/// Up to `N` bytes of ASCII, stored inline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InlineText<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

/// Most texts are not longer, and this is one register.
const SHORT_BYTES: usize = 16;

impl<const N: usize> InlineText<N> {
    /// Stores the first `N` bytes of `text`.
    pub(crate) fn new(text: &[u8]) -> Self {
        let mut inline = Self { bytes: [0; N], len: text.len().min(N) };
        inline.bytes.iter_mut().zip(text).for_each(|(slot, byte)| *slot = *byte);
        inline
    }

    /// Returns the length in bytes.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Appends the text to `out`.
    #[inline]
    pub(crate) fn push_to(&self, out: &mut Vec<u8>) {
        // Copying a constant number of bytes compiles to moves instead of a call of `memcpy`.
        let end = out.len() + self.len;
        match self.bytes.first_chunk::<SHORT_BYTES>() {
            Some(short) if self.len <= SHORT_BYTES => out.extend_from_slice(short),
            _ => out.extend_from_slice(&self.bytes),
        }
        out.truncate(end);
    }
}

/// The decimal digits of a number.
pub(crate) type Digits = InlineText<SHORT_BYTES>;

/// Returns the number of decimal digits of `number`.
#[inline]
pub(crate) fn digit_count(number: u32) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// Returns the decimal digits of `number`.
#[inline]
pub(crate) fn digits(number: u32) -> Digits {
    let (mut bytes, mut rest) = ([b'0'; SHORT_BYTES], number);
    for pair in bytes.rchunks_exact_mut(2) {
        // Two digits at a time take half of the divisions.
        if let (Some(slot), Some(digits)) = (pair.first_chunk_mut(), PAIRS.get(rest as usize % 100))
        {
            *slot = *digits;
        }
        rest /= 100;
        if rest == 0 {
            break;
        }
    }
    let len = digit_count(number);
    // Moves the digits from the end of the array to its start.
    let number = u128::from_le_bytes(bytes) >> (8 * (SHORT_BYTES - len));
    Digits { bytes: number.to_le_bytes(), len }
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
