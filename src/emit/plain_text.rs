//! The text of a diagnostic, for formats that have a single text field for most of its parts.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::check::CheckedDiagnostic;
use crate::model::Suggestion;
use crate::source::ColumnUnit;

/// The parts of a diagnostic that a format has no field for, and that its text contains instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextParts<'a> {
    /// Whether the text contains the secondary labels with their locations.
    pub(super) related: bool,
    /// The suggestions whose messages the text contains.
    pub(super) suggestions: &'a [&'a Suggestion],
    /// Whether the text contains the backtrace.
    pub(super) backtrace: bool,
}

/// The message of a diagnostic and its further parts, one per line:
///
/// ```text
/// this `if` has no `.end`
/// this line opens a block
/// shapes.vitte:10:3: `.end` was expected before this
/// help: add `.end` where the block ends
/// note: expected .end
/// backtrace:
/// 0: vittec::close at src/blocks.rs:77:13
/// ```
#[derive(Clone, Copy, Debug)]
pub(super) struct PlainText<'a> {
    checked: &'a CheckedDiagnostic<'a>,
    parts: TextParts<'a>,
}

impl<'a> PlainText<'a> {
    pub(super) const fn new(checked: &'a CheckedDiagnostic<'a>, parts: TextParts<'a>) -> Self {
        Self { checked, parts }
    }
}

impl fmt::Display for PlainText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { checked, parts } = self;
        f.write_str(checked.diagnostic.message())?;
        if let Some(message) = checked.primary().and_then(|primary| primary.label.message()) {
            write!(f, "\n{message}")?;
        }
        for label in checked.related().filter(|_| parts.related) {
            let at = label.location(ColumnUnit::Char);
            let message = label.label.message().unwrap_or("here");
            write!(f, "\n{}:{}:{}: {message}", at.path, at.line, at.col)?;
        }
        if let Some(help) = checked.diagnostic.help() {
            write!(f, "\nhelp: {help}")?;
        }
        for note in checked.notes() {
            write!(f, "\nnote: {note}")?;
        }
        for suggestion in parts.suggestions {
            write!(f, "\nhelp: {}", suggestion.message())?;
        }
        let backtrace = checked.diagnostic.backtrace().filter(|_| parts.backtrace);
        backtrace.map_or(Ok(()), |backtrace| write!(f, "\nbacktrace:\n{backtrace}"))
    }
}

impl Serialize for PlainText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
