//! The lines of a buffer, and the changes that the client sends.

use std::ops::Range;

use vitte_diag::lsp::{Position, PositionEncoding};
use vitte_diag::{MAX_FILE_BYTES, lsp};

/// A text and the starts of its lines as the protocol counts them: `\n`, `\r\n` and `\r` end a line.
#[derive(Clone, Debug)]
pub(crate) struct LinedText {
    text: String,
    /// Bytes, ascending. The first one is 0.
    starts: Vec<usize>,
}

impl LinedText {
    pub(crate) fn new(text: String) -> Self {
        let mut starts = vec![0];
        push_starts(&text, 0..text.len(), &mut starts);
        Self { text, starts }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Replaces a range. Positions outside of the text are moved to its nearest one, as the protocol demands.
    ///
    /// # Errors
    ///
    /// The text would be larger than a source file can be. Then nothing changes.
    pub(crate) fn replace(
        &mut self,
        range: lsp::Range,
        new: &str,
        encoding: PositionEncoding,
    ) -> Result<(), TooLarge> {
        let (start, end) = (self.offset(range.start, encoding), self.offset(range.end, encoding));
        let old = start.min(end)..end.max(start);
        if (self.text.len() - old.len() + new.len()) as u64 > MAX_FILE_BYTES {
            return Err(TooLarge);
        }
        self.text.replace_range(old.clone(), new);
        self.update_starts(old, new.len());
        Ok(())
    }

    /// Finds the lines again that begin near replaced bytes.
    fn update_starts(&mut self, old: Range<usize>, new_len: usize) {
        // The `\r` before the change may have got or lost its `\n`.
        let from = old.start.saturating_sub(1);
        let first = self.starts.partition_point(|&start| start <= from);
        let last = self.starts.partition_point(|&start| start <= old.end + 1);
        let mut tail = self.starts.split_off(last);
        self.starts.truncate(first);
        let end = (old.start + new_len + 1).min(self.text.len());
        push_starts(&self.text, from..end, &mut self.starts);
        for start in &mut tail {
            *start = *start - old.len() + new_len;
        }
        self.starts.append(&mut tail);
    }

    /// Returns the byte offset of a position, or the nearest one: a character after the end of its line is the end of the line, one
    /// inside of a character is its start.
    pub(crate) fn offset(&self, at: Position, encoding: PositionEncoding) -> usize {
        let line = usize::try_from(at.line).unwrap_or(usize::MAX);
        let Some(&start) = self.starts.get(line) else { return self.text.len() };
        let end = self.starts.get(line.saturating_add(1)).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..end).unwrap_or_default().trim_end_matches(['\r', '\n']);
        let wanted = usize::try_from(at.character).unwrap_or(usize::MAX);
        if line.is_ascii() {
            return start + wanted.min(line.len());
        }
        let mut units = 0;
        let found = line.char_indices().find(|(_, c)| {
            units += encoding.len_of(*c);
            units > wanted
        });
        start + found.map_or(line.len(), |(offset, _)| offset)
    }
}

/// Appends the starts of the lines whose ends are in a range of bytes.
fn push_starts(text: &str, range: Range<usize>, starts: &mut Vec<usize>) {
    let bytes = text.as_bytes();
    let found =
        bytes.get(range.clone()).unwrap_or_default().iter().zip(range).filter(|&(byte, at)| {
            match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            }
        });
    starts.extend(found.map(|(_, at)| at + 1));
}

/// The error of a text that is larger than a source file can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TooLarge;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    /// A generator of numbers (xorshift), so that the test is the same at every run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % limit as u64).unwrap()
        }
    }

    #[test]
    fn lines_are_those_of_the_whole_text_after_every_change() {
        let pieces = ["", "\n", "\r", "\r\n", "a", "é", "𝄞", "\n\r", "\r\r\n", "ab\ncd"];
        let mut random = Random(1);
        let mut text = LinedText::new("one\r\ntwo\rthree\n".to_owned());
        for _ in 0..20_000 {
            let (a, b) = (random.below(6), random.below(6));
            let (c, d) = (random.below(5), random.below(5));
            let number = |n: usize| u32::try_from(n).unwrap();
            let range = lsp::Range {
                start: at(number(a), number(c)),
                end: at(number(a + b % 3), number(d)),
            };
            let encoding =
                [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32]
                    [random.below(3)];
            text.replace(range, pieces[random.below(pieces.len())], encoding).unwrap();
            assert_eq!(text.starts, LinedText::new(text.text.clone()).starts, "{:?}", text.text);
        }
    }

    #[test]
    fn positions_outside_of_the_text_are_moved_into_it() {
        let text = LinedText::new("é𝄞\r\nx".to_owned());
        let utf16 = |line, character| text.offset(at(line, character), PositionEncoding::Utf16);
        assert_eq!([utf16(0, 0), utf16(0, 1), utf16(0, 2), utf16(0, 3)], [0, 2, 2, 6]);
        assert_eq!([utf16(0, 99), utf16(1, 99), utf16(7, 0)], [6, 9, 9]);
        let utf8 = text.offset(at(0, 1), PositionEncoding::Utf8);
        assert_eq!(utf8, 0, "inside of a character");
        assert_eq!(text.offset(at(0, 2), PositionEncoding::Utf32), 6);
        assert_eq!(utf16(u32::MAX, u32::MAX), 9);
    }

    #[test]
    fn a_reversed_range_is_the_same_range() {
        let mut text = LinedText::new("abc".to_owned());
        text.replace(lsp::Range { start: at(0, 2), end: at(0, 1) }, "X", PositionEncoding::Utf8)
            .unwrap();
        assert_eq!(text.text(), "aXc");
    }
}
