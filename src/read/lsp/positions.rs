//! Converts the positions of the protocol to bytes. Lines end at `\n`, `\r\n` and `\r`; characters are UTF-16 units.

use std::collections::HashMap;

use super::format::{self, Position};
use crate::model::{FileId, Span};
use crate::read::Import;
use crate::read::files::LineCol;
use crate::source::{BOM, ColumnUnit, SourceFile};

/// The lines of the files that positions are in.
#[derive(Debug, Default)]
pub(super) struct Lines(HashMap<FileId, Vec<usize>>);

impl Lines {
    /// Returns a span in a file, or `None` if a position is not a pair of numbers from 0.
    pub(super) fn span(
        &mut self,
        import: &mut Import<'_>,
        id: FileId,
        range: format::Range,
    ) -> Option<Span> {
        let (start, end) = (zero_based(range.start)?, zero_based(range.end)?);
        let ends = [start, end].map(|(line, character)| LineCol {
            line: line.saturating_add(1),
            col: character.saturating_add(1),
        });
        let bytes = |file: &SourceFile, starts: &[usize]| {
            let (lo, hi) = (offset(file, starts, start)?, offset(file, starts, end)?);
            Some(lo.min(hi)..hi.max(lo))
        };
        let span = import.span(
            id,
            |file| bytes(file, self.0.entry(id).or_insert_with(|| starts(file.text()))),
            ends,
        );
        Some(span)
    }
}

/// Returns the line and the character.
fn zero_based(at: Position) -> Option<(u32, u32)> {
    Some((at.line.to_u32()?, at.character.to_u32()?))
}

/// Returns the offset of each line. A byte order mark is not part of the first one.
fn starts(text: &str) -> Vec<usize> {
    let mut starts = vec![if text.starts_with(BOM) { BOM.len() } else { 0 }];
    let bytes = text.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    starts.extend(ends.map(|(at, _)| at + 1));
    starts
}

/// Returns the offset of a line and a character, both 0-based, or `None` if there is no such line. A character after
/// the end of the line is its end, as the protocol demands. The start of the line after the last one is the end of the
/// file.
fn offset(file: &SourceFile, starts: &[usize], (line, character): (u32, u32)) -> Option<usize> {
    let text = file.text();
    let line = usize::try_from(line).ok()?;
    let Some(&start) = starts.get(line) else {
        return (line == starts.len() && character == 0).then_some(text.len());
    };
    let rest = text.get(start..starts.get(line + 1).copied().unwrap_or(text.len()))?;
    let line = rest.trim_end_matches(['\r', '\n']);
    let units = usize::try_from(character).ok()?;
    Some(start + file.bytes_before(&(start..start + line.len()), units, ColumnUnit::Utf16))
}

/// Returns true if a range is the empty one at the start of a file.
pub(super) fn is_start(range: format::Range) -> bool {
    [range.start, range.end].into_iter().all(|at| zero_based(at) == Some((0, 0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    /// Returns the bytes of a range of lines and characters.
    fn bytes(text: &str, start: (u32, u32), end: (u32, u32)) -> Option<std::ops::Range<usize>> {
        let mut sources = SourceMap::new();
        let id = sources.insert("a", text);
        let (file, starts) = (sources.file(id).unwrap(), starts(text));
        Some(offset(file, &starts, start)?..offset(file, &starts, end)?)
    }

    #[test]
    fn lines_end_as_in_the_protocol() {
        let text = "a\r\nb\rc\n\rd";
        assert_eq!(starts(text), [0, 3, 5, 7, 8]);
        assert_eq!(bytes(text, (1, 0), (2, 1)), Some(3..6));
        assert_eq!(bytes(text, (3, 0), (3, 9)), Some(7..7), "an empty line");
        assert_eq!(bytes(text, (0, 9), (4, 9)), Some(1..9), "characters after the end of a line");
        assert_eq!(bytes(text, (0, 0), (5, 0)), Some(0..9));
        assert_eq!(bytes(text, (0, 0), (5, 1)), None);
        assert_eq!(bytes(text, (6, 0), (6, 0)), None);
        assert_eq!(bytes("", (0, 0), (0, 3)), Some(0..0));
    }

    #[test]
    fn characters_are_utf16_units() {
        let text = "\u{feff}é𝄞x";
        let expected = [(0, 3), (1, 5), (2, 5), (3, 9), (4, 10), (5, 10)];
        for (character, offset) in expected {
            assert_eq!(bytes(text, (0, character), (0, character)), Some(offset..offset));
        }
    }
}
