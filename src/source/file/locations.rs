//! The lines of a source file, and the locations of offsets.

use std::ops::Range;

use super::content::{AvailableText, Content};
use super::{BOM, SourceFile};
use crate::model::Span;
use crate::source::column::column;
use crate::source::columns::SHORT;
use crate::source::lines::LineTable;
use crate::source::{ColumnUnit, Location, PartialLocation};
use crate::text::{self, floor_char_boundary};

impl SourceFile {
    /// Returns the number of lines, at least 1.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.lines().table.count()
    }

    /// Returns the number of the first line: 1, or the one that was [set](crate::SourceText::with_first_line).
    #[must_use]
    pub fn first_line(&self) -> u32 {
        self.available().map_or(1, |available| available.first_line)
    }

    /// Returns the number of the last line.
    #[must_use]
    pub fn last_line(&self) -> u32 {
        let lines = self.lines();
        lines.number(lines.table.count() - 1)
    }

    /// Returns the text of a 1-based line without its line end and without a byte order mark. Returns `None`
    /// before the first and after the last line.
    #[must_use]
    pub fn line(&self, line: u32) -> Option<&str> {
        let lines = self.lines();
        lines.text.get(lines.range_of(line)?)
    }

    /// Returns the 1-based line of byte `offset`. A line end belongs to the line that it ends. An offset after
    /// the end of the file is in the last line.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> u32 {
        self.line_at(offset).number
    }

    /// Returns the line of byte `offset`, see [`line_of`](Self::line_of).
    pub(crate) fn line_at(&self, offset: u32) -> SourceLine {
        let lines = self.lines();
        let (index, whole) = lines.table.line_at(lines.text, offset as usize);
        let next = whole.end;
        SourceLine { number: lines.number(index), text: lines.text_range(whole), next }
    }

    /// Returns the bytes of a 1-based line without its line end and without a byte order mark. Returns `None`
    /// before the first and after the last line.
    #[must_use]
    pub fn line_range(&self, line: u32) -> Option<Range<usize>> {
        self.lines().range_of(line)
    }

    /// Returns the location of byte `offset`. An offset after the end of the file, or inside a character, is
    /// first moved back to the nearest valid one. In an unavailable file this is the location of the last
    /// known offset that is not after `offset`, or line 1, column 1. See also [`known_location`](Self::known_location).
    #[must_use]
    pub fn location(&self, offset: u32, unit: ColumnUnit) -> Location<'_> {
        if let Content::Unavailable(unavailable) = self.content() {
            let (line, col) = unavailable.location(offset);
            return Location { path: &self.path, line, col };
        }
        let (text, SourceLine { number: line, text: range, .. }) =
            (self.text(), self.line_at(offset));
        // A byte order mark before the text and a line end after it have no columns of their own.
        let offset = floor_char_boundary(text, offset as usize).min(range.end);
        let col = self.column_at(text, range, offset, unit);
        Location { path: &self.path, line, col }
    }

    /// Returns the [locations](Self::location) of the start and of the end of a valid span. The line of most spans is looked
    /// up once for both.
    pub(crate) fn ends(&self, span: Span, unit: ColumnUnit) -> (Location<'_>, Location<'_>) {
        if self.is_unavailable() {
            return (self.location(span.lo(), unit), self.location(span.hi(), unit));
        }
        self.ends_from(&self.line_at(span.lo()), span, unit)
    }

    /// Returns the [`ends`](Self::ends) of a span that begins in `line`. The text is available.
    pub(crate) fn ends_from(
        &self,
        line: &SourceLine,
        span: Span,
        unit: ColumnUnit,
    ) -> (Location<'_>, Location<'_>) {
        let (text, range) = (self.text(), &line.text);
        let (lo, hi) = (span.lo() as usize, span.hi() as usize);
        let at = |col| Location { path: &self.path, line: line.number, col };
        let is_short = hi <= range.end.min(range.start + SHORT);
        if is_short && text.get(range.start..hi).is_none_or(text::is_plain) {
            // In printable ASCII, columns of all units are bytes, and one test is enough for both.
            let col = |offset: usize| column(offset.saturating_sub(range.start));
            return (at(col(lo)), at(col(hi)));
        }
        let col = |offset: usize| self.column_at(text, range.clone(), offset, unit);
        let start = at(col(lo.min(range.end)));
        let end = if hi <= range.end { at(col(hi)) } else { self.location(span.hi(), unit) };
        (start, end)
    }

    /// Returns the [location](Self::location) of byte `offset`, or `None` if it is unknown: the text is unavailable, and
    /// `offset` is not one of the known ones.
    #[must_use]
    pub fn known_location(&self, offset: u32, unit: ColumnUnit) -> Option<Location<'_>> {
        self.is_known(offset).then(|| self.location(offset, unit))
    }

    #[inline]
    pub(crate) fn is_known(&self, offset: u32) -> bool {
        match self.content() {
            Content::Unavailable(unavailable) => unavailable.is_known(offset),
            _ => true,
        }
    }

    /// Returns the known location of byte `offset`, or only the path.
    pub(crate) fn partial_location(&self, offset: u32, unit: ColumnUnit) -> PartialLocation<'_> {
        match self.known_location(offset, unit) {
            Some(at) => at.into(),
            None => PartialLocation { path: &self.path, position: None },
        }
    }

    /// Returns the location of the end of `span`, exclusive. Returns `None` if another program cannot open the
    /// file, because it could not find the location.
    pub(crate) fn end_of(&self, span: Span, unit: ColumnUnit) -> Option<Location<'_>> {
        self.is_openable().then(|| self.location(span.hi(), unit))
    }

    #[inline(always)]
    fn lines(&self) -> Lines<'_> {
        match self.available() {
            Some(available) => self.lines_of(available),
            None => self.lines_in("", 1),
        }
    }

    #[inline(always)]
    fn lines_of<'a>(&'a self, available: &'a AvailableText) -> Lines<'a> {
        self.lines_in(available.as_str(), available.first_line)
    }

    #[inline(always)]
    fn lines_in<'a>(&'a self, text: &'a str, first: u32) -> Lines<'a> {
        let table = self.lines.get().unwrap_or_else(|| self.new_lines(text));
        Lines { text, first, table }
    }

    /// Finds the lines of the text.
    #[cold]
    fn new_lines(&self, text: &str) -> &LineTable {
        // Not inside `get_or_init`: `new` may run on worker threads, and those may be waiting for the lock.
        let table = LineTable::new(text);
        self.lines.get_or_init(|| table)
    }
}

