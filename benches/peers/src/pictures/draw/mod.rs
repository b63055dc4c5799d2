//! A diagnostic of rustc, drawn by each library as its documentation advises: in colour, for 100 columns.

mod annotate;
mod ariadne;
mod miette;
mod vitte;

pub use self::annotate::annotate;
pub use self::ariadne::ariadne;
pub use self::miette::miette;
pub use self::vitte::vitte;

use super::rustc::{Message, Span};

/// The width of the terminal, in cells.
const WIDTH: u16 = 100;

/// The most bytes of a suggestion that is one line of help.
const LINE: usize = 70;

/// Returns the text of a suggestion for libraries that draw none: the message, and the changed line as code.
///
/// Of inserted lines only these are in the text. If words are only removed, the message is enough.
fn suggestion_text(child: &Message, source: &str) -> String {
    let message = &child.message;
    let edits: Vec<(&Span, &str)> =
        child.spans.iter().filter_map(|span| Some((span, span.replacement()?))).collect();
    let code = match &*edits {
        [(_, "")] => return message.clone(),
        [(span, text)] if span.byte_start == span.byte_end && text.contains('\n') => {
            text.trim().to_owned()
        }
        _ => changed_lines(&edits, source),
    };
    let text = format!("{message}: `{code}`");
    if text.len() > LINE { format!("{message}:\n{code}") } else { text }
}

/// Returns the lines that edits change, after the change.
fn changed_lines(edits: &[(&Span, &str)], source: &str) -> String {
    let first = edits.iter().map(|(span, _)| span.byte_start).min().unwrap();
    let last = edits.iter().map(|(span, _)| span.byte_end).max().unwrap();
    let mut at = source[..first].rfind('\n').map_or(0, |at| at + 1);
    let end = source[last..].find('\n').map_or(source.len(), |at| last + at);
    let mut changed = String::new();
    for (span, text) in edits {
        changed = changed + &source[at..span.byte_start] + text;
        at = span.byte_end;
    }
    (changed + &source[at..end]).trim().to_owned()
}
