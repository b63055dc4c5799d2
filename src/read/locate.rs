//! Locations in files that may have changed since the tool read them.

use std::ops::Range;

use super::Import;
use super::files::LineCol;
use super::losses::{Losses, Lost};
use crate::model::{Code, Diagnostic, FileId, Severity, Span};
use crate::source::SourceFile;

/// Where something is: in a whole file, or at a span.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    File(FileId),
    Span(Span),
}

impl Place {
    /// Returns the span, or `None` for a whole file.
    pub(super) const fn span(self) -> Option<Span> {
        match self {
            Self::File(_) => None,
            Self::Span(span) => Some(span),
        }
    }
}

/// Creates a diagnostic, which has no location without `place`.
pub(super) fn diagnostic(
    severity: Severity,
    code: Option<Code>,
    place: Option<Place>,
    message: impl Into<String>,
) -> Diagnostic {
    let message = message.into();
    match place {
        None => Diagnostic::without_location(severity, code, message),
        Some(Place::File(file)) => Diagnostic::for_file(severity, code, file, message),
        Some(Place::Span(span)) => Diagnostic::new(severity, code, span, message),
    }
}

/// Sets the text of the primary label. Without a primary label the text is a note.
pub(super) fn set_label(diagnostic: &mut Diagnostic, text: &str) {
    if diagnostic.primary().is_some() {
        diagnostic.set_label(text.to_owned());
    } else if !text.is_empty() {
        diagnostic.add_note(text.to_owned());
    }
}

/// Adds a note for a rule or option whose name is not a [`Code`].
pub(super) fn note_code(diagnostic: &mut Diagnostic, name: &str, lost: &mut Lost) {
    diagnostic.add_note(format!("the code is `{name}`"));
    lost.add("a name that is not a code");
}

impl Import<'_> {
    /// Adds diagnostics with `convert`. If one of its locations is not in its file, the file has changed. Then all
    /// diagnostics are converted again without the text of that file: other lines of it have probably moved.
    pub(super) fn convert(&mut self, convert: impl Fn(&mut Self)) {
        let sources = self.files.sources.clone();
        let mut changed = Vec::new();
        loop {
            convert(self);
            if self.changed_files.is_empty() {
                break;
            }
            let files = std::mem::take(&mut self.changed_files);
            // The text of a file may be one on disk, then one from the input, then none.
            changed.extend(self.files.restart(sources.clone(), &files));
            (self.diagnostics, self.losses) = (Vec::new(), Losses::default());
        }
        changed.dedup();
        let files = changed.iter().map(|path| self.files.file(path)).collect::<Vec<_>>();
        self.changed_files = files.into_iter().filter(|id| !self.files.is_available(*id)).collect();
    }

    /// Returns a span in a file. `bytes` finds its bytes, or returns `None` if the location is not in the text. `ends`
    /// are the start and the exclusive end, for a file whose text is not here.
    pub(super) fn span(
        &mut self,
        id: FileId,
        bytes: impl FnOnce(&SourceFile) -> Option<Range<usize>>,
        ends: [LineCol; 2],
    ) -> Span {
        let Ok(file) = self.files.sources.file(id) else { return Span::DUMMY };
        if file.is_unavailable() {
            let [start, end] = ends;
            return self.files.unknown_span(id, start, Some(end.max(start)));
        }
        match bytes(file) {
            Some(range) => Span::between(id, range.start, range.end),
            None => {
                if !self.changed_files.contains(&id) {
                    self.changed_files.push(id);
                }
                // Discarded, see `convert`.
                Span::empty(id, 0)
            }
        }
    }
}

/// The bytes of one line of a file.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The text, without a line end.
    pub(super) text: Range<usize>,
    /// The offset after the line end.
    pub(super) next: usize,
}

impl Line {
    /// Returns a 1-based line, or `None` if the file has no such line.
    pub(super) fn of(file: &SourceFile, line: u32) -> Option<Self> {
        let text = file.line_range(line)?;
        let next = line.checked_add(1).and_then(|next| file.line_range(next));
        Some(Self { text, next: next.map_or(file.text().len(), |next| next.start) })
    }
}
