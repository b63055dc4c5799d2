//! Short ASCII strings without an allocation.

/// Up to `N` bytes of ASCII, stored inline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InlineText<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> InlineText<N> {
    /// Stores the first `N` bytes of `text`.
    pub(crate) fn new(text: &[u8]) -> Self {
        let mut inline = Self { bytes: [0; N], len: text.len().min(N) };
        inline.bytes.iter_mut().zip(text).for_each(|(slot, byte)| *slot = *byte);
        inline
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Appends the text to `out`.
    #[inline]
    pub(crate) fn push_to(&self, out: &mut Vec<u8>) {
        // Copying all `N` bytes, a constant, compiles to moves instead of a call of `memcpy`.
        let end = out.len() + self.len;
        out.extend_from_slice(&self.bytes);
        out.truncate(end);
    }
}

/// The decimal digits of a number.
pub(crate) type Digits = InlineText<MAX_DIGITS>;

const MAX_DIGITS: usize = u32::MAX.ilog10() as usize + 1;

/// Returns the number of decimal digits of `number`.
#[inline]
pub(crate) fn digit_count(number: u32) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// Returns the decimal digits of `number`.
pub(crate) fn digits(number: u32) -> Digits {
    let len = digit_count(number);
    let (mut bytes, mut rest) = ([b'0'; MAX_DIGITS], number);
    for slot in bytes.iter_mut().take(len).rev() {
        // The remainder is less than 10, so it fits.
        *slot += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    InlineText { bytes, len }
}

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
