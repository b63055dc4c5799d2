//! Interoperation with codespan-reporting: [`SourceMap`] implements its `Files` trait, and
//! [`Diagnostic`](struct@crate::Diagnostic) converts to its diagnostic and back.
//!
//! ```text
//! SourceMap   ─▶ files::Files<FileId = FileId>    ─┬▶ term::emit_to_io_write, or other code
//! Diagnostic ◀─▶ diagnostic::Diagnostic<FileId>   ─┘  for codespan-reporting
//! ```
//!
//! codespan-reporting does not escape sources and messages, so its output may contain control characters.

mod from;
mod into;

use std::borrow::Cow;
use std::ops::Range;

use codespan_reporting::files::{self, Error, Files};

use crate::model::FileId;
use crate::source::{BOM, SourceFile, SourceMap};
use crate::text;

/// In codespan-reporting bytes and lines are 0-based, columns are 1-based and count characters, and a line
/// includes its line end. An offset after the end of a file is in the last line. A byte order mark is part of the
/// first line but has no column.
///
/// [`Error::FileMissing`] is returned for an unknown id, and for a file whose text is
/// [unavailable](SourceMap::add_unavailable).
impl<'a> Files<'a> for SourceMap {
    type FileId = FileId;
    /// The [path](SourceFile::path), with control characters escaped.
    type Name = Cow<'a, str>;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<Cow<'a, str>, Error> {
        Ok(text::one_line(available_file(self, id)?.path()))
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(available_file(self, id)?.text())
    }

    fn line_index(&'a self, id: FileId, byte_index: usize) -> Result<usize, Error> {
        let offset = u32::try_from(byte_index).unwrap_or(u32::MAX);
        Ok(available_file(self, id)?.line_of(offset) as usize - 1)
    }

    fn column_number(
        &'a self,
        id: FileId,
        line_index: usize,
        byte_index: usize,
    ) -> Result<usize, Error> {
        let source = self.source(id)?;
        let mut line = self.line_range(id, line_index)?;
        if line.start == 0 && source.starts_with(BOM) {
            line.start = BOM.len();
        }
        Ok(files::column_index(source, line, byte_index) + 1)
    }

    fn line_range(&'a self, id: FileId, line_index: usize) -> Result<Range<usize>, Error> {
        let file = available_file(self, id)?;
        let start = line_start(file, line_index).ok_or_else(|| Error::LineTooLarge {
            given: line_index,
            max: file.last_line() as usize - 1,
        })?;
        let end = line_start(file, line_index + 1).unwrap_or(file.text().len());
        Ok(start..end)
    }
}

/// Returns the file with an id if its text is available.
fn available_file(sources: &SourceMap, id: FileId) -> Result<&SourceFile, Error> {
    let file = sources.file(id).ok().filter(|file| !file.is_unavailable());
    file.ok_or(Error::FileMissing)
}

/// Returns the offset of the first byte of a 0-based line, or `None` after the last line.
fn line_start(file: &SourceFile, line_index: usize) -> Option<usize> {
    let line = u32::try_from(line_index).ok()?.checked_add(1)?;
    // `SourceFile::line_range` excludes a byte order mark from the first line.
    if line == file.first_line() {
        return Some(0);
    }
    Some(file.line_range(line)?.start)
}
