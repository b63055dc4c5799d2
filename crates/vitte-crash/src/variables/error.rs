//! The error of the serializer. It does not use the heap.

use std::fmt::{self, Display, Write as _};

/// A string of at most 118 bytes, stored inline. A longer one is cut and ends with `...`.
#[derive(Clone, Copy)]
pub(crate) struct ShortText {
    bytes: [u8; Self::SIZE],
    len: u8,
}

impl ShortText {
    const SIZE: usize = 118;

    pub(crate) fn new(text: impl Display) -> Self {
        let mut short = Self { bytes: [0; Self::SIZE], len: 0 };
        if write!(short, "{text}").is_err() {
            let end = vitte_diag::text::floor_char_boundary(short.text(), Self::SIZE - 3);
            short.len = u8::try_from(end).unwrap_or(0);
            _ = short.write_str("...");
        }
        short
    }

    pub(crate) fn text(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.text(), f)
    }
}

impl fmt::Write for ShortText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let len = usize::from(self.len);
        let free = self.bytes.get_mut(len..).unwrap_or_default();
        let end = vitte_diag::text::floor_char_boundary(text, free.len());
        free.iter_mut().zip(text.bytes().take(end)).for_each(|(to, from)| *to = from);
        self.len = u8::try_from(len + end).unwrap_or(self.len);
        if end < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

/// Why serialising ended early.
#[derive(Debug)]
pub(super) struct SerializeError {
    pub(super) message: ShortText,
    /// Whether the value seems to be endless. If so, the items that were written are its value.
    pub(super) is_endless: bool,
}

impl Display for SerializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.text())
    }
}

impl std::error::Error for SerializeError {}

impl serde::ser::Error for SerializeError {
    fn custom<T: Display>(message: T) -> Self {
        Self { message: ShortText::new(message), is_endless: false }
    }
}
