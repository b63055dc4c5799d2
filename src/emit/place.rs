//! The file of a diagnostic, for formats whose readers need one that they can open.

use std::fmt::{self, Display};

use super::plain_text::PlainText;
use crate::check::{CheckedDiagnostic, ResolvedSpan};
use crate::source::{ColumnUnit, SourceFile};
use crate::text;

/// The path of a diagnostic without a location, if no file can be opened.
const NO_PATH: &str = ".";

/// A file that a reader can open, and where the diagnostic is in it.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) path: &'a str,
    /// The primary label, if its line is known.
    pub(super) at: Option<ResolvedSpan<'a>>,
    /// What the reader does not see, such as that the diagnostic has no location.
    note: Option<String>,
}

impl<'a> Place<'a> {
    /// Returns the file of a diagnostic. Instead of none, or of one such as `<stdin>`, returns `fallback`, or else the
    /// first file that another program can open, or else `.`.
    pub(super) fn new(checked: &CheckedDiagnostic<'a>, fallback: Option<&'a str>) -> Self {
        let other = || {
            let in_sources = || checked.first_openable_file().map(SourceFile::path);
            fallback.or_else(in_sources).unwrap_or(NO_PATH)
        };
        let primary = checked.primary().map(|primary| primary.at);
        match (checked.file(), primary) {
            (None, _) => {
                let note = Some("the diagnostic has no location".to_owned());
                Self { path: other(), at: None, note }
            }
            (Some(file), Some(at)) if file.is_virtual() => {
                let at = at.partial_location(ColumnUnit::Char);
                Self { path: other(), at: None, note: Some(format!("the location is {at}")) }
            }
            (Some(file), None) if file.is_virtual() => {
                let note = format!("the file is {}", text::one_line(file.path()));
                Self { path: other(), at: None, note: Some(note) }
            }
            (Some(file), Some(at)) if !at.is_known() => {
                let note = Some("the line of the diagnostic is unknown".to_owned());
                Self { path: file.path(), at: None, note }
            }
            (Some(file), at) => Self { path: file.path(), at, note: None },
        }
    }

    /// Returns the text of the diagnostic, and what the reader does not see of its location.
    pub(super) fn text<'t>(&'t self, text: PlainText<'t>) -> PlacedText<'t> {
        PlacedText { text, note: self.note.as_deref() }
    }
}

/// The text of a diagnostic with a note about its location.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlacedText<'a> {
    text: PlainText<'a>,
    note: Option<&'a str>,
}

impl Display for PlacedText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.text)?;
        self.note.map_or(Ok(()), |note| write!(f, "\nnote: {note}"))
    }
}

/// Returns the first `max` characters of a text, the last of which is `…` if there are more.
pub(super) fn truncated(text: &str, max: usize) -> String {
    let is_longer = text.char_indices().nth(max).is_some();
    let kept = if is_longer { max.saturating_sub(1) } else { max };
    text.chars().take(kept).chain(is_longer.then_some('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::truncated;

    #[test]
    fn long_texts_are_cut_at_characters() {
        assert_eq!(truncated("日本語", 3), "日本語");
        assert_eq!(truncated("日本語文", 3), "日本…");
        assert_eq!(truncated("", 3), "");
    }
}
