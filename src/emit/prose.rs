//! A diagnostic in plain words, for formats that have one text for all of it.

use crate::contract::Checked;
use crate::source::ColumnUnit;
use crate::suggestion::Suggestion;

/// What a format has no place of its own for, so that its text says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lacks<'a> {
    pub(super) related_places: bool,
    /// The suggestions that it cannot carry.
    pub(super) fixes: &'a [&'a Suggestion],
}

/// The message, and all that belongs to it, one thing a line:
///
/// ```text
/// this `if` has no `.end`
/// this line opens a block
/// shapes.vitte:10:3: `.end` was expected before this
/// help: add `.end` where the block ends
/// note: expected .end
/// ```
pub(super) fn prose(checked: &Checked<'_>, lacks: Lacks<'_>) -> String {
    let mut out = checked.diagnostic.message().to_owned();
    let mut line = |beginning: &str, rest: &str| {
        out.push('\n');
        out.push_str(beginning);
        out.push_str(rest);
    };
    if let Some(message) = checked.primary().and_then(|primary| primary.label.message()) {
        line("", message);
    }
    for label in checked.related().filter(|_| lacks.related_places) {
        let at = label.location(ColumnUnit::Char);
        let place = format!("{}:{}:{}: ", at.path, at.line, at.col);
        line(&place, label.label.message().unwrap_or("here"));
    }
    if let Some(help) = checked.diagnostic.help() {
        line("help: ", help);
    }
    checked.notes().for_each(|note| line("note: ", &note));
    for suggestion in lacks.fixes {
        line("help: ", suggestion.message());
    }
    out
}
