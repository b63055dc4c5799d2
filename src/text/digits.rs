//! Numbers as text, without an allocation.

use std::ops::Deref;

/// The digits of a number, decimal, as ASCII.
pub(crate) struct Digits {
    text: [u8; Self::MOST],
    start: usize,
}

impl Digits {
    const MOST: usize = u32::MAX.ilog10() as usize + 1;
}

pub(crate) fn digits(number: u32) -> Digits {
    let (mut text, mut rest, mut start) = ([b'0'; Digits::MOST], number, Digits::MOST);
    for slot in text.iter_mut().rev() {
        // Less than ten, so it fits.
        *slot += u8::try_from(rest % 10).unwrap_or_default();
        start -= 1;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    Digits { text, start }
}

impl Deref for Digits {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.text.get(self.start..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_number() {
        let around = (0..=9).map(|power| 10_u32.pow(power)).flat_map(|ten| [ten - 1, ten, ten + 1]);
        for number in around.chain([0, 42, u32::MAX]) {
            assert_eq!(*digits(number), *number.to_string().as_bytes());
        }
    }
}
