//! Copies the lines that a command keeps, in their canonical form.

use std::io::{self, Write};

use super::input::BlockLines;
use super::line::{self, Fields, Invalid, Scratch};

/// The lines of a block that are kept.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The number of bytes at the start of the block that are kept as they are.
    same: usize,
    /// What follows them.
    rest: Vec<u8>,
}

impl Kept {
    /// Keeps the lines for which `keep` returns true.
    pub(super) fn select(
        lines: &mut BlockLines<'_>,
        mut keep: impl FnMut(&Fields<'_>) -> Result<bool, Invalid>,
    ) -> Self {
        let (block, mut kept, mut scratch) = (lines.block(), Self::default(), Scratch::default());
        lines.each(|line, start| {
            let read = line::read(line, &mut scratch)?;
            if !keep(&read.fields)? {
                return Ok(());
            }
            let is_same =
                line.strip_suffix(b"\n").is_some_and(|line| line.len() == read.json.len());
            if is_same
                && start == kept.same
                && kept.rest.is_empty()
                && block.get(start..start + read.json.len()) == Some(read.json)
            {
                kept.same += line.len();
            } else {
                kept.rest.extend_from_slice(read.json);
                kept.rest.push(b'\n');
            }
            Ok(())
        });
        kept
    }

    /// Returns true if there are no lines.
    pub(super) fn is_empty(&self) -> bool {
        self.same == 0 && self.rest.is_empty()
    }

    /// Writes the lines; `block` is the block that they are from.
    pub(super) fn write(&self, block: &[u8], out: &mut dyn Write) -> io::Result<()> {
        out.write_all(block.get(..self.same).unwrap_or_default())?;
        out.write_all(&self.rest)
    }
}
