//! A diagnostic in plain words, for formats that have one text for all of it.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::check::Checked;
use crate::model::Suggestion;
use crate::source::ColumnUnit;

/// What a format has no place of its own for, so that its text says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lacks<'a> {
    pub(super) related_places: bool,
    /// The suggestions that it cannot carry.
    pub(super) fixes: &'a [&'a Suggestion],
    /// Whether it has room for the calls of a backtrace, and none but here.
    pub(super) backtrace: bool,
}

/// The message, and all that belongs to it, one thing a line:
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
pub(super) const fn prose<'a>(checked: &'a Checked<'a>, lacks: Lacks<'a>) -> Prose<'a> {
    Prose { checked, lacks }
}

/// What [`prose`] says, written straight to where it goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prose<'a> {
    checked: &'a Checked<'a>,
    lacks: Lacks<'a>,
}

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { checked, lacks } = self;
        f.write_str(checked.diagnostic.message())?;
        if let Some(message) = checked.primary().and_then(|primary| primary.label.message()) {
            write!(f, "\n{message}")?;
        }
        for label in checked.related().filter(|_| lacks.related_places) {
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
        lacks.fixes.iter().try_for_each(|fix| write!(f, "\nhelp: {}", fix.message()))?;
        let backtrace = checked.diagnostic.backtrace().filter(|_| lacks.backtrace);
        backtrace.map_or(Ok(()), |backtrace| write!(f, "\nbacktrace:\n{backtrace}"))
    }
}

impl Serialize for Prose<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
