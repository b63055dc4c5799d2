//! What is wrong with a span.

use std::fmt;

use crate::model::{FileId, LabelStyle, Span};
use crate::text;

/// An invalid span of a label, a step or an edit, or a text that is not available. An invalid span is a defect of the
/// compiler that made the diagnostic.
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

/// The part of a diagnostic that a span belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum SpanOwner {
    /// The primary label of the diagnostic.
    PrimaryLabel,
    /// A secondary label of the diagnostic.
    SecondaryLabel,
    /// A label of a child.
    ChildLabel,
    /// A step of the trace.
    Step,
    /// The diagnostic itself, which is about a whole file.
    Diagnostic,
}

impl From<LabelStyle> for SpanOwner {
    fn from(style: LabelStyle) -> Self {
        match style {
            LabelStyle::Primary => Self::PrimaryLabel,
            LabelStyle::Secondary => Self::SecondaryLabel,
        }
    }
}

impl fmt::Display for SpanOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PrimaryLabel => "the primary label",
            Self::SecondaryLabel => "a secondary label",
            Self::ChildLabel => "a label of a child",
            Self::Step => "a step of the trace",
            Self::Diagnostic => "the diagnostic",
        })
    }
}

/// What is wrong with the span of a [`SpanIssue`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SpanIssueKind {
    /// The file is not in the source map. The label is omitted, a step is shown without a location.
    UnknownFile {
        /// The part of the diagnostic that has the span.
        owner: SpanOwner,
        /// The message of the label, if it is omitted.
        message: Option<String>,
    },
    /// The file was removed from the source map, or replaced. The label is omitted, a step is shown without a location.
    RemovedFile {
        /// The part of the diagnostic that has the span.
        owner: SpanOwner,
        /// The path of the file.
        path: String,
        /// The message of the label, if it is omitted.
        message: Option<String>,
    },
    /// The text of the file was too large, or could not be [computed](crate::SourceText::lazy). The location is shown
    /// without an excerpt. Reported once for each file of a diagnostic.
    Unavailable {
        /// The part of the diagnostic that has the first span in the file.
        owner: SpanOwner,
        /// The path of the file.
        path: String,
        /// What went wrong.
        reason: String,
    },
    /// The span ends after the end of its file.
    OutOfBounds {
        /// The part of the diagnostic that has the span.
        owner: SpanOwner,
        /// The path of the file.
        path: String,
        /// The length of the file in bytes.
        len: u32,
        /// The span that is shown instead.
        clamped: Span,
    },
    /// The span begins or ends inside a character.
    InsideCharacter {
        /// The part of the diagnostic that has the span.
        owner: SpanOwner,
        /// The path of the file.
        path: String,
        /// The span that is shown instead.
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
    pub(super) const fn new(span: Span, kind: SpanIssueKind) -> Self {
        Self { span, kind }
    }

    /// Returns the span, as the compiler passed it.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Returns what is wrong with the span, or with its file.
    #[must_use]
    pub const fn kind(&self) -> &SpanIssueKind {
        &self.kind
    }
}

impl std::error::Error for SpanIssue {}

impl SpanIssue {
    /// Writes where the span is, and that the file is not in the map.
    fn fmt_no_file(
        &self,
        f: &mut fmt::Formatter<'_>,
        owner: SpanOwner,
        path: Option<&str>,
    ) -> fmt::Result {
        let (file, lo, hi) = (self.span.file(), self.span.lo(), self.span.hi());
        if file == FileId::DUMMY {
            return write!(f, "{owner} has no location");
        }
        match owner {
            SpanOwner::Diagnostic => write!(f, "{owner} is about file {}", file.index()),
            _ => write!(f, "{owner} is at bytes {lo}..{hi} of file {}", file.index()),
        }?;
        match path {
            Some(path) => write!(f, " (`{}`), which was removed", text::one_line(path)),
            None => f.write_str(", which is not in the source map"),
        }
    }
}

/// Writes the message of an omitted label after the reason.
fn fmt_message(f: &mut fmt::Formatter<'_>, message: Option<&str>) -> fmt::Result {
    message.map_or(Ok(()), |message| write!(f, ": {}", text::one_line(message)))
}

impl fmt::Display for SpanIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lo, hi) = (self.span.lo(), self.span.hi());
        match &self.kind {
            SpanIssueKind::UnknownFile { owner, message } => {
                self.fmt_no_file(f, *owner, None)?;
                fmt_message(f, message.as_deref())
            }
            SpanIssueKind::RemovedFile { owner, path, message } => {
                self.fmt_no_file(f, *owner, Some(path))?;
                fmt_message(f, message.as_deref())
            }
            SpanIssueKind::Unavailable { path, reason, .. } => {
                let (path, reason) = (text::one_line(path), text::one_line(reason));
                write!(f, "the lines and columns of `{path}` are unknown: {reason}")
            }
            SpanIssueKind::OutOfBounds { owner, path, len, clamped } => {
                let path = text::one_line(path);
                write!(
                    f,
                    "{owner} is at bytes {lo}..{hi} of `{path}`, which ends at byte {len}; shown at {}..{}",
                    clamped.lo(),
                    clamped.hi()
                )
            }
            SpanIssueKind::InsideCharacter { owner, path, clamped } => {
                let path = text::one_line(path);
                write!(
                    f,
                    "{owner} is at bytes {lo}..{hi} of `{path}`, inside a character; shown at {}..{}",
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
