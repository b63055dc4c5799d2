//! A format that is one document: a head, items with something between them, a tail, each on lines of
//! its own.

use std::io::{self, Write};

/// Writes a document as its items come: each item with what stands before it in one write.
#[derive(Clone, Debug)]
pub(super) struct Document<W> {
    pub(super) writer: W,
    is_open: bool,
}

impl<W: Write> Document<W> {
    pub(super) const fn new(writer: W) -> Self {
        Self { writer, is_open: false }
    }

    /// Writes an item on a new line after `between`, or the first one after the head.
    pub(super) fn item(
        &mut self,
        head: impl FnOnce() -> io::Result<Vec<u8>>,
        between: &[u8],
        item: &[u8],
    ) -> io::Result<()> {
        let mut bytes = if self.is_open { between.to_vec() } else { head()? };
        bytes.push(b'\n');
        bytes.extend_from_slice(item);
        self.is_open = true;
        self.writer.write_all(&bytes)
    }

    /// Writes the tail on a new line, after the head where there was no item, and flushes. The next item
    /// begins a new document.
    pub(super) fn finish(
        &mut self,
        head: impl FnOnce() -> io::Result<Vec<u8>>,
        tail: &[u8],
    ) -> io::Result<()> {
        let mut bytes = if self.is_open { Vec::new() } else { head()? };
        bytes.push(b'\n');
        bytes.extend_from_slice(tail);
        self.is_open = false;
        self.writer.write_all(&bytes)?;
        self.writer.flush()
    }
}
