//! The lines of a source file, found without a list of all of them: a file of 64 MiB may have as many lines.

use std::cell::OnceCell;
use std::ops::Range;

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileLine<'a> {
    /// The 1-based line number.
    pub(super) number: u32,
    /// The offset of its first byte in the file.
    pub(super) lo: usize,
    /// The text without its line end.
    pub(super) text: &'a str,
}

/// The lines of a file, by their 0-based indices.
pub(super) enum Lines<'a> {
    /// The lines that a report has of a file, in the order of the file.
    Recorded(Vec<FileLine<'a>>),
    /// All lines of a text. The index is made when it is first needed.
    Whole { text: &'a str, index: OnceCell<LineIndex> },
}

/// The offset of every 64th line of a text.
pub(super) struct LineIndex {
    offsets: Vec<usize>,
    count: usize,
}

const STEP: usize = 64;

impl LineIndex {
    fn new(text: &str) -> Self {
        let (mut offsets, mut count) = (vec![0], 0);
        for (at, byte) in text.bytes().enumerate() {
            if byte == b'\n' {
                count += 1;
                if count % STEP == 0 {
                    offsets.push(at + 1);
                }
            }
        }
        let has_open_line = !text.is_empty() && !text.ends_with('\n');
        Self { offsets, count: count + usize::from(has_open_line) }
    }
}

impl<'a> Lines<'a> {
    pub(super) const fn whole(text: &'a str) -> Self {
        Self::Whole { text, index: OnceCell::new() }
    }

    /// Returns the number of lines.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Recorded(lines) => lines.len(),
            Self::Whole { text, index } => index.get_or_init(|| LineIndex::new(text)).count,
        }
    }

    /// Returns the lines with these indices, which may exceed the file.
    pub(super) fn range(&self, range: Range<usize>) -> impl Iterator<Item = FileLine<'a>> {
        let len = range.len();
        let (recorded, whole) = match self {
            Self::Recorded(lines) => {
                let end = range.end.min(lines.len());
                (lines.get(range.start.min(end)..end), None)
            }
            Self::Whole { text, .. } => (None, Some(lines_from(text, self.offset(range.start)))),
        };
        let whole = whole.into_iter().flatten().zip(range.start..);
        let whole = whole.map(|((lo, text), index)| FileLine {
            number: u32::try_from(index + 1).unwrap_or(u32::MAX),
            lo,
            text,
        });
        recorded.unwrap_or_default().iter().copied().chain(whole).take(len)
    }

    /// Returns the index of the line with a number.
    pub(super) fn with_number(&self, number: u32) -> Option<usize> {
        match self {
            Self::Recorded(lines) => lines.binary_search_by_key(&number, |line| line.number).ok(),
            Self::Whole { .. } => {
                let index = usize::try_from(number).ok()?.checked_sub(1)?;
                (index < self.len()).then_some(index)
            }
        }
    }

    /// Returns the indices of the lines that overlap a byte range, or contain it if it is empty.
    pub(super) fn overlapping(&self, bytes: &Range<usize>) -> Range<usize> {
        let last = bytes.end.saturating_sub(1).max(bytes.start);
        let is_before = |line: &FileLine<'_>| line.lo + line.text.len() < bytes.start;
        let (start, end) = match self {
            Self::Recorded(lines) => {
                (lines.partition_point(is_before), lines.partition_point(|line| line.lo <= last))
            }
            Self::Whole { .. } => {
                let start = self.index_at(bytes.start);
                let is_after =
                    self.range(start..start + 1).next().is_none_or(|line| is_before(&line));
                (start + usize::from(is_after), (self.index_at(last) + 1).min(self.len()))
            }
        };
        start..end.max(start)
    }

    /// Returns the offset of the line with an index; the length of the text if there is none.
    fn offset(&self, line: usize) -> usize {
        let Self::Whole { text, index } = self else { return 0 };
        let index = index.get_or_init(|| LineIndex::new(text));
        if line >= index.count {
            return text.len();
        }
        let start = index.offsets.get(line / STEP).copied().unwrap_or(text.len());
        lines_from(text, start).nth(line % STEP).map_or(text.len(), |(lo, _)| lo)
    }

    /// Returns the index of the line that begins at or before an offset of a whole text.
    fn index_at(&self, offset: usize) -> usize {
        let Self::Whole { text, index } = self else { return 0 };
        let index = index.get_or_init(|| LineIndex::new(text));
        let block = index.offsets.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = index.offsets.get(block).copied().unwrap_or(0);
        let before = lines_from(text, start).take(STEP).take_while(|(lo, _)| *lo <= offset);
        block * STEP + before.count().saturating_sub(1)
    }
}

/// Returns the offsets and the texts of the lines that begin at or after an offset at which a line begins.
fn lines_from(text: &str, start: usize) -> impl Iterator<Item = (usize, &str)> {
    let mut lo = start;
    text.get(start..).unwrap_or_default().split_inclusive('\n').map(move |line| {
        let at = lo;
        lo += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All lines of a text, found one after the other.
    fn listed(text: &str) -> Lines<'_> {
        let lines = (1..).zip(lines_from(text, 0));
        Lines::Recorded(lines.map(|(number, (lo, text))| FileLine { number, lo, text }).collect())
    }

    #[test]
    fn an_indexed_text_has_the_same_lines_as_a_listed_one() {
        let many = "ab\n".repeat(200) + "\r\n\r\nc\r";
        let blank = "\n".repeat(300);
        for text in ["", "a", "a\n", "\n", "a\r\nb\n\nc", "é\r\r\n", &many, &blank] {
            let (whole, listed) = (Lines::whole(text), listed(text));
            assert_eq!(whole.len(), listed.len(), "{text:?}");
            let all = |lines: &Lines<'_>, range| {
                lines
                    .range(range)
                    .map(|line| (line.number, line.lo, line.text.to_owned()))
                    .collect::<Vec<_>>()
            };
            for start in [0, 1, 2, 63, 64, 65, 128, 199, 200, 203, 299, 300, 400] {
                for len in [0, 1, 2, 70] {
                    let range = start..start + len;
                    assert_eq!(all(&whole, range.clone()), all(&listed, range), "{text:?}");
                }
            }
            for lo in (0..text.len() + 3).chain([usize::MAX]) {
                for len in [0, 1, 2, 3, 200] {
                    let bytes = lo..lo.saturating_add(len);
                    let (found, expected) = (whole.overlapping(&bytes), listed.overlapping(&bytes));
                    assert_eq!(found.is_empty(), expected.is_empty(), "{text:?} {bytes:?}");
                    if !expected.is_empty() {
                        assert_eq!(found, expected, "{text:?} {bytes:?}");
                    }
                }
            }
            let numbers = [0, 1, 64, 200, 203, 300, 301, u32::MAX];
            let find = |lines: &Lines<'_>| numbers.map(|number| lines.with_number(number));
            assert_eq!(find(&whole), find(&listed));
        }
    }
}
