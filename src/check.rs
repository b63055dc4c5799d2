//! Resolves the spans of a diagnostic against the sources, and reports invalid ones.
//!
//! A span may be invalid: from another map, past the end of its file, or inside a character. The diagnostic
//! is shown nevertheless. An invalid label is extended to the nearest valid offsets. An invalid suggestion is
//! omitted, because it could change the wrong text. Each of these is a [`SpanIssue`], which emitters show as
//! a note and [`DiagnosticBag::validate`](crate::DiagnosticBag::validate) returns.

use std::borrow::Cow;
use std::fmt;

use crate::model::{Diagnostic, Edit, FileId, Label, LabelStyle, Span, Suggestion};
use crate::source::{ColumnUnit, Location, SourceFile, SourceMap};
use crate::text::{self, ceil_char_boundary, floor_char_boundary};

/// A label with a valid span: inside its file, at character boundaries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResolvedLabel<'a> {
    pub(crate) label: &'a Label,
    pub(crate) file: &'a SourceFile,
    /// The valid span. It differs from the span of the label if that is invalid.
    pub(crate) span: Span,
}

impl<'a> ResolvedLabel<'a> {
    /// Returns the location of the label's start.
    pub(crate) fn location(&self, unit: ColumnUnit) -> Location<'a> {
        self.file.location(self.span.lo(), unit)
    }

    /// Returns the location of the label's end, see [`SourceFile::end_of`].
    pub(crate) fn end(&self, unit: ColumnUnit) -> Option<Location<'a>> {
        self.file.end_of(self.span, unit)
    }

    /// Returns the 1-based line of the label's last byte, or of its start if it is empty. A line end belongs
    /// to the line that it ends. In a file that a reader cannot open this is the first line of the label.
    pub(crate) fn last_line(&self) -> u32 {
        let last = self.span.hi().saturating_sub(1).max(self.span.lo());
        let offset = if self.file.is_openable() { last } else { self.span.lo() };
        self.file.location(offset, ColumnUnit::Byte).line
    }
}

/// A diagnostic with its valid labels and suggestions, and the issues of the others.
#[derive(Debug)]
pub(crate) struct CheckedDiagnostic<'a> {
    pub(crate) diagnostic: &'a Diagnostic,
    /// The labels that can be shown. The primary label is the first one if it can be shown.
    pub(crate) labels: Vec<ResolvedLabel<'a>>,
    pub(crate) suggestions: Vec<&'a Suggestion>,
    /// The issues of labels, then those of suggestions.
    pub(crate) issues: Vec<SpanIssue>,
}

impl<'a> CheckedDiagnostic<'a> {
    pub(crate) fn new(sources: &'a SourceMap, diagnostic: &'a Diagnostic) -> Self {
        let mut checked = Self {
            diagnostic,
            labels: Vec::with_capacity(1 + diagnostic.secondary().len()),
            suggestions: Vec::new(),
            issues: Vec::new(),
        };
        for label in diagnostic.labels() {
            let (resolved, issue) = resolve_label(sources, label);
            checked.labels.extend(resolved);
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

    /// Returns the primary label, or `None` if it cannot be shown.
    pub(crate) fn primary(&self) -> Option<&ResolvedLabel<'a>> {
        self.labels.first().filter(|first| first.label.style() == LabelStyle::Primary)
    }

    /// Returns the secondary labels.
    pub(crate) fn related(&self) -> impl Iterator<Item = &ResolvedLabel<'a>> {
        self.labels.iter().skip(usize::from(self.primary().is_some()))
    }

    /// Splits the suggestions into those that another program can apply, because it can open every file that
    /// they edit, and the others, which are shown as text.
    pub(crate) fn fixes(&self, sources: &SourceMap) -> (Vec<&'a Suggestion>, Vec<&'a Suggestion>) {
        let is_openable =
            |edit: &Edit| sources.file(edit.span().file()).is_ok_and(SourceFile::is_openable);
        self.suggestions.iter().copied().partition(|fix| fix.edits().iter().all(is_openable))
    }

    /// Returns the notes of the diagnostic, then one note for each issue.
    pub(crate) fn notes(&self) -> impl Iterator<Item = Cow<'a, str>> {
        let issues = self.issues.iter().map(|issue| Cow::Owned(issue.to_string()));
        self.diagnostic.notes().map(Cow::Borrowed).chain(issues)
    }
}

