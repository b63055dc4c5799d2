//! A diagnostic against its sources: what is there, and what breaks the contract.
//!
//! A span may be wrong: made for another map, past the end of its file, inside a character. The
//! diagnostic is shown all the same. A label is clamped outwards to what exists; a suggestion, which
//! would change what nobody meant, is left out. A [`SpanIssue`] says so, as a note in the output and as a
//! value for tests.

use std::borrow::Cow;
use std::fmt;

use crate::model::{Diagnostic, Edit, FileId, Label, LabelStyle, Span, Suggestion};
use crate::source::{ColumnUnit, Location, SourceFile, SourceMap};
use crate::text::{self, ceil_char_boundary, floor_char_boundary};

/// A label whose span exists: in its file, and on the boundaries of characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resolved<'a> {
    pub(crate) label: &'a Label,
    pub(crate) file: &'a SourceFile,
    /// What of the label's span exists.
    pub(crate) span: Span,
}

impl<'a> Resolved<'a> {
    /// Where the label begins.
    pub(crate) fn location(&self, unit: ColumnUnit) -> Location<'a> {
        self.file.location(self.span.lo(), unit)
    }

    /// Where the label ends, as [`SourceFile::end_of`] has it.
    pub(crate) fn end(&self, unit: ColumnUnit) -> Option<Location<'a>> {
        self.file.end_of(self.span, unit)
    }

    /// The line of the label's last byte, or of its place where it is empty: a line end belongs to the
    /// line that it ends. In a file that no reader can open it is the first one.
    pub(crate) fn last_line(&self) -> u32 {
        let last = self.span.hi().saturating_sub(1).max(self.span.lo());
        let known = if self.file.is_open() { last } else { self.span.lo() };
        self.file.location(known, ColumnUnit::Byte).line
    }
}

/// What of a diagnostic can be shown.
#[derive(Debug)]
pub(crate) struct Checked<'a> {
    pub(crate) diagnostic: &'a Diagnostic,
    /// The labels, the primary one first where it is among them.
    pub(crate) labels: Vec<Resolved<'a>>,
    pub(crate) suggestions: Vec<&'a Suggestion>,
    /// What was wrong, in the order of labels and suggestions.
    pub(crate) issues: Vec<SpanIssue>,
}

impl<'a> Checked<'a> {
    pub(crate) fn new(sources: &'a SourceMap, diagnostic: &'a Diagnostic) -> Self {
        let mut checked = Self {
            diagnostic,
            labels: Vec::with_capacity(1 + diagnostic.secondary().len()),
            suggestions: Vec::new(),
            issues: Vec::new(),
        };
        for label in diagnostic.labels() {
            let (found, issue) = resolve_label(sources, label);
            checked.labels.extend(found);
            checked.issues.extend(issue);
        }
        for suggestion in diagnostic.suggestions() {
            match check_suggestion(sources, suggestion) {
                None => checked.suggestions.push(suggestion),
                Some(issue) => checked.issues.push(issue),
            }
        }
        checked
    }

    /// The primary label, where it can be shown.
    pub(crate) fn primary(&self) -> Option<&Resolved<'a>> {
        self.labels.first().filter(|first| first.label.style() == LabelStyle::Primary)
    }

    /// The labels that are not the primary one.
    pub(crate) fn related(&self) -> impl Iterator<Item = &Resolved<'a>> {
        self.labels.iter().skip(usize::from(self.primary().is_some()))
    }

    /// The suggestions that another program can apply: every file that they edit can be opened by it.
    /// All others are to be told in words.
    pub(crate) fn fixes(&self, sources: &SourceMap) -> (Vec<&'a Suggestion>, Vec<&'a Suggestion>) {
        let is_open = |edit: &Edit| sources.file(edit.span().file()).is_ok_and(SourceFile::is_open);
        self.suggestions.iter().copied().partition(|one| one.edits().iter().all(is_open))
    }

    /// The diagnostic's notes, and one for each issue.
    pub(crate) fn notes(&self) -> impl Iterator<Item = Cow<'a, str>> {
        let issues = self.issues.iter().map(|issue| Cow::Owned(issue.to_string()));
        self.diagnostic.notes().map(Cow::Borrowed).chain(issues)
    }
}

