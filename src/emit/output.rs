//! Where a format writes whose diagnostics stand for themselves: each in one write, one after the other.
//!
//! With the feature `parallel` the diagnostics of a bag are drawn on several threads, a few thousand at a
//! time, and written in their order: the same writes of the same bytes.

use std::io::{self, Write};

use crate::bag::Entry;
use crate::model::Diagnostic;

/// A writer, and what goes to it next.
#[derive(Clone, Debug)]
pub(super) struct Output<W> {
    pub(super) writer: W,
    /// Whether something was written.
    is_started: bool,
    /// Kept from one diagnostic to the next for its memory alone.
    buffer: Vec<u8>,
}

/// Draws one diagnostic; whether it is the first one of the output.
pub(super) trait Draw: Fn(bool, &Diagnostic, &mut Vec<u8>) -> io::Result<()> + Sync {}

impl<F: Fn(bool, &Diagnostic, &mut Vec<u8>) -> io::Result<()> + Sync> Draw for F {}

impl<W: Write> Output<W> {
    pub(super) const fn new(writer: W) -> Self {
        Self { writer, is_started: false, buffer: Vec::new() }
    }

    /// Writes one diagnostic.
    pub(super) fn one(&mut self, diagnostic: &Diagnostic, draw: impl Draw) -> io::Result<()> {
        self.buffer.clear();
        draw(!self.is_started, diagnostic, &mut self.buffer)?;
        self.is_started = true;
        self.writer.write_all(&self.buffer)
    }

    /// Writes all of them.
    #[cfg(not(feature = "parallel"))]
    pub(super) fn all(&mut self, entries: &[Entry<'_>], draw: impl Draw) -> io::Result<()> {
        entries.iter().try_for_each(|entry| self.one(entry.diagnostic, &draw))
    }

    /// Writes all of them.
    #[cfg(feature = "parallel")]
    pub(super) fn all(&mut self, entries: &[Entry<'_>], draw: impl Draw) -> io::Result<()> {
        use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
        use rayon::slice::ParallelSlice as _;

        // So many are worth a thread, and so many are held in memory.
        const TOGETHER: usize = 64;
        const AT_ONCE: usize = 64 * TOGETHER;
        // The first one is drawn in its own way. A worker draws all by itself: where it waits it takes up
        // other work, which may want what this one's caller holds locked, a shared emitter for one.
        let is_alone = entries.len() <= TOGETHER || rayon::current_thread_index().is_some();
        let alone = if is_alone { entries.len() } else { 1 };
        let (alone, rest) = entries.split_at_checked(alone).unwrap_or_default();
        alone.iter().try_for_each(|entry| self.one(entry.diagnostic, &draw))?;
        let mut drawn: Vec<_> = (0..AT_ONCE / TOGETHER).map(|_| Drawn::default()).collect();
        for part in rest.chunks(AT_ONCE) {
            let pieces = part.par_chunks(TOGETHER).zip(&mut drawn);
            pieces.for_each(|(entries, drawn)| drawn.fill(entries, &draw));
            drawn.iter_mut().try_for_each(|drawn| drawn.write(&mut self.writer))?;
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Diagnostics that are drawn, none of them the first one of the output. Its memory is used again for
/// those that come later.
#[cfg(feature = "parallel")]
#[derive(Default)]
struct Drawn {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    /// Why no more are drawn.
    error: Option<io::Error>,
}

#[cfg(feature = "parallel")]
impl Drawn {
    fn fill(&mut self, entries: &[Entry<'_>], draw: &impl Draw) {
        for entry in entries {
            if let Err(error) = draw(false, entry.diagnostic, &mut self.bytes) {
                self.error = Some(error);
                break;
            }
            self.ends.push(self.bytes.len());
        }
    }

    /// Writes what is here, and forgets it.
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
