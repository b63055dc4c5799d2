//! Output of formats whose diagnostics are independent: each diagnostic is one write to the writer.
//!
//! With the feature `parallel` the diagnostics of a bag are drawn on several threads, a few thousand at a
//! time, and written in order: the writes and their bytes are the same.

use std::io::{self, Write};

use crate::bag::Entry;
use crate::model::Diagnostic;

/// Draws diagnostics and writes them.
#[derive(Clone, Debug)]
pub(super) struct Output<W> {
    pub(super) writer: W,
    /// Whether a diagnostic was written.
    is_started: bool,
    /// The bytes of the next write. The buffer is a field so that its memory is reused.
    buffer: Vec<u8>,
}

/// A function that appends one diagnostic to a buffer. The first argument is true for the first diagnostic of
/// the output.
pub(super) trait Draw: Fn(bool, &Diagnostic, &mut Vec<u8>) -> io::Result<()> + Sync {}

impl<F: Fn(bool, &Diagnostic, &mut Vec<u8>) -> io::Result<()> + Sync> Draw for F {}

impl<W: Write> Output<W> {
    pub(super) const fn new(writer: W) -> Self {
        Self { writer, is_started: false, buffer: Vec::new() }
    }

    /// Writes one diagnostic.
    pub(super) fn write(&mut self, diagnostic: &Diagnostic, draw: impl Draw) -> io::Result<()> {
        self.buffer.clear();
        draw(!self.is_started, diagnostic, &mut self.buffer)?;
        self.is_started = true;
        self.writer.write_all(&self.buffer)
    }

    /// Writes several diagnostics.
    #[cfg(not(feature = "parallel"))]
    pub(super) fn write_all(&mut self, entries: &[Entry<'_>], draw: impl Draw) -> io::Result<()> {
        entries.iter().try_for_each(|entry| self.write(entry.diagnostic, &draw))
    }

    /// Writes several diagnostics.
    #[cfg(feature = "parallel")]
    pub(super) fn write_all(&mut self, entries: &[Entry<'_>], draw: impl Draw) -> io::Result<()> {
        use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
        use rayon::slice::ParallelSlice as _;

        // The diagnostics that one task draws, and those that are in memory at the same time.
        const CHUNK_LEN: usize = 64;
        const BATCH_LEN: usize = 64 * CHUNK_LEN;
        // A thread of a pool draws everything itself. If it waited for tasks it would run other tasks in the
        // meantime, and those may need a lock that its caller holds, such as that of a shared emitter.
        let is_serial = entries.len() <= CHUNK_LEN || rayon::current_thread_index().is_some();
        // The first diagnostic of the output is drawn differently, so it is never part of a chunk.
        let serial = if is_serial { entries.len() } else { 1 };
        let (serial, parallel) = entries.split_at_checked(serial).unwrap_or_default();
        serial.iter().try_for_each(|entry| self.write(entry.diagnostic, &draw))?;
        let mut chunks: Vec<_> = (0..BATCH_LEN / CHUNK_LEN).map(|_| Chunk::default()).collect();
        for batch in parallel.chunks(BATCH_LEN) {
            let tasks = batch.par_chunks(CHUNK_LEN).zip(&mut chunks);
            tasks.for_each(|(entries, chunk)| chunk.draw(entries, &draw));
            chunks.iter_mut().try_for_each(|chunk| chunk.write(&mut self.writer))?;
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// The output of consecutive diagnostics, none of them the first one of the output. Its memory is reused for
/// later batches.
#[cfg(feature = "parallel")]
#[derive(Default)]
struct Chunk {
    bytes: Vec<u8>,
    /// The end of each diagnostic in `bytes`.
    ends: Vec<usize>,
    /// The error of the diagnostic after the last one in `bytes`.
    error: Option<io::Error>,
}

#[cfg(feature = "parallel")]
impl Chunk {
    /// Draws diagnostics up to the first error.
    fn draw(&mut self, entries: &[Entry<'_>], draw: &impl Draw) {
        for entry in entries {
            if let Err(error) = draw(false, entry.diagnostic, &mut self.bytes) {
                self.error = Some(error);
                break;
            }
            self.ends.push(self.bytes.len());
        }
    }

    /// Writes the diagnostics and empties the chunk. Returns the error of a write, or that of drawing.
    fn write(&mut self, writer: &mut impl Write) -> io::Result<()> {
        let mut start = 0;
        for end in self.ends.drain(..) {
            writer.write_all(self.bytes.get(start..end).unwrap_or_default())?;
            start = end;
        }
        self.bytes.clear();
        self.error.take().map_or(Ok(()), Err)
    }
}
