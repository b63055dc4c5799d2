//! Interoperation with codespan-reporting: [`SourceMap`] implements its `Files` trait, and a [`Diagnostic`] converts
//! to its diagnostic.
//!
//! ```text
//! SourceMap   ─▶ files::Files<FileId = FileId>    ─┬▶ term::emit_to_io_write, or other code
//! Diagnostic  ─▶ diagnostic::Diagnostic<FileId>   ─┘  for codespan-reporting
//! ```
//!
//! codespan-reporting does not escape sources and messages, so its output may contain control characters.

use std::borrow::Cow;
use std::ops::Range;

use codespan_reporting::diagnostic as theirs;
use codespan_reporting::files::{self, Error, Files};

use crate::model::{Diagnostic, FileId, Label, LabelStyle, Severity};
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
            max: file.line_count() as usize - 1,
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
    // `SourceFile::line_range` excludes a byte order mark from the first line.
    if line_index == 0 {
        return Some(0);
    }
    let line = u32::try_from(line_index).ok()?.checked_add(1)?;
    Some(file.line_range(line)?.start)
}

/// Converts a diagnostic to that of codespan-reporting. Spans and messages are unchanged.
///
/// - The severity `fatal` becomes `Bug`.
/// - Help, notes and the messages of suggestions become notes with the prefix `help: ` or `note: `.
/// - A backtrace becomes the last note, one frame per line.
/// - A label [without a location](FileId::DUMMY) is omitted, and its message becomes a note.
impl From<&Diagnostic> for theirs::Diagnostic<FileId> {
    fn from(diagnostic: &Diagnostic) -> Self {
        let (located, unlocated): (Vec<&Label>, Vec<&Label>) =
            diagnostic.labels().partition(|label| label.span().file() != FileId::DUMMY);
        let help = diagnostic.help().into_iter().map(|help| ("help", help));
        let notes = diagnostic.notes().chain(unlocated.into_iter().filter_map(Label::message));
        let suggestions = diagnostic.suggestions().iter().map(|fix| ("help", fix.message()));
        let all = help.chain(notes.map(|note| ("note", note))).chain(suggestions);
        let backtrace = diagnostic.backtrace().map(|frames| format!("backtrace:\n{frames}"));
        Self {
            severity: severity(diagnostic.severity()),
            code: diagnostic.code().map(|code| code.to_string()),
            message: diagnostic.message().to_owned(),
            labels: located.into_iter().map(label).collect(),
            notes: all.map(|(kind, text)| format!("{kind}: {text}")).chain(backtrace).collect(),
        }
    }
}

/// Converts a diagnostic, see the conversion from a reference.
impl From<Diagnostic> for theirs::Diagnostic<FileId> {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::from(&diagnostic)
    }
}

const fn severity(severity: Severity) -> theirs::Severity {
    match severity {
        Severity::Note => theirs::Severity::Note,
        Severity::Warning => theirs::Severity::Warning,
        Severity::Error => theirs::Severity::Error,
        Severity::Fatal => theirs::Severity::Bug,
    }
}

fn label(label: &Label) -> theirs::Label<FileId> {
    theirs::Label {
        style: match label.style() {
            LabelStyle::Primary => theirs::LabelStyle::Primary,
            LabelStyle::Secondary => theirs::LabelStyle::Secondary,
        },
        file_id: label.span().file(),
        range: label.span().range(),
        message: label.message().unwrap_or_default().to_owned(),
    }
}
