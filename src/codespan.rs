//! Interchange with codespan-reporting: a [`SourceMap`] is its files, a [`Diagnostic`] becomes its own.
//!
//! ```text
//! SourceMap   ─▶ files::Files<FileId = FileId>      term::emit_to_io_write, and whatever
//! Diagnostic  ─▶ diagnostic::Diagnostic<FileId>     else reads those of codespan-reporting
//! ```
//!
//! What is drawn then is drawn by codespan-reporting, with the text of sources and messages as it is.

use std::borrow::Cow;
use std::ops::Range;

use codespan_reporting::diagnostic as theirs;
use codespan_reporting::files::{self, Error, Files};

use crate::model::{Diagnostic, FileId, Label, LabelStyle, Severity};
use crate::source::{BOM, SourceFile, SourceMap};
use crate::text;

/// The files as codespan-reporting reads them: bytes and lines count from 0, columns are characters
/// and count from 1, and a line has its line end. A byte past the end is in the last line. A byte
/// order mark is part of the first line and has no column.
///
/// An id that the map does not have is [`Error::FileMissing`], and so is a file that is
/// [missing](SourceMap::add_unavailable): nothing of its text is here to be drawn.
impl<'a> Files<'a> for SourceMap {
    type FileId = FileId;
    /// The [path](SourceFile::path), safe to show.
    type Name = Cow<'a, str>;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<Cow<'a, str>, Error> {
        Ok(text::one_line(present(self, id)?.path()))
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(present(self, id)?.text())
    }

    fn line_index(&'a self, id: FileId, byte_index: usize) -> Result<usize, Error> {
        let offset = u32::try_from(byte_index).unwrap_or(u32::MAX);
        Ok(present(self, id)?.line_of(offset) as usize - 1)
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
        let file = present(self, id)?;
        let start = line_start(file, line_index).ok_or_else(|| Error::LineTooLarge {
            given: line_index,
            max: file.line_count() as usize - 1,
        })?;
        let end = line_start(file, line_index + 1).unwrap_or(file.text().len());
        Ok(start..end)
    }
}

/// The file with this id, where its text is here.
fn present(sources: &SourceMap, id: FileId) -> Result<&SourceFile, Error> {
    let file = sources.file(id).ok().filter(|file| !file.is_unavailable());
    file.ok_or(Error::FileMissing)
}

/// The first byte of a 0-based line. Nothing past the last line.
fn line_start(file: &SourceFile, line_index: usize) -> Option<usize> {
    // A byte order mark stands before the text of the first line, and belongs to it.
    if line_index == 0 {
        return Some(0);
    }
    let line = u32::try_from(line_index).ok()?.checked_add(1)?;
    Some(file.line_range(line)?.start)
}

/// The same in the words of codespan-reporting. What is fatal is a bug. Help, notes and the messages
/// of suggestions are notes that begin with `help: ` or `note: `, a backtrace is a last one with a call
/// a line; a label that has [no place](FileId::DUMMY) is left out, and what it says is a note. Spans stay as they are, and
/// so does all text: it is not made safe to show.
impl From<&Diagnostic> for theirs::Diagnostic<FileId> {
    fn from(diagnostic: &Diagnostic) -> Self {
        let (placed, placeless): (Vec<&Label>, Vec<&Label>) =
            diagnostic.labels().partition(|label| label.span().file() != FileId::DUMMY);
        let help = diagnostic.help().into_iter().map(|help| ("help", help));
        let notes = diagnostic.notes().chain(placeless.into_iter().filter_map(Label::message));
        let suggestions = diagnostic.suggestions().iter().map(|one| ("help", one.message()));
        let all = help.chain(notes.map(|note| ("note", note))).chain(suggestions);
        let backtrace = diagnostic.backtrace().map(|calls| format!("backtrace:\n{calls}"));
        Self {
            severity: severity(diagnostic.severity()),
            code: Some(diagnostic.code().to_string()),
            message: diagnostic.message().to_owned(),
            labels: placed.into_iter().map(label).collect(),
            notes: all.map(|(kind, text)| format!("{kind}: {text}")).chain(backtrace).collect(),
        }
    }
}

/// As from a reference.
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
