//! A format that is one document: a head, items with something between them, a tail, each on lines of
//! its own.

use std::io::{self, Write};

use serde::Serialize;

use super::escape;

/// Writes a document as its items come: each item with what stands before it in one write.
#[derive(Clone, Debug)]
pub(super) struct Document<W> {
    pub(super) writer: W,
    is_open: bool,
    /// What goes to the writer next, kept from one item to the next for its memory alone.
    bytes: Vec<u8>,
}

impl<W: Write> Document<W> {
    pub(super) const fn new(writer: W) -> Self {
        Self { writer, is_open: false, bytes: Vec::new() }
    }

    /// Writes an item on a new line after `between`, or the first one after the head.
    pub(super) fn item(
        &mut self,
        head: impl FnOnce() -> io::Result<Vec<u8>>,
        between: &[u8],
        item: &[u8],
    ) -> io::Result<()> {
        self.begin_line(head, between)?;
        self.bytes.extend_from_slice(item);
        self.is_open = true;
        self.writer.write_all(&self.bytes)
    }

    /// Writes an item of an array of JSON on a new line, as [`item`](Self::item) does.
    pub(super) fn json(
        &mut self,
        head: impl FnOnce() -> io::Result<Vec<u8>>,
        item: &impl Serialize,
    ) -> io::Result<()> {
        self.begin_line(head, b",")?;
        escape::json(&mut self.bytes, item)?;
        self.is_open = true;
        self.writer.write_all(&self.bytes)
    }

    /// Writes the tail on a new line, after the head where there was no item, and flushes. The next item
    /// begins a new document.
    pub(super) fn finish(
        &mut self,
        head: impl FnOnce() -> io::Result<Vec<u8>>,
        tail: &[u8],
    ) -> io::Result<()> {
        self.begin_line(head, b"")?;
        self.bytes.extend_from_slice(tail);
        self.is_open = false;
        self.writer.write_all(&self.bytes)?;
        self.writer.flush()
    }

    fn begin_line(
        &mut self,
        head: impl FnOnce() -> io::Result<Vec<u8>>,
        between: &[u8],
    ) -> io::Result<()> {
        self.bytes.clear();
        if self.is_open {
            self.bytes.extend_from_slice(between);
        } else {
            self.bytes = head()?;
        }
        self.bytes.push(b'\n');
        Ok(())
    }
}
