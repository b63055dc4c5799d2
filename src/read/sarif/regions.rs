//! Converts regions to spans (section 3.30).
//!
//! A region has lines and columns, or a character offset, or a byte offset, or several of them, which are equal. The
//! end column is exclusive. A region without columns covers its lines.

use std::ops::Range;

use super::format::Region;
use crate::model::{FileId, Span};
use crate::read::Import;
use crate::read::files::LineCol;
use crate::read::locate::Line;
use crate::read::losses::Lost;
use crate::source::{BOM, ColumnUnit, SourceFile};
use crate::text::{ceil_char_boundary, floor_char_boundary};

/// A region with its defaults, as far as they do not depend on the text.
#[derive(Clone, Copy)]
struct Lines {
    start: LineCol,
    end_line: u32,
    /// `None` for the end of the line.
    end_col: Option<u32>,
}

impl Lines {
    /// Returns the lines of a region, or `None` if it has none.
    fn new(region: &Region<'_>) -> Option<Self> {
        let line = region.start_line.positive()?;
        let start = LineCol { line, col: region.start_column.positive().unwrap_or(1) };
        let end_line = region.end_line.positive().unwrap_or(line);
        Some(Self { start, end_line, end_col: region.end_column.positive() })
    }

    /// Returns the end, or `None` if it is the end of a line, whose column is unknown without the text.
    fn known_end(self) -> Option<LineCol> {
        Some(LineCol { line: self.end_line, col: self.end_col? })
    }
}

/// Returns the span of a region, or `None` if it has no location that can be shown.
///
/// A region on a line that the file does not have means that the file has changed. A column that the line does not have
/// is more often a mistake of the tool: it is moved to the end of the line.
pub(super) fn span(
    import: &mut Import<'_>,
    id: FileId,
    region: &Region<'_>,
    unit: ColumnUnit,
    lost: &mut Lost,
) -> Option<Span> {
    let lines = Lines::new(region);
    let has_offset = region.char_offset.index().or(region.byte_offset.index()).is_some();
    if lines.is_none() && !has_offset {
        lost.add("a region without a line or an offset");
        return None;
    }
    if !import.files.is_available(id) {
        lost.add_if(region.snippet.0, "the text of a region in a file that is not here");
        lost.add_if(lines.is_none(), "the offset of a region in a file that is not here");
        return lines.map(|lines| unavailable(import, id, region, lines));
    }
    let mut is_moved = false;
    let bytes = |file: &SourceFile| match lines {
        Some(lines) => match same_bytes(file, region, lines, unit) {
            Some(range) => Some(range),
            None => {
                let (range, is_exact) = line_range(file, lines, unit)?;
                is_moved = !is_exact;
                Some(range)
            }
        },
        None => offset_range(file, region, unit),
    };
    let start = lines.map_or(LineCol { line: 1, col: 1 }, |lines| lines.start);
    let span = import.span(id, bytes, [start, start]);
    lost.add_if(is_moved, "a column that is not on its line");
    Some(span)
}

/// Returns a span in a file that is not here. It has the byte offsets if they are known.
fn unavailable(import: &mut Import<'_>, id: FileId, region: &Region<'_>, lines: Lines) -> Span {
    if let (Some(lo), Some(len)) = (region.byte_offset.to_u32(), region.byte_length.to_u32()) {
        let span = import.files.known_span(id, lo..lo.saturating_add(len), lines.start, None);
        if let Some(span) = span {
            return span;
        }
    }
    let end = lines.known_end().map(|end| end.max(lines.start));
    import.files.unknown_span(id, lines.start, end)
}

/// Returns the bytes of a region with a byte offset, if its start has the line and column of the region. They are more
/// exact than columns: those of a byte order mark and of line ends are the same as those of their neighbours.
fn same_bytes(
    file: &SourceFile,
    region: &Region<'_>,
    lines: Lines,
    unit: ColumnUnit,
) -> Option<Range<usize>> {
    let lo = region.byte_offset.to_u32()?;
    let range = byte_range(file, region)?;
    let at = file.location(lo, unit);
    (at.line == lines.start.line && at.col == lines.start.col).then_some(range)
}

/// Returns the bytes of a byte offset. One inside a character covers the whole character.
fn byte_range(file: &SourceFile, region: &Region<'_>) -> Option<Range<usize>> {
    let (text, lo) = (file.text(), region.byte_offset.index()?);
    let hi = lo.checked_add(region.byte_length.index().unwrap_or(0))?;
    let range = || floor_char_boundary(text, lo)..ceil_char_boundary(text, hi);
    (hi <= text.len()).then(range)
}

/// Returns the bytes of a region with lines, and whether its columns are on its lines. Returns `None` if the file has no
/// such line.
fn line_range(file: &SourceFile, lines: Lines, unit: ColumnUnit) -> Option<(Range<usize>, bool)> {
    let (start, is_start_exact) = column(file, lines.start, unit)?;
    let (end, is_end_exact) = match lines.end_col {
        Some(col) => column(file, LineCol { line: lines.end_line, col }, unit)?,
        None => (Line::of(file, lines.end_line)?.text.end, true),
    };
    let is_ordered = start <= end;
    Some((start..end.max(start), is_start_exact && is_end_exact && is_ordered))
}

/// Returns the offset of a column and true, or that of the end of the line and false if the line has no such column.
/// Returns `None` if there is no such line. A line end has columns too (section 3.30.2): the last one is after it.
fn column(file: &SourceFile, at: LineCol, unit: ColumnUnit) -> Option<(usize, bool)> {
    let Some(line) = Line::of(file, at.line) else {
        // The end of a text without a line end, as the start of the next line.
        let is_end = at.col == 1 && Line::of(file, at.line.checked_sub(1)?).is_some();
        return is_end.then_some((file.text().len(), true));
    };
    let last = file.column_after(line.text.clone(), unit);
    let line_end = u32::try_from(line.next.saturating_sub(line.text.end)).ok()?;
    Some(match at.col {
        col if col <= last => (file.nearest_offset(at.line, col, unit) as usize, true),
        col if col <= last.saturating_add(line_end) => (line.next, true),
        _ => (line.text.end, false),
    })
}

/// Returns the bytes of a region without lines.
fn offset_range(file: &SourceFile, region: &Region<'_>, unit: ColumnUnit) -> Option<Range<usize>> {
    let Some(first) = region.char_offset.index() else { return byte_range(file, region) };
    // A byte order mark is not counted (section 3.30.2).
    let bom = if file.text().starts_with(BOM) { BOM.len() } else { 0 };
    let text = bom..file.text().len();
    let last = first.checked_add(region.char_length.index().unwrap_or(0))?;
    Some(byte_of(file, &text, first, unit)?..byte_of(file, &text, last, unit)?)
}

/// Returns the byte of a 0-based character of `range`, or `None` if it has fewer.
fn byte_of(
    file: &SourceFile,
    range: &Range<usize>,
    units: usize,
    unit: ColumnUnit,
) -> Option<usize> {
    if units >= file.column_after(range.clone(), unit) as usize {
        return None;
    }
    let at = range.start + file.bytes_before(range, units, unit);
    Some(floor_char_boundary(file.text(), at))
}
