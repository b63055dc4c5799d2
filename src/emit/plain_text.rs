//! The text of a diagnostic, for formats that have a single text field for most of its parts.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::check::{CheckedDiagnostic, ResolvedLabel};
use crate::model::Suggestion;
use crate::source::ColumnUnit;
use crate::text;

/// The parts of a diagnostic that a format has no field for, and that its text contains instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextParts<'a> {
    /// Whether the text contains the secondary labels, the labels of children and the trace, with their
    /// locations.
    pub(super) related: bool,
    /// The suggestions whose messages the text contains.
    pub(super) suggestions: &'a [&'a Suggestion],
    /// Whether the text contains the backtrace.
    pub(super) backtrace: bool,
}

/// The maximum number of steps of a trace in a text. The rest is counted.
const MAX_STEPS: usize = 20;

/// The message of a diagnostic and its further parts, one per line:
///
/// ```text
/// this `if` has no `.end`
/// this line opens a block
/// shapes.vitte:10:3: `.end` was expected before this
/// help: add `.end` where the block ends
/// note: expected .end
/// note: required by this bound
/// shapes.vitte:2:9: the bound
/// shapes.vitte:4:1: in this expansion of `close!`
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
            self.label(f, label)?;
        }
        if let Some(help) = checked.diagnostic.help() {
            write!(f, "\nhelp: {help}")?;
        }
        for note in checked.notes() {
            write!(f, "\nnote: {note}")?;
        }
        self.children(f)?;
        self.trace(f)?;
        for suggestion in parts.suggestions {
            write!(f, "\nhelp: {}", suggestion.message())?;
        }
        let backtrace = checked.diagnostic.backtrace().filter(|_| parts.backtrace);
        backtrace.map_or(Ok(()), |backtrace| write!(f, "\nbacktrace:\n{backtrace}"))
    }
}

impl PlainText<'_> {
    fn label(&self, f: &mut fmt::Formatter<'_>, label: &ResolvedLabel<'_>) -> fmt::Result {
        let at = label.location(ColumnUnit::Char);
        let message = label.label.message().unwrap_or("here");
        write!(f, "\n{}:{}:{}: {message}", at.path, at.line, at.col)
    }

    /// Writes the children. Without [`TextParts::related`] those with labels are in the related locations.
    fn children(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for checked in &self.checked.children {
            if !self.parts.related && !checked.labels.is_empty() {
                continue;
            }
            write!(f, "\n{}: {}", checked.child.level(), checked.child.message())?;
            checked.labels.iter().try_for_each(|label| self.label(f, label))?;
        }
        Ok(())
    }

    /// Writes the steps of the trace. Without [`TextParts::related`] those with a location are in the related
    /// locations.
    fn trace(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps =
            self.checked.trace.iter().filter(|step| self.parts.related || step.at.is_none());
        for checked in steps.by_ref().take(MAX_STEPS) {
            let message = checked.step.message();
            match checked.at.map(|at| at.location(ColumnUnit::Char)) {
                Some(at) => write!(f, "\n{}:{}:{}: {message}", at.path, at.line, at.col)?,
                None => write!(f, "\n{message}")?,
            }
        }
        match steps.count() {
            0 => Ok(()),
            more => write!(f, "\nand {}", text::more("step", more)),
        }
    }
}

impl Serialize for PlainText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
