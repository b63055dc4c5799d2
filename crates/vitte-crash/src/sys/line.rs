//! One line of text, made without memory of the heap.

/// Text on the stack: what does not fit is left out.
pub(super) struct Line {
    bytes: [u8; 256],
    len: usize,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; 256], len: 0 }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Adds text that anybody may have written: what a terminal would obey becomes `?`.
    pub(super) fn put_safe(&mut self, text: &[u8]) {
        for byte in text {
            let is_safe = byte.is_ascii_graphic() || *byte == b' ';
            self.put(&[if is_safe { *byte } else { b'?' }]);
        }
    }

    pub(super) fn put(&mut self, text: &[u8]) {
        let room = self.bytes.get_mut(self.len..).unwrap_or_default();
        self.len += room.iter_mut().zip(text).map(|(to, from)| *to = *from).count();
    }

    /// Adds a number, in decimal or hexadecimal. `core::fmt` is not used: nobody says that it is safe in
    /// a signal handler.
    pub(super) fn number(&mut self, mut number: u64, base: u64) {
        let mut digits = [0; 20];
        let mut count = 0;
        for digit in digits.iter_mut().rev() {
            let value = usize::try_from(number % base).unwrap_or(0);
            *digit = b"0123456789abcdef".get(value).copied().unwrap_or(b'?');
            number /= base;
            count += 1;
            if number == 0 {
                break;
            }
        }
        self.put(digits.get(digits.len() - count..).unwrap_or_default());
    }
}
