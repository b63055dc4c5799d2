//! Reads back what [`SarifEmitter`](crate::SarifEmitter) writes to the messages of a result.

use super::format::SarifResult;
use super::messages;
use super::reader::Reader;
use crate::model::{Child, ChildLevel, Diagnostic, Severity};
use crate::read::locate::{self, Place};
use crate::read::losses::Lost;

/// The message of the location of a diagnostic that has none.
pub(super) const NO_LOCATION: &str = "the diagnostic has no location";

const LEVELS: [ChildLevel; 4] =
    [ChildLevel::Note, ChildLevel::Help, ChildLevel::Warning, ChildLevel::Error];

/// Splits a headline such as `note: required by this bound`.
fn headline(line: &str) -> Option<(ChildLevel, &str)> {
    LEVELS.into_iter().find_map(|level| {
        let rest = line.strip_prefix(level.as_str())?;
        if rest.is_empty() { Some((level, "")) } else { Some((level, rest.strip_prefix(": ")?)) }
    })
}

/// Creates a diagnostic from the text of a result: its message, the text of its primary label, the help, the notes, and
/// the children without labels.
///
/// ```text
/// this `if` has no `.end`
/// this line opens a block
/// help: add `.end` where the block ends
/// note: expected .end
/// ```
pub(super) fn diagnostic(
    severity: Severity,
    place: Option<Place>,
    text: &str,
    label: &str,
) -> Diagnostic {
    let (message, rest) = split_message(text, label);
    let mut diagnostic = locate::diagnostic(severity, None, place, message);
    let mut parts: Vec<(ChildLevel, String)> = Vec::new();
    for line in rest.lines() {
        match (headline(line), parts.last_mut()) {
            (Some((level, message)), _) => parts.push((level, message.to_owned())),
            (None, Some((_, message))) => {
                message.push('\n');
                message.push_str(line);
            }
            // `split_message` ends before a headline.
            (None, None) => parts.push((ChildLevel::Note, line.to_owned())),
        }
    }
    // The help is the first part, and is followed by notes, then by children.
    let mut is_in_notes = true;
    for (index, (level, message)) in parts.into_iter().enumerate() {
        is_in_notes &= level == ChildLevel::Note || index == 0;
        match level {
            ChildLevel::Help if index == 0 => _ = diagnostic.add_help(message),
            ChildLevel::Note if is_in_notes => _ = diagnostic.add_note(message),
            _ => _ = diagnostic.add_child(Child::new(level, message)),
        }
    }
    diagnostic
}

/// Splits the text after the message and the text of the primary label.
fn split_message<'t>(text: &'t str, label: &str) -> (&'t str, &'t str) {
    let with_label = format!("\n{label}");
    let found = text.find(&with_label).filter(|_| !label.is_empty());
    let after_label =
        found.and_then(|at| Some((text.get(..at)?, text.get(at + with_label.len()..)?)));
    if let Some((message, rest)) = after_label {
        if rest.is_empty() || rest.starts_with('\n') {
            return (message, rest.strip_prefix('\n').unwrap_or(rest));
        }
    }
    let mut breaks = text.match_indices('\n').map(|(at, _)| at);
    let end = breaks
        .find(|at| text.get(at + 1..).and_then(|rest| headline(rest.lines().next()?)).is_some());
    let (message, rest) = text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((text, ""));
    (message, rest.strip_prefix('\n').unwrap_or(rest))
}

/// Adds the related locations: secondary labels, then the labels of children, of which the first one has the message
/// of the child.
pub(super) fn add_related<'r>(
    reader: &mut Reader<'_, 'r, '_>,
    diagnostic: &mut Diagnostic,
    result: &'r SarifResult<'r>,
    lost: &mut Lost,
) {
    let mut child: Option<Child> = None;
    for location in result.related_locations.iter() {
        let message = messages::plain(location.message.as_ref(), lost);
        let Some(span) = reader.location_span(location, lost) else {
            diagnostic.add_note(message);
            continue;
        };
        match (headline(&message), &mut child) {
            (Some((level, text)), open) => {
                let next = Child::new(level, text.to_owned()).with_label(span, "");
                if let Some(done) = open.replace(next) {
                    diagnostic.add_child(done);
                }
            }
            (None, Some(open)) => _ = open.add_secondary(span, message),
            (None, None) => _ = diagnostic.add_secondary(span, message),
        }
    }
    if let Some(done) = child {
        diagnostic.add_child(done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, label: &str) -> Diagnostic {
        diagnostic(Severity::Error, None, text, label)
    }

    #[test]
    fn texts_are_split_into_the_parts_of_a_diagnostic() {
        let text = "m\nmore\nthe label\nhelp: h\nnote: n1\nn2\nhelp: c\nnote: d";
        let expected = Diagnostic::without_location(Severity::Error, None, "m\nmore")
            .with_help("h")
            .with_note("n1\nn2")
            .with_child(Child::help("c"))
            .with_child(Child::note("d"));
        assert_eq!(read(text, "the label"), expected);
        let text = "m\nnote: n";
        let expected = Diagnostic::without_location(Severity::Error, None, "m").with_note("n");
        assert_eq!(read(text, ""), expected);
        assert_eq!(read("m", "m"), Diagnostic::without_location(Severity::Error, None, "m"));
    }
}