/// The lines of a text.
#[derive(Clone, Copy)]
struct Lines<'a> {
    text: &'a str,
    /// The number of the first line, 1-based.
    first: u32,
    table: &'a LineTable,
}

impl Lines<'_> {
    /// Returns the number of the line with a 0-based index.
    fn number(self, index: u32) -> u32 {
        self.first.saturating_add(index)
    }

    /// Returns the bytes of the text of a line.
    fn range_of(self, line: u32) -> Option<Range<usize>> {
        let index = line.checked_sub(self.first)?;
        Some(self.text_range(self.table.range_of(self.text, index)?))
    }

    /// Removes the line end and a byte order mark from the range of a whole line.
    #[inline]
    fn text_range(self, whole: Range<usize>) -> Range<usize> {
        let line = self.text.as_bytes().get(whole.clone()).unwrap_or_default();
        let end = match line {
            [.., b'\r', b'\n'] => 2,
            [.., b'\n'] => 1,
            _ => 0,
        };
        let is_start = whole.start == 0 && self.first == 1;
        let bom = if is_start && line.starts_with(BOM.as_bytes()) { BOM.len() } else { 0 };
        whole.start + bom..whole.end - end
    }
}

/// One line of a file.
#[derive(Clone, Debug)]
pub(crate) struct SourceLine {
    /// 1-based.
    pub(crate) number: u32,
    /// The bytes of the text, without a line end and without a byte order mark.
    pub(crate) text: Range<usize>,
    /// The offset at which the next line begins, or the length of the file.
    pub(crate) next: usize,
}

impl SourceLine {
    /// Returns the number of bytes from the start of the text to byte `offset` of the file. An offset outside
    /// the text is clamped to it.
    #[inline]
    pub(crate) fn bytes_to(&self, offset: u32) -> usize {
        (offset as usize).clamp(self.text.start, self.text.end) - self.text.start
    }
}
