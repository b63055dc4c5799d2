//! Where the lines of a text begin, found block by block.
//!
//! ```text
//! text     ├── 8 KiB ──┼── 8 KiB ──┼── 8 KiB ──┤
//! before   0           255         511              line ends before each block, counted at once
//! index    LineIndex   -           -                made when a line of the block is asked for
//! ```
//!
//! Counting line ends runs as fast as memory is read, and takes next to none. The index proper takes
//! four bytes a line, and eight for each character that is not ASCII: of a file of ten million lines
//! only those few blocks have one from which something is shown.

use std::ops::Range;
use std::sync::OnceLock;

use line_index::{LineIndex, TextSize};

use crate::text::{count_bytes, floor_char_boundary};

/// Bytes of a block, whose index fits the first cache; a character that stands on the border is in the
/// later one.
const BLOCK: usize = 1 << 13;

/// The lines of one text, which is handed in again with each question. Lines are 0-based here.
pub(super) struct Lines {
    /// At least one.
    blocks: Box<[Block]>,
    count: u32,
}

struct Block {
    /// Line ends in all blocks before it.
    before: u32,
    index: OnceLock<LineIndex>,
}

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        let mut before = 0;
        let blocks = line_ends_of_blocks(text).into_iter().map(|line_ends| {
            let block = Block { before, index: OnceLock::new() };
            before += line_ends;
            block
        });
        Self { blocks: blocks.collect(), count: before + 1 }
    }

    /// The number of lines, at least one.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// The line of byte `offset`, or the last one where the text ends before it, and its bytes with
    /// its line end.
    pub(super) fn line_at(&self, text: &str, offset: usize) -> (u32, Range<usize>) {
        let offset = floor_char_boundary(text, offset);
        // A character on the border moves it down, but the end of the text is in the last block.
        let is_in_next = offset < text.len() && block_start(text, offset / BLOCK + 1) <= offset;
        let number = offset / BLOCK + usize::from(is_in_next);
        let Some(block) = self.blocks.get(number) else { return (0, 0..0) };
        let (start, index) = (block_start(text, number), block.index(text, number));
        let local = index.try_line_col(to_text_size(offset - start)).map_or(0, |found| found.line);
        let line = block.before + local;
        // Most lines begin and end in the block in which they are found.
        let ends_here = self.blocks.get(number + 1).is_none_or(|next| next.before > line);
        let range = match index.line(local).filter(|_| local > 0 && ends_here) {
            Some(range) => start + usize::from(range.start())..start + usize::from(range.end()),
            None => self.range_of(text, line).unwrap_or_default(),
        };
        (line, range)
    }

    /// The bytes of a line with its line end, and nothing past the last one.
    pub(super) fn range_of(&self, text: &str, line: u32) -> Option<Range<usize>> {
        let (block, within) = self.end_of(text, line)?;
        let start = match line.checked_sub(1) {
            None => 0,
            // It began in a block before: behind the end of the line before it.
            Some(before) if line == block.before => self.end_of(text, before)?.1.end,
            Some(_) => within.start,
        };
        Some(start..within.end)
    }

    /// The block in which a line ends, and the bytes of the line there.
    fn end_of(&self, text: &str, line: u32) -> Option<(&Block, Range<usize>)> {
        let above = self.blocks.partition_point(|block| block.before <= line);
        let number = above.checked_sub(1)?;
        let block = self.blocks.get(number)?;
        let within = block.index(text, number).line(line - block.before)?;
        let start = block_start(text, number);
        Some((block, start + usize::from(within.start())..start + usize::from(within.end())))
    }
}

impl Block {
    fn index(&self, text: &str, number: usize) -> &LineIndex {
        self.index.get_or_init(|| LineIndex::new(block_text(text, number)))
    }
}

fn block_start(text: &str, number: usize) -> usize {
    floor_char_boundary(text, number.saturating_mul(BLOCK))
}

fn block_text(text: &str, number: usize) -> &str {
    text.get(block_start(text, number)..block_start(text, number + 1)).unwrap_or_default()
}

/// The line ends of each block of `text`.
fn line_ends_of_blocks(text: &str) -> Vec<u32> {
    let blocks = 0..text.len() / BLOCK + 1;
    // A block has fewer than 32 bits can count.
    let line_ends = |number| {
        let line_ends = count_bytes(block_text(text, number), |byte| byte == b'\n');
        u32::try_from(line_ends).unwrap_or(u32::MAX)
    };
    // Less than 16 MiB is counted sooner than threads begin. A worker counts by itself: where it waits it
    // takes up other work, which may want what this one's caller holds locked.
    #[cfg(feature = "parallel")]
    if text.len() >= 16 << 20 && rayon::current_thread_index().is_none() {
        use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
        return blocks.into_par_iter().map(line_ends).collect();
    }
    blocks.map(line_ends).collect()
}

/// An offset in a block, which has fewer bytes.
fn to_text_size(offset: usize) -> TextSize {
    TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every line begins and ends where it does, and every byte is on its line.
    fn check(text: &str) {
        let lines = Lines::new(text);
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for line in text.split_inclusive('\n') {
            let start = ranges.last().map_or(0, |range| range.end);
            ranges.push(start..start + line.len());
        }
        if text.is_empty() || text.ends_with('\n') {
            ranges.push(text.len()..text.len());
        }
        assert_eq!(lines.count() as usize, ranges.len());
        for (line, range) in (0..).zip(&ranges) {
            assert_eq!(lines.range_of(text, line).as_ref(), Some(range), "line {line}");
        }
        assert_eq!(lines.range_of(text, lines.count()), None);
        assert_eq!(lines.range_of(text, u32::MAX), None);
        let near_borders = (0..=text.len() / BLOCK)
            .flat_map(|n| (n * BLOCK).saturating_sub(9)..(n * BLOCK + 9).min(text.len() + 9));
        let near_starts =
            ranges.iter().flat_map(|range| range.start.saturating_sub(2)..range.start + 2);
        for offset in near_borders.chain(near_starts).chain([text.len(), usize::MAX]) {
            let line = ranges.partition_point(|range| range.start <= offset) - 1;
            let (number, range) = lines.line_at(text, offset);
            assert_eq!((number as usize, &range), (line, &ranges[line]), "byte {offset}");
        }
    }

    #[test]
    fn lines_are_found_in_every_block() {
        check("");
        check("\n");
        check("no line end");
        check(&"a line of some bytes\n".repeat(3 * BLOCK / 20));
        check(&"\n".repeat(2 * BLOCK));
    }

    #[test]
    fn lines_may_begin_and_end_anywhere_in_a_block() {
        for around in [BLOCK - 3, BLOCK - 2, BLOCK - 1, BLOCK, BLOCK + 1] {
            for piece in ["\n", "é\n", "日\né", "\n👩\n"] {
                check(&format!("{}{piece}{}", "x".repeat(around), "y".repeat(BLOCK)));
                check(&format!("{}{piece}", "x".repeat(around)));
            }
        }
        check(&"x".repeat(BLOCK));
        check(&"日".repeat(BLOCK));
        check(&format!("{}\n{}\n", "é".repeat(2 * BLOCK), "x".repeat(3 * BLOCK)));
    }
}
