//! A label against its source: what is there, and what breaks the contract.
//!
//! A span may be wrong: made for another map, past the end of its file, inside a character. The
//! diagnostic is shown all the same. What is wrong is clamped outwards to what exists, and a
//! [`Breach`] says so, as a note in the output and as a value for tests.

use std::fmt;

use crate::diagnostic::{Diagnostic, Label, LabelStyle};
use crate::source::{ColumnUnit, Location, SourceFile, SourceMap};
use crate::span::{FileId, Span};
use crate::text;

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
}

/// The labels of `diagnostic` that can be shown, the primary one first where it can, and what was
/// wrong with any of them, both in the order of the labels.
pub(crate) fn resolve<'a>(
    sources: &'a SourceMap,
    diagnostic: &'a Diagnostic,
) -> (Vec<Resolved<'a>>, Vec<Breach>) {
    let mut resolved = Vec::with_capacity(1 + diagnostic.secondary().len());
    let mut breaches = Vec::new();
    for label in diagnostic.labels() {
        let (found, breach) = resolve_label(sources, label);
        resolved.extend(found);
        breaches.extend(breach);
    }
    (resolved, breaches)
}

fn resolve_label<'a>(
    sources: &'a SourceMap,
    label: &'a Label,
) -> (Option<Resolved<'a>>, Option<Breach>) {
    let span = label.span();
    let breach = |kind| Some(Breach::new(label, kind));
    if span.file() == FileId::NOWHERE && label.message().is_none() {
        return (None, None);
    }
    let Ok(file) = sources.file(span.file()) else {
        let message = label.message().map(str::to_owned);
        return (None, breach(BreachKind::UnknownFile { message }));
    };
    let text = file.text();
    let lo = to_u32(text.floor_char_boundary(span.lo() as usize));
    let hi = to_u32(text.ceil_char_boundary(span.hi() as usize));
    let path = || file.path().to_owned();
    let shown = Span::clamped(span.file(), lo, hi);
    let breach = if span.hi() > file.len() {
        breach(BreachKind::OutOfBounds { path: path(), len: file.len(), shown })
    } else if shown != span {
        breach(BreachKind::InsideCharacter { path: path(), shown })
    } else {
        None
    };
    (Some(Resolved { label, file, span: shown }), breach)
}

/// An offset in a file's text: it fits, because a file's length does.
fn to_u32(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// One breach of the contract between a compiler and its diagnostics. Its text is the note that
/// the output has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    style: LabelStyle,
    span: Span,
    kind: BreachKind,
}

/// What a [`Breach`] is about.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum BreachKind {
    /// The span's file is not in the source map, so that the label cannot be shown.
    UnknownFile {
        /// The label's message.
        message: Option<String>,
    },
    /// The span begins or ends after the end of its file.
    OutOfBounds {
        /// The file's path.
        path: String,
        /// The file's length in bytes.
        len: u32,
        /// The bytes that the label is shown at.
        shown: Span,
    },
    /// The span begins or ends inside a character.
    InsideCharacter {
        /// The file's path.
        path: String,
        /// The bytes that the label is shown at.
        shown: Span,
    },
}

impl Breach {
    fn new(label: &Label, kind: BreachKind) -> Self {
        Self { style: label.style(), span: label.span(), kind }
    }

    /// The span as the compiler gave it.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// What is wrong with it.
    #[must_use]
    pub const fn kind(&self) -> &BreachKind {
        &self.kind
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = match self.style {
            LabelStyle::Primary => "the primary label",
            LabelStyle::Secondary => "a secondary label",
        };
        let (lo, hi) = (self.span.lo(), self.span.hi());
        match &self.kind {
            BreachKind::UnknownFile { message } => {
                match self.span.file() {
                    FileId::NOWHERE => write!(f, "{label} has no place"),
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
            BreachKind::OutOfBounds { path, len, shown } => {
                let path = text::one_line(path);
                write!(
                    f,
                    "{label} is at bytes {lo}..{hi} of `{path}`, which ends at byte {len}; shown at {}..{}",
                    shown.lo(),
                    shown.hi()
                )
            }
            BreachKind::InsideCharacter { path, shown } => {
                let path = text::one_line(path);
                write!(
                    f,
                    "{label} is at bytes {lo}..{hi} of `{path}`, inside a character; shown at {}..{}",
                    shown.lo(),
                    shown.hi()
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
        let (labels, breaches) = resolve(&sources, &diagnostic);
        let breach = breaches.first().map(ToString::to_string).unwrap_or_default();
        (labels[0].span.lo(), labels[0].span.hi(), breach)
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
        let (labels, breaches) = resolve(&sources, &diagnostic);
        assert!(labels.is_empty());
        assert_eq!(
            breaches[0].to_string(),
            "the primary label is at bytes 1..2 of file 4, which is not in the source map: here"
        );
    }

    #[test]
    fn what_has_no_place_breaks_nothing_and_keeps_its_message() {
        let sources = SourceMap::new();
        let mut diagnostic = Diagnostic::error(code!("E1"), Span::nowhere(), "m");
        assert!(resolve(&sources, &diagnostic).1.is_empty());
        diagnostic.set_label("words");
        let (_, breaches) = resolve(&sources, &diagnostic);
        assert_eq!(breaches[0].to_string(), "the primary label has no place: words");
    }
}
