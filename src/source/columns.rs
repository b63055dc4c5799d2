//! Counts columns in long lines, so that the cost of a column does not depend on the length of its line.
//!
//! ```text
//! text     ├── 512 bytes ──┼── 512 bytes ──┼── 512 bytes ──┤
//! sums     0               498             1003             characters before each block, counted once per file
//! marks    cell 0   cell 131   …                            for one line and one distance of tab stops
//! ```
//!
//! Both are made when the first column behind [`SHORT`] bytes of a line is asked for. The sums take a 25th of the size
//! of the file, the marks a tenth of that of the line.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use super::ColumnUnit;
use super::column::column;
use crate::text::{self, CellOptions, Cells};

/// The number of bytes at the start of a line in which columns are counted directly.
pub(super) const SHORT: usize = 1024;

/// The distance of two sums in bytes.
const BLOCK: usize = 512;
/// The smallest distance of two marks in bytes. Clusters take longer to measure than bytes to count.
const MARK: usize = 128;

/// What the bytes before an offset contain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Sums {
    chars: u32,
    utf16: u32,
    /// Bytes that are not printable ASCII.
    special: u32,
    /// Bytes that are not UTF-8, which the text replaces.
    replaced: u32,
    /// Bytes that are not ASCII white space.
    visible: u32,
}

impl Sums {
    /// Counts in `bytes` of the text. `raw` are the original bytes if they are not UTF-8.
    fn of(bytes: &[u8], raw: Option<&[u8]>) -> Self {
        let count = |test: fn(u8) -> bool| saturated(text::count_bytes(bytes, test));
        let special = count(|byte| !matches!(byte, b' '..=b'~'));
        let all = saturated(bytes.len());
        let (chars, utf16) = if special == 0 {
            (all, all)
        } else {
            let chars = all - count(|byte| matches!(byte, 0x80..=0xbf));
            // A character of four bytes in UTF-8 takes two units.
            (chars, chars + count(|byte| byte >= 0xf0))
        };
        // A byte that is replaced by `?` is never a `?` itself.
        let replaced = |raw: &[u8]| bytes.iter().zip(raw).filter(|(byte, raw)| byte != raw).count();
        let replaced = raw.map_or(0, |raw| saturated(replaced(raw)));
        let visible = count(|byte| !matches!(byte, b' ' | 9..=13));
        Self { chars, utf16, special, replaced, visible }
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            chars: self.chars + other.chars,
            utf16: self.utf16 + other.utf16,
            special: self.special + other.special,
            replaced: self.replaced + other.replaced,
            visible: self.visible + other.visible,
        }
    }

    const fn minus(self, other: Self) -> Self {
        Self {
            chars: self.chars - other.chars,
            utf16: self.utf16 - other.utf16,
            special: self.special - other.special,
            replaced: self.replaced - other.replaced,
            visible: self.visible - other.visible,
        }
    }
}

/// A line, by its first byte in the file, and a distance of tab stops.
type MarkedLine = (usize, u8);

/// The sums and marks of a file. Every method takes the same text, and the same original bytes, again.
pub(super) struct Columns {
    /// What is before each block.
    sums: Box<[Sums]>,
    marks: RwLock<BTreeMap<MarkedLine, Arc<Marks>>>,
}

impl Columns {
    pub(super) fn new(text: &str, raw: Option<&[u8]>) -> Self {
        let mut before = Sums::default();
        let bytes = text.as_bytes();
        let mut sums = Vec::with_capacity(bytes.len() / BLOCK + 1);
        for (number, block) in bytes.chunks(BLOCK).enumerate() {
            sums.push(before);
            let raw = raw.and_then(|raw| raw.get(number * BLOCK..)?.get(..block.len()));
            before = before.plus(Sums::of(block, raw));
        }
        sums.push(before);
        Self { sums: sums.into(), marks: RwLock::default() }
    }

    /// Returns what is before byte `offset`.
    fn before(&self, text: &str, raw: Option<&[u8]>, offset: usize) -> Sums {
        let number = offset / BLOCK;
        let rest = number * BLOCK..offset;
        let sums = self.sums.get(number).copied().unwrap_or_default();
        let bytes = text.as_bytes().get(rest.clone()).unwrap_or_default();
        sums.plus(Sums::of(bytes, raw.and_then(|raw| raw.get(rest))))
    }

    fn within(&self, text: &str, range: &Range<usize>) -> Sums {
        self.before(text, None, range.end).minus(self.before(text, None, range.start))
    }

    /// Returns true if a byte in `range` is not UTF-8.
    pub(super) fn is_replaced(&self, text: &str, raw: &[u8], range: &Range<usize>) -> bool {
        let before = |offset| self.before(text, Some(raw), offset).replaced;
        before(range.end) > before(range.start)
    }

    /// Returns the first byte from `start` on that is not ASCII white space, or the end of the text.
    pub(super) fn visible_from(&self, text: &str, start: usize) -> usize {
        let wanted = self.before(text, None, start).visible;
        let after = self.sums.partition_point(|sums| sums.visible <= wanted);
        let from = (after.saturating_sub(1) * BLOCK).max(start);
        let bytes = text.as_bytes().get(from..).unwrap_or_default();
        let found = bytes.iter().position(|byte| !matches!(byte, b' ' | 9..=13));
        found.map_or(text.len(), |at| from + at)
    }