/// Returns the issue of the first edit with an invalid span.
fn check_suggestion(sources: &SourceMap, suggestion: &Suggestion) -> Option<SpanIssue> {
    suggestion.edits().iter().find_map(|edit| {
        let error = sources.check(edit.span()).err()?;
        let (message, reason) = (suggestion.message().to_owned(), error.to_string());
        Some(SpanIssue { span: edit.span(), kind: SpanIssueKind::Edit { message, reason } })
    })
}

/// Returns the label with a valid span, or `None` if it cannot be shown, and the issue of its span.
fn resolve_label<'a>(
    sources: &'a SourceMap,
    label: &'a Label,
) -> (Option<ResolvedLabel<'a>>, Option<SpanIssue>) {
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
        return (Some(ResolvedLabel { label, file, span }), None);
    }
    let text = file.text();
    let lo = to_u32(floor_char_boundary(text, span.lo() as usize));
    let hi = to_u32(ceil_char_boundary(text, span.hi() as usize));
    let path = || file.path().to_owned();
    let clamped = Span::between(span.file(), lo, hi);
    let issue = if span.hi() > file.len() {
        issue(SpanIssueKind::OutOfBounds { style, path: path(), len: file.len(), clamped })
    } else if clamped != span {
        issue(SpanIssueKind::InsideCharacter { style, path: path(), clamped })
    } else {
        None
    };
    (Some(ResolvedLabel { label, file, span: clamped }), issue)
}

/// Converts an offset in a file, whose length fits in 32 bits.
fn to_u32(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// An invalid span of a label or an edit. It is a defect of the compiler that made the diagnostic.
///
/// Emitters show the [`Display`](fmt::Display) text as a note. Tests of a compiler get the issues of all
/// diagnostics from [`DiagnosticBag::validate`](crate::DiagnosticBag::validate):
///
/// ```
/// use vitte_diag::{DiagnosticBag, SourceMap, Span, codes};
///
/// let mut sources = SourceMap::new();
/// let file = sources.add("a.vitte", "let")?;
/// let mut bag = DiagnosticBag::new();
/// bag.push_error(codes::E0001, Span::new(file, 2, 9)?, "illegal character");
///
/// let issues = bag.validate(&sources);
/// let (seq, issue) = &issues[0];
/// assert_eq!((*seq, issue.span().hi()), (0, 9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpanIssue {
    span: Span,
    kind: SpanIssueKind,
}

/// What is wrong with the span of a [`SpanIssue`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SpanIssueKind {
    /// The file is not in the source map. The label is omitted.
    UnknownFile {
        /// Whether the label is primary or secondary.
        style: LabelStyle,
        /// The message of the label.
        message: Option<String>,
    },
    /// The span of a label ends after the end of its file.
    OutOfBounds {
        /// Whether the label is primary or secondary.
        style: LabelStyle,
        /// The path of the file.
        path: String,
        /// The length of the file in bytes.
        len: u32,
        /// The span at which the label is shown.
        clamped: Span,
    },
    /// The span of a label begins or ends inside a character.
    InsideCharacter {
        /// Whether the label is primary or secondary.
        style: LabelStyle,
        /// The path of the file.
        path: String,
        /// The span at which the label is shown.
        clamped: Span,
    },
    /// The span of an edit is invalid. The suggestion is omitted.
    Edit {
        /// The message of the suggestion.
        message: String,
        /// What is wrong with the span.
        reason: String,
    },
}

