//! Why there is no value, said without memory of the heap.

use std::fmt::{self, Display, Write as _};

/// A text of at most 118 bytes, made without memory of the heap.
#[derive(Clone, Copy)]
pub(crate) struct Short {
    bytes: [u8; Self::SIZE],
    len: u8,
}

impl Short {
    const SIZE: usize = 118;

    pub(crate) fn of(text: impl Display) -> Self {
        let mut short = Self { bytes: [0; Self::SIZE], len: 0 };
        if write!(short, "{text}").is_err() {
            // What does not fit is left out, and that is said.
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

impl fmt::Debug for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.text(), f)
    }
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let len = usize::from(self.len);
        let room = self.bytes.get_mut(len..).unwrap_or_default();
        let end = vitte_diag::text::floor_char_boundary(text, room.len());
        room.iter_mut().zip(text.bytes().take(end)).for_each(|(to, from)| *to = from);
        self.len = u8::try_from(len + end).unwrap_or(self.len);
        if end < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

/// Why serialising ended early.
#[derive(Debug)]
pub(super) struct Error {
    pub(super) text: Short,
    pub(super) cut: Cut,
}

/// Whether what was written is to be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cut {
    No,
    /// It went on and on: what there is of it is closed.
    Endless,
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.text())
    }
}

impl std::error::Error for Error {}

impl serde::ser::Error for Error {
    fn custom<T: Display>(text: T) -> Self {
        Self { text: Short::of(text), cut: Cut::No }
    }
}
