//! The locations of GCC.
//!
//! Columns are 1-based bytes, `finish` is inclusive, and a column below 1 means that there is none. GCC 9 and 10 count
//! bytes in `column`, later versions have `byte-column`.

use std::ops::Range;

use super::format::{Fixit, GccLocation, Point};
use crate::model::{FileId, Span};
use crate::read::Import;
use crate::read::files::LineCol;
use crate::read::json::Int;
use crate::read::locate::{Line, Place};
use crate::read::losses::Lost;
use crate::source::SourceFile;
use crate::text::{ceil_char_boundary, floor_char_boundary};

/// Finds the places of the locations of one diagnostic.
pub(super) struct Finder<'a, 'f> {
    pub(super) import: &'a mut Import<'f>,
    /// The number of the first column.
    pub(super) origin: i64,
}

/// A line of a file, and a column if there is one. Both are 1-based.
#[derive(Clone, Copy)]
struct At {
    line: u32,
    col: Option<u32>,
}

impl At {
    fn line_col(self) -> LineCol {
        LineCol { line: self.line, col: self.col.unwrap_or(1) }
    }
}

impl Finder<'_, '_> {
    /// Returns where a location is, or `None` if it has no file.
    pub(super) fn place(&mut self, location: &GccLocation<'_>, lost: &mut Lost) -> Option<Place> {
        let caret = location.caret.as_ref().or(location.start.as_ref())?;
        let start = location.start.as_ref().unwrap_or(caret);
        let finish = location.finish.as_ref().unwrap_or(caret);
        lost.add_if(start != caret, "the position of a caret in a range");
        let id = self.file(caret)?;
        let is_one_file = start.file == caret.file && finish.file == caret.file;
        let ends = (self.at(start), self.at(finish));
        match ends {
            (Some(first), Some(last)) if is_one_file && first.line <= last.line => {
                Some(Place::Span(self.span(id, first, last)))
            }
            _ => {
                lost.add_if(start != finish, "the end of a range");
                let at = self.at(caret);
                Some(at.map_or(Place::File(id), |at| Place::Span(self.span(id, at, at))))
            }
        }
    }

    /// Returns where a single character is.
    pub(super) fn point(&mut self, point: &Point<'_>) -> Option<Place> {
        let id = self.file(point)?;
        let at = self.at(point);
        Some(at.map_or(Place::File(id), |at| Place::Span(self.span(id, at, at))))
    }

    /// Returns the span that a fix-it hint replaces, or `None` if it has no columns.
    pub(super) fn replaced(&mut self, fixit: &Fixit<'_>) -> Option<Span> {
        let (start, next) = (self.at(&fixit.start)?, self.at(&fixit.next)?);
        if fixit.start.file != fixit.next.file || start.line > next.line {
            return None;
        }
        let ends = [start.col.map(|_| start.line_col())?, next.col.map(|_| next.line_col())?];
        let id = self.file(&fixit.start)?;
        let bytes = |file: &SourceFile| {
            let lo = floor_char_boundary(file.text(), offset(file, start.line, ends[0].col)?);
            let hi = floor_char_boundary(file.text(), offset(file, next.line, ends[1].col)?);
            (lo <= hi).then_some(lo..hi)
        };
        Some(self.import.span(id, bytes, ends))
    }

    fn file(&mut self, point: &Point<'_>) -> Option<FileId> {
        let path = point.file.as_deref().filter(|path| !path.is_empty())?;
        Some(self.import.files.file(path))
    }

    /// Returns the line and the column of a character, or `None` if it has no line.
    fn at(&self, point: &Point<'_>) -> Option<At> {
        let column = point.byte_column.unwrap_or(point.column);
        let one_based = column.get().and_then(|column| column.checked_add(1 - self.origin));
        let col = one_based.and_then(|col| u32::try_from(col).ok()).filter(|col| *col > 0);
        Some(At { line: point.line.positive()?, col })
    }

    /// Returns the span from one character to another one. Without columns it covers the lines.
    fn span(&mut self, id: FileId, first: At, last: At) -> Span {
        let end = LineCol { line: last.line, col: last.line_col().col.saturating_add(1) };
        let end = if last.col.is_some() { end } else { last.line_col() };
        self.import.span(id, |file| range(file, first, last), [first.line_col(), end])
    }
}

/// Returns the number of the first column.
pub(super) fn origin(column_origin: Option<Int>) -> i64 {
    column_origin.and_then(Int::get).filter(|origin| matches!(origin, 0 | 1)).unwrap_or(1)
}

/// Returns the bytes from one character to another one, or `None` if they are not in the file.
fn range(file: &SourceFile, first: At, last: At) -> Option<Range<usize>> {
    let lo = match first.col {
        Some(col) => floor_char_boundary(file.text(), offset(file, first.line, col)?),
        None => Line::of(file, first.line)?.text.start,
    };
    let line = Line::of(file, last.line)?.text;
    let hi = match last.col {
        // `finish` is the last byte of a character, or the first one.
        Some(col) => {
            let byte = offset(file, last.line, col)?;
            ceil_char_boundary(file.text(), (byte + 1).min(line.end))
        }
        None => line.end,
    };
    (lo <= hi).then_some(lo..hi)
}

/// Returns the offset of a column, at most the end of the line. GCC counts a carriage return before the line feed.
fn offset(file: &SourceFile, line: u32, col: u32) -> Option<usize> {
    let line = Line::of(file, line)?;
    let offset = line.text.start + usize::try_from(col).ok()?.checked_sub(1)?;
    (offset <= line.next.max(line.text.end)).then_some(offset.min(line.text.end))
}