impl SpanIssue {
    /// Returns the invalid span, as the compiler passed it.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Returns what is wrong with the span.
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
                    FileId::DUMMY => write!(f, "{label} has no location"),
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
            SpanIssueKind::OutOfBounds { style, path, len, clamped } => {
                let label = label(*style);
                let path = text::one_line(path);
                write!(
                    f,
                    "{label} is at bytes {lo}..{hi} of `{path}`, which ends at byte {len}; shown at {}..{}",
                    clamped.lo(),
                    clamped.hi()
                )
            }
            SpanIssueKind::InsideCharacter { style, path, clamped } => {
                let label = label(*style);
                let path = text::one_line(path);
                write!(
                    f,
                    "{label} is at bytes {lo}..{hi} of `{path}`, inside a character; shown at {}..{}",
                    clamped.lo(),
                    clamped.hi()
                )
            }
            SpanIssueKind::Edit { message, reason } => {
                let message = text::one_line(message);
                write!(
                    f,
                    "the suggestion `{message}` is omitted because one of its edits is invalid: {reason}"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code;

    /// Resolves the bytes `lo..hi` of the text `aé`.
    fn resolve(lo: u32, hi: u32) -> (u32, u32, String) {
        let mut sources = SourceMap::new();
        let file = sources.add("a.vitte", "aé").unwrap();
        let diagnostic = Diagnostic::error(code!("E1"), Span::new(file, lo, hi).unwrap(), "m");
        let CheckedDiagnostic { labels, issues, .. } =
            CheckedDiagnostic::new(&sources, &diagnostic);
        let issue = issues.first().map(ToString::to_string).unwrap_or_default();
        (labels[0].span.lo(), labels[0].span.hi(), issue)
    }

    #[test]
    fn valid_spans_are_unchanged() {
        for (lo, hi) in [(0, 0), (0, 1), (1, 3), (3, 3)] {
            assert_eq!(resolve(lo, hi), (lo, hi, String::new()));
        }
    }

    #[test]
    fn invalid_spans_are_extended_and_reported() {
        let inside =
            "the primary label is at bytes 1..2 of `a.vitte`, inside a character; shown at 1..3";
        assert_eq!(resolve(1, 2), (1, 3, inside.into()));
        assert_eq!(resolve(2, 2).0, 1, "an empty span inside a character covers it");
        assert_eq!(resolve(2, 2).1, 3);
        let past =
            "the primary label is at bytes 2..9 of `a.vitte`, which ends at byte 3; shown at 1..3";
        assert_eq!(resolve(2, 9), (1, 3, past.into()));
        assert_eq!(resolve(7, 9).0, 3, "a span after the end is moved to the end");
        assert_eq!(resolve(u32::MAX, u32::MAX).1, 3);
    }

    #[test]
    fn the_issue_of_an_unknown_file_contains_the_message_of_the_label() {
        let sources = SourceMap::new();
        let span = Span::new(FileId::new(4), 1, 2).unwrap();
        let diagnostic = Diagnostic::error(code!("E1"), span, "m").with_label("here");
        let CheckedDiagnostic { labels, issues, .. } =
            CheckedDiagnostic::new(&sources, &diagnostic);
        assert!(labels.is_empty());
        assert_eq!(
            issues[0].to_string(),
            "the primary label is at bytes 1..2 of file 4, which is not in the source map: here"
        );
    }

    #[test]
    fn a_diagnostic_without_a_location_has_an_issue_only_for_its_message() {
        let sources = SourceMap::new();
        let mut diagnostic = Diagnostic::error(code!("E1"), Span::DUMMY, "m");
        assert!(CheckedDiagnostic::new(&sources, &diagnostic).issues.is_empty());
        diagnostic.set_label("text");
        let issues = CheckedDiagnostic::new(&sources, &diagnostic).issues;
        assert_eq!(issues[0].to_string(), "the primary label has no location: text");
    }

    #[test]
    fn a_suggestion_with_an_invalid_edit_is_omitted_and_reported() {
        use crate::Applicability;
        let mut sources = SourceMap::new();
        let file = sources.add("a.vitte", "aé").unwrap();
        let edit = |lo, hi| Edit::remove(Span::new(file, lo, hi).unwrap());
        let suggestion =
            |message, edit| Suggestion::single(message, edit, Applicability::Unspecified);
        let diagnostic = Diagnostic::error(code!("E1"), Span::DUMMY, "m")
            .with_suggestion(suggestion("good", edit(0, 1)))
            .with_suggestion(suggestion("inside", edit(0, 2)))
            .with_suggestion(suggestion("past", edit(3, 4)))
            .with_suggestion(suggestion("unknown", Edit::remove(Span::DUMMY)));
        let checked = CheckedDiagnostic::new(&sources, &diagnostic);
        assert_eq!(checked.suggestions.len(), 1);
        let notes: Vec<_> = checked.notes().collect();
        let issue = |message: &str, reason: &str| {
            format!(
                "the suggestion `{message}` is omitted because one of its edits is invalid: {reason}"
            )
        };
        assert_eq!(notes[0], issue("inside", "byte 2 is inside a character"));
        assert_eq!(notes[1], issue("past", "the span ends at byte 4 of a file of 3 bytes"));
        assert_eq!(notes[2], issue("unknown", "the source map has no file 4294967295"));
    }
}
