//! Short ASCII text that takes no allocation.

/// At most `N` bytes of ASCII.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Short<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Short<N> {
    /// The first `N` bytes of a text.
    pub(crate) fn new(text: &[u8]) -> Self {
        let mut short = Self { bytes: [0; N], len: text.len().min(N) };
        short.bytes.iter_mut().zip(text).for_each(|(slot, byte)| *slot = *byte);
        short
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Adds it to `out`.
    #[inline]
    pub(crate) fn push_to(&self, out: &mut Vec<u8>) {
        // A copy of a fixed length takes no call.
        let end = out.len() + self.len;
        out.extend_from_slice(&self.bytes);
        out.truncate(end);
    }
}

/// The digits of a number, decimal.
pub(crate) type Digits = Short<MOST_DIGITS>;

const MOST_DIGITS: usize = u32::MAX.ilog10() as usize + 1;

/// How many digits a number has, decimal.
#[inline]
pub(crate) fn digit_count(number: u32) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

pub(crate) fn digits(number: u32) -> Digits {
    let len = digit_count(number);
    let (mut bytes, mut rest) = ([b'0'; MOST_DIGITS], number);
    for slot in bytes.iter_mut().take(len).rev() {
        // Less than ten, so it fits.
        *slot += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    Short { bytes, len }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_number() {
        let around = (0..=9).map(|power| 10_u32.pow(power)).flat_map(|ten| [ten - 1, ten, ten + 1]);
        for number in around.chain([0, 42, u32::MAX]) {
            let (mut out, digits) = (b"=".to_vec(), digits(number));
            digits.push_to(&mut out);
            assert_eq!(out, format!("={number}").into_bytes());
            assert_eq!((digits.len(), digit_count(number)), (out.len() - 1, out.len() - 1));
        }
    }

    #[test]
    fn what_has_no_room_is_cut() {
        for text in ["", "ab", "abc", "abcd"] {
            let mut out = Vec::new();
            Short::<3>::new(text.as_bytes()).push_to(&mut out);
            assert_eq!(out, text.as_bytes()[..text.len().min(3)]);
        }
    }
}
