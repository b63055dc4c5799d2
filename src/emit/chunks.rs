//! Output that is kept in memory until all of it is complete.

use std::io::{self, Write};

/// Bytes in chunks of memory. A single buffer would be copied each time it has to grow.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunks {
    full: Vec<Vec<u8>>,
    last: Vec<u8>,
}

impl Chunks {
    /// The length from which on a chunk is full, in bytes.
    const FULL: usize = 1 << 16;

    /// Returns the chunk to which the next piece is appended. It has less than 64 KiB.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        if self.last.len() >= Self::FULL {
            let next = Vec::with_capacity(self.last.capacity().min(2 * Self::FULL));
            self.full.push(std::mem::replace(&mut self.last, next));
        }
        &mut self.last
    }

    /// Writes all chunks.
    pub(super) fn write_to(&self, writer: &mut impl Write) -> io::Result<()> {
        self.full.iter().try_for_each(|chunk| writer.write_all(chunk))?;
        writer.write_all(&self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stay_in_their_order() {
        let (mut chunks, mut expected) = (Chunks::default(), Vec::new());
        for len in [0, 1, Chunks::FULL, 3, 2 * Chunks::FULL, 5] {
            let piece = vec![u8::try_from(len % 251).unwrap(); len];
            chunks.buffer().extend_from_slice(&piece);
            expected.extend_from_slice(&piece);
        }
        let mut written = Vec::new();
        chunks.write_to(&mut written).unwrap();
        assert!(written == expected);
        assert_eq!(chunks.full.len(), 2);
    }
}
