//! Output that is one document: a head, items with separators, and a tail, each on its own line.

use std::io::{self, Write};

use serde::Serialize;

use super::escape;

/// Writes a document item by item. Each item and the separator before it are one write to the writer.
#[derive(Clone, Debug)]
pub(super) struct Document<W> {
    pub(super) writer: W,
    is_open: bool,
    /// The bytes of the next write. The buffer is a field so that its memory is reused.
    buffer: Vec<u8>,
}

impl<W: Write> Document<W> {
    pub(super) const fn new(writer: W) -> Self {
        Self { writer, is_open: false, buffer: Vec::new() }
    }

    /// Writes an item on a new line, after `separator`, or after the head if it is the first item.
    pub(super) fn item(
        &mut self,
        head: impl FnOnce() -> io::Result<Vec<u8>>,
        separator: &[u8],
        item: &[u8],
    ) -> io::Result<()> {
        self.begin_line(head, separator)?;
        self.buffer.extend_from_slice(item);
        self.is_open = true;
        self.writer.write_all(&self.buffer)
    }

    /// Writes an item of a JSON array on a new line, like [`item`](Self::item).
    pub(super) fn json_item(
        &mut self,
        head: impl FnOnce() -> io::Result<Vec<u8>>,
        item: &impl Serialize,
    ) -> io::Result<()> {
        self.begin_line(head, b",")?;
        escape::push_json(&mut self.buffer, item)?;
        self.is_open = true;
        self.writer.write_all(&self.buffer)
    }

    /// Writes an item of a JSON array on a new line, which `push` appends to the buffer that it gets.
    pub(super) fn push_item(
        &mut self,
        head: impl FnOnce() -> io::Result<Vec<u8>>,
        push: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.begin_line(head, b",")?;
        push(&mut self.buffer)?;
        self.is_open = true;
        self.writer.write_all(&self.buffer)
    }

    /// Writes the tail on a new line, after the head if there was no item, and flushes the writer. The next
    /// item begins a new document.
    pub(super) fn finish(
        &mut self,
        head: impl FnOnce() -> io::Result<Vec<u8>>,
        tail: &[u8],
    ) -> io::Result<()> {
        self.begin_line(head, b"")?;
        self.buffer.extend_from_slice(tail);
        self.is_open = false;
        self.writer.write_all(&self.buffer)?;
        self.writer.flush()
    }

    fn begin_line(
        &mut self,
        head: impl FnOnce() -> io::Result<Vec<u8>>,
        separator: &[u8],
    ) -> io::Result<()> {
        self.buffer.clear();
        if self.is_open {
            self.buffer.extend_from_slice(separator);
        } else {
            self.buffer = head()?;
        }
        self.buffer.push(b'\n');
        Ok(())
    }
}
