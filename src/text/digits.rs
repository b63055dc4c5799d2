//! Numbers as text, without an allocation.

/// The digits of a number, decimal, as ASCII.
pub(crate) struct Digits {
    text: [u8; MOST],
    len: usize,
}

const MOST: usize = u32::MAX.ilog10() as usize + 1;

pub(crate) fn digits(number: u32) -> Digits {
    let len = number.checked_ilog10().map_or(1, |log| log as usize + 1);
    let (mut text, mut rest) = ([b'0'; MOST], number);
    for slot in text.iter_mut().take(len).rev() {
        // Less than ten, so it fits.
        *slot += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    Digits { text, len }
}

impl Digits {
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Adds them to `out`.
    #[inline]
    pub(crate) fn push_to(&self, out: &mut Vec<u8>) {
        // A copy of a fixed length takes no call.
        let end = out.len() + self.len;
        out.extend_from_slice(&self.text);
        out.truncate(end);
    }
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
            assert_eq!(digits.len(), number.to_string().len());
        }
    }
}