    /// Returns the 1-based column at byte `offset` of the text, which is in the line `line`, see
    /// [`ColumnUnit::column_at`].
    pub(super) fn column_at(
        &self,
        text: &str,
        line: Range<usize>,
        offset: usize,
        unit: ColumnUnit,
    ) -> u32 {
        let before = line.start..offset;
        let sums = self.within(text, &before);
        column(match unit {
            _ if sums.special == 0 => before.len(),
            ColumnUnit::Byte => before.len(),
            ColumnUnit::Char => sums.chars as usize,
            ColumnUnit::Utf16 => sums.utf16 as usize,
            ColumnUnit::Cell { tab_width } => {
                let text = text.get(line.clone()).unwrap_or_default();
                let marks = self.marks(text, (line.start, tab_width));
                marks.at_byte(text, before.len()).before(text, before.len())
            }
        })
    }

    /// Returns the 1-based column after the last character of `line`.
    pub(super) fn column_after(&self, text: &str, line: Range<usize>, unit: ColumnUnit) -> u32 {
        match unit {
            ColumnUnit::Cell { tab_width } if self.within(text, &line).special > 0 => {
                let text = text.get(line.clone()).unwrap_or_default();
                let marks = self.marks(text, (line.start, tab_width));
                let mut clusters = marks.at_byte(text, text.len());
                clusters.by_ref().for_each(drop);
                column(clusters.position(text).1)
            }
            _ => self.column_at(text, line.clone(), line.end, unit),
        }
    }

    /// Returns the number of bytes of `line` before the character that contains the 0-based unit `units`.
    pub(super) fn bytes_before(
        &self,
        text: &str,
        line: &Range<usize>,
        units: usize,
        unit: ColumnUnit,
    ) -> usize {
        let bytes = match unit {
            ColumnUnit::Byte => units,
            ColumnUnit::Char => self.find(text, line, units, |sums| sums.chars, |_| 1),
            ColumnUnit::Utf16 => {
                self.find(text, line, units, |sums| sums.utf16, |lead| 1 + u32::from(lead >= 0xf0))
            }
            ColumnUnit::Cell { tab_width } => {
                let text = text.get(line.clone()).unwrap_or_default();
                let marks = self.marks(text, (line.start, tab_width));
                let clusters = marks.at_cell(text, units);
                let (start, ..) = clusters.position(text);
                let before = clusters.take_while(|cluster| cluster.end <= units);
                start + before.map(|cluster| cluster.text.len()).sum::<usize>()
            }
        };
        bytes.min(line.len())
    }

    /// Returns the number of bytes of `line` before the character in which a unit is. `units_of` returns the units of a
    /// character by its first byte.
    fn find(
        &self,
        text: &str,
        line: &Range<usize>,
        units: usize,
        count: fn(&Sums) -> u32,
        units_of: fn(u8) -> u32,
    ) -> usize {
        let start = count(&self.before(text, None, line.start));
        let wanted = start.saturating_add(saturated(units));
        let after = self.sums.partition_point(|sums| count(sums) <= wanted);
        let block = after.saturating_sub(1);
        let from = (block * BLOCK).max(line.start);
        let sums = self.sums.get(block).map_or(0, count);
        let mut counted = if from == line.start { start } else { sums };
        let bytes = text.as_bytes().get(from..line.end).unwrap_or_default();
        let is_found = |byte: &u8| {
            let is_first = !matches!(byte, 0x80..=0xbf);
            counted += if is_first { units_of(*byte) } else { 0 };
            is_first && counted > wanted
        };
        let found = bytes.iter().position(is_found);
        found.map_or(line.len(), |at| from + at - line.start)
    }

    /// Returns the marks of a line, whose text is `line`.
    fn marks(&self, line: &str, key: MarkedLine) -> Arc<Marks> {
        // A panic cannot break the map: nothing panics while it is locked.
        let found = self.marks.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        found.unwrap_or_else(|| {
            // Not locked while the line is measured. A thread that is later drops its marks.
            let marks = Arc::new(Marks::new(line, usize::from(key.1)));
            let mut all = self.marks.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(key).or_insert(marks))
        })
    }
}

/// Clusters of a line from which cells can be counted.
struct Marks {
    options: CellOptions,
    /// The arguments of [`Cells::resume`].
    at: Box<[[u32; 3]]>,
}

impl Marks {
    fn new(line: &str, tab_width: usize) -> Self {
        let options = CellOptions::new(tab_width);
        let mut clusters = Cells::new(line, options);
        let (mut at, mut next) = (vec![[0; 3]], MARK);
        while clusters.next().is_some() {
            let (byte, cell, grapheme) = clusters.position(line);
            if byte >= next {
                at.push([byte, cell, grapheme].map(saturated));
                next = byte + MARK;
            }
        }
        Self { options, at: at.into() }
    }

    /// Returns the clusters from the last mark that is not after a byte.
    fn at_byte<'a>(&self, line: &'a str, byte: usize) -> Cells<'a> {
        self.last(line, |mark| mark as usize <= byte, 0)
    }

    /// Returns the clusters from the last mark that is not after a cell.
    fn at_cell<'a>(&self, line: &'a str, cell: usize) -> Cells<'a> {
        self.last(line, |mark| mark as usize <= cell, 1)
    }

    fn last<'a>(&self, line: &'a str, is_before: impl Fn(u32) -> bool, field: usize) -> Cells<'a> {
        let after =
            self.at.partition_point(|mark| mark.get(field).is_some_and(|&mark| is_before(mark)));
        let mark = after.checked_sub(1).and_then(|last| self.at.get(last));
        let [byte, cell, grapheme] = mark.copied().unwrap_or_default().map(|field| field as usize);
        Cells::resume(line, (byte, cell, grapheme), self.options)
    }
}

/// Converts a number of bytes or units. Files have fewer than 2^32.
fn saturated(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