/// What is wrong with an edit of `suggestion`.
fn check_suggestion(sources: &SourceMap, suggestion: &Suggestion) -> Option<SpanIssue> {
    suggestion.edits().iter().find_map(|edit| {
        let error = sources.check(edit.span()).err()?;
        let (message, reason) = (suggestion.message().to_owned(), error.to_string());
        Some(SpanIssue { span: edit.span(), kind: SpanIssueKind::Edit { message, reason } })
    })
}

/// What of a label can be shown, and what is wrong with it.
fn resolve_label<'a>(
    sources: &'a SourceMap,
    label: &'a Label,
) -> (Option<Resolved<'a>>, Option<SpanIssue>) {
    let span = label.span();
    let style = label.style();
    let issue = |kind| Some(SpanIssue { span, kind });
    if span.file() == FileId::DUMMY && label.message().is_none() {
        return (None, None);
    }
    let Ok(file) = sources.file(span.file()) else {
        let message = label.message().map(str::to_owned);
        return (None, issue(SpanIssueKind::UnknownFile { style, message }));
    };
    if file.is_unavailable() {
        return (Some(Resolved { label, file, span }), None);
    }
    let text = file.text();
    let lo = to_u32(floor_char_boundary(text, span.lo() as usize));
    let hi = to_u32(ceil_char_boundary(text, span.hi() as usize));
    let path = || file.path().to_owned();
    let shown = Span::clamped(span.file(), lo, hi);
    let issue = if span.hi() > file.len() {
        issue(SpanIssueKind::OutOfBounds { style, path: path(), len: file.len(), shown })
    } else if shown != span {
        issue(SpanIssueKind::InsideCharacter { style, path: path(), shown })
    } else {
        None
    };
    (Some(Resolved { label, file, span: shown }), issue)
}

/// An offset in a file's text: it fits, because a file's length does.
fn to_u32(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// One issue of the contract between a compiler and its diagnostics. Its text is the note that
/// the output has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpanIssue {
    span: Span,
    kind: SpanIssueKind,
}

/// What a [`SpanIssue`] is about.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SpanIssueKind {
    /// The span's file is not in the source map, so that the label cannot be shown.
    UnknownFile {
        /// Of which label.
        style: LabelStyle,
        /// The label's message.
        message: Option<String>,
    },
    /// The span begins or ends after the end of its file.
    OutOfBounds {
        /// Of which label.
        style: LabelStyle,
        /// The file's path.
        path: String,
        /// The file's length in bytes.
        len: u32,
        /// The bytes that the label is shown at.
        shown: Span,
    },
    /// The span begins or ends inside a character.
    InsideCharacter {
        /// Of which label.
        style: LabelStyle,
        /// The file's path.
        path: String,
        /// The bytes that the label is shown at.
        shown: Span,
    },
    /// A suggestion edits what is not there, so that it is left out.
    Edit {
        /// The suggestion's message.
        message: String,
        /// Why the edit cannot be done.
        reason: String,
    },
}

impl SpanIssue {
    /// The span as the compiler gave it.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// What is wrong with it.
    #[must_use]
    pub const fn kind(&self) -> &SpanIssueKind {
        &self.kind
    }
}

impl std::error::Error for SpanIssue {}

