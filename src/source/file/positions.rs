//! The positions of offsets for editors, whose lines also end at a lone `\r`.

use super::SourceFile;
use crate::model::Span;
use crate::source::ColumnUnit;

impl SourceFile {
    /// Returns the line and the character of byte `offset` as the Language Server Protocol counts them: both 0-based, and a
    /// lone `\r` ends a line, too. See [`location`](Self::location) for invalid offsets and unavailable files.
    pub(crate) fn position(&self, offset: u32, unit: ColumnUnit) -> (u32, u32) {
        let at = self.location(offset, unit);
        let (line, character) = (at.line - 1, at.col - 1);
        let returns = self.lone_returns();
        if returns.is_empty() {
            return (line, character);
        }
        let offset = offset.min(self.len());
        let before = returns.partition_point(|&at| at < offset);
        let more_lines = u32::try_from(before).unwrap_or(u32::MAX);
        let line = line.saturating_add(more_lines);
        let own = self.line_range(at.line).unwrap_or_default();
        let last = before.checked_sub(1).and_then(|index| returns.get(index));
        match last.map(|&at| at as usize + 1).filter(|&start| start > own.start) {
            None => (line, character),
            Some(start) => {
                // A line end has no columns of its own.
                let end = (offset as usize).min(own.end);
                (line, self.column_after(start..end.max(start), unit) - 1)
            }
        }
    }

    /// Returns the [positions](Self::position) of the start and of the end of a valid span.
    pub(crate) fn positions(&self, span: Span, unit: ColumnUnit) -> [(u32, u32); 2] {
        if self.lone_returns().is_empty() {
            let (start, end) = self.ends(span, unit);
            return [start, end].map(|at| (at.line - 1, at.col - 1));
        }
        [span.lo(), span.hi()].map(|offset| self.position(offset, unit))
    }

    fn lone_returns(&self) -> &[u32] {
        self.lone_returns.get_or_init(|| {
            let text = self.text();
            let returns = text.match_indices('\r').map(|(at, _)| at);
            let lone = returns.filter(|at| text.as_bytes().get(at + 1) != Some(&b'\n'));
            lone.filter_map(|at| u32::try_from(at).ok()).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    /// Compares every offset with a count of characters.
    #[test]
    fn lines_end_as_in_the_protocol() {
        for text in ["", "a", "\r", "a\r\nb\rc\n\rd", "é𝄞\r\r\né\r日x", "\r\n\r", "\u{feff}é\rx\n𝄞"]
        {
            let mut sources = SourceMap::new();
            let id = sources.insert("a.vitte", text);
            let file = sources.file(id).unwrap();
            let (mut line, mut units) = (0, [0; 3]);
            for (at, c) in text.char_indices() {
                let is_end = c == '\n'
                    && text.as_bytes().get(..at).is_some_and(|text| text.ends_with(b"\r"));
                for (unit, expected) in
                    [ColumnUnit::Byte, ColumnUnit::Utf16, ColumnUnit::Char].into_iter().zip(units)
                {
                    let found = file.position(u32::try_from(at).unwrap(), unit);
                    if !is_end {
                        assert_eq!(found, (line, expected), "{text:?} {at} {unit:?}");
                    }
                }
                let ends_line =
                    c == '\n' || (c == '\r' && text.as_bytes().get(at + 1) != Some(&b'\n'));
                if ends_line {
                    (line, units) = (line + 1, [0; 3]);
                } else if c != '\u{feff}' && c != '\r' {
                    let len = [c.len_utf8(), c.len_utf16(), 1];
                    units
                        .iter_mut()
                        .zip(len)
                        .for_each(|(n, len)| *n += u32::try_from(len).unwrap());
                }
            }
            assert_eq!(file.position(u32::MAX, ColumnUnit::Byte), (line, units[0]), "{text:?}");
        }
    }
}