impl fmt::Display for SpanIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = |style| match style {
            LabelStyle::Primary => "the primary label",
            LabelStyle::Secondary => "a secondary label",
        };
        let (lo, hi) = (self.span.lo(), self.span.hi());
        match &self.kind {
            SpanIssueKind::UnknownFile { style, message } => {
                let label = label(*style);
                match self.span.file() {
                    FileId::DUMMY => write!(f, "{label} has no place"),
                    file => write!(
                        f,
                        "{label} is at bytes {lo}..{hi} of file {}, which is not in the source map",
                        file.index()
                    ),
                }?;
                match message {
                    Some(message) => write!(f, ": {}", text::one_line(message)),
                    None => Ok(()),
                }
            }
            SpanIssueKind::OutOfBounds { style, path, len, shown } => {
                let label = label(*style);
                let path = text::one_line(path);
                write!(
                    f,
                    "{label} is at bytes {lo}..{hi} of `{path}`, which ends at byte {len}; shown at {}..{}",
                    shown.lo(),
                    shown.hi()
                )
            }
            SpanIssueKind::InsideCharacter { style, path, shown } => {
                let label = label(*style);
                let path = text::one_line(path);
                write!(
                    f,
                    "{label} is at bytes {lo}..{hi} of `{path}`, inside a character; shown at {}..{}",
                    shown.lo(),
                    shown.hi()
                )
            }
            SpanIssueKind::Edit { message, reason } => {
                let message = text::one_line(message);
                write!(
                    f,
                    "the suggestion `{message}` is left out, an edit of it is broken: {reason}"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code;

    /// Shows what `lo..hi` of the text `aé` becomes.
    fn shown(lo: u32, hi: u32) -> (u32, u32, String) {
        let mut sources = SourceMap::new();
        let file = sources.add("a.vitte", "aé").unwrap();
        let diagnostic = Diagnostic::error(code!("E1"), Span::new(file, lo, hi).unwrap(), "m");
        let Checked { labels, issues, .. } = Checked::new(&sources, &diagnostic);
        let issue = issues.first().map(ToString::to_string).unwrap_or_default();
        (labels[0].span.lo(), labels[0].span.hi(), issue)
    }

    #[test]
    fn spans_that_exist_stay_as_they_are() {
        for (lo, hi) in [(0, 0), (0, 1), (1, 3), (3, 3)] {
            assert_eq!(shown(lo, hi), (lo, hi, String::new()));
        }
    }

    #[test]
    fn broken_spans_are_clamped_outwards_and_said() {
        let inside =
            "the primary label is at bytes 1..2 of `a.vitte`, inside a character; shown at 1..3";
        assert_eq!(shown(1, 2), (1, 3, inside.into()));
        assert_eq!(shown(2, 2).0, 1, "an empty span inside a character covers it");
        assert_eq!(shown(2, 2).1, 3);
        let past =
            "the primary label is at bytes 2..9 of `a.vitte`, which ends at byte 3; shown at 1..3";
        assert_eq!(shown(2, 9), (1, 3, past.into()));
        assert_eq!(shown(7, 9).0, 3, "wholly past the end is the end");
        assert_eq!(shown(u32::MAX, u32::MAX).1, 3);
    }

    #[test]
    fn a_label_in_an_unknown_file_keeps_its_message() {
        let sources = SourceMap::new();
        let span = Span::new(FileId::new(4), 1, 2).unwrap();
        let diagnostic = Diagnostic::error(code!("E1"), span, "m").with_label("here");
        let Checked { labels, issues, .. } = Checked::new(&sources, &diagnostic);
        assert!(labels.is_empty());
        assert_eq!(
            issues[0].to_string(),
            "the primary label is at bytes 1..2 of file 4, which is not in the source map: here"
        );
    }

    #[test]
    fn what_has_no_place_breaks_nothing_and_keeps_its_message() {
        let sources = SourceMap::new();
        let mut diagnostic = Diagnostic::error(code!("E1"), Span::DUMMY, "m");
        assert!(Checked::new(&sources, &diagnostic).issues.is_empty());
        diagnostic.set_label("words");
        let issues = Checked::new(&sources, &diagnostic).issues;
        assert_eq!(issues[0].to_string(), "the primary label has no place: words");
    }

    #[test]
    fn a_suggestion_with_a_broken_edit_is_left_out_and_said() {
        use crate::Applicability;
        let mut sources = SourceMap::new();
        let file = sources.add("a.vitte", "aé").unwrap();
        let edit = |lo, hi| Edit::remove(Span::new(file, lo, hi).unwrap());
        let one = |message, edit| Suggestion::single(message, edit, Applicability::Unspecified);
        let diagnostic = Diagnostic::error(code!("E1"), Span::DUMMY, "m")
            .with_suggestion(one("good", edit(0, 1)))
            .with_suggestion(one("inside", edit(0, 2)))
            .with_suggestion(one("past", edit(3, 4)))
            .with_suggestion(one("nowhere", Edit::remove(Span::DUMMY)));
        let checked = Checked::new(&sources, &diagnostic);
        assert_eq!(checked.suggestions.len(), 1);
        let notes: Vec<_> = checked.notes().collect();
        let broken = |message: &str, reason: &str| {
            format!("the suggestion `{message}` is left out, an edit of it is broken: {reason}")
        };
        assert_eq!(notes[0], broken("inside", "byte 2 is inside a character"));
        assert_eq!(notes[1], broken("past", "the span ends at byte 4 of a file of 3 bytes"));
        assert_eq!(notes[2], broken("nowhere", "the source map has no file 4294967295"));
    }
}
