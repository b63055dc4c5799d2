//! Edits of files whose text is unavailable.

use crate::emit::excerpt::ExcerptOptions;
use crate::model::Edit;
use crate::source::{Location, SourceFile};
use crate::text;

/// An edit of a file whose text is unavailable.
#[derive(Debug)]
pub(super) struct UnseenEdit<'a> {
    pub(super) text: &'a str,
    /// Whether text is removed.
    pub(super) removes: bool,
    /// The location of the edit.
    pub(super) start: Location<'a>,
    /// The location after the edit.
    pub(super) end: Location<'a>,
}

impl<'a> UnseenEdit<'a> {
    pub(super) fn new(file: &'a SourceFile, edit: &'a Edit, options: ExcerptOptions) -> Self {
        let span = edit.span();
        let location = |offset| file.location(offset, options.column_unit);
        let (start, end) = (location(span.lo()), location(span.hi()));
        Self { text: edit.text(), removes: !span.is_empty(), start, end }
    }

    /// Returns what happens to the old text, as a sentence. Returns `None` for an insertion of lines of text.
    pub(super) fn sentence(&self) -> Option<String> {
        let text = self.text;
        let verb = match (self.removes, text.is_empty()) {
            (true, true) => "remove",
            (true, false) => "replace",
            (false, _) if text.trim_matches(['\r', '\n']).is_empty() => {
                let count = text.lines().count();
                let line_feeds = text::plural("line feed", count);
                let article = if count == 1 { "a".to_owned() } else { count.to_string() };
                return Some(format!("insert {article} {line_feeds}"));
            }
            (false, _) => return None,
        };
        let [start, end] = [self.start, self.end].map(|at| format!("{}:{}", at.line, at.col));
        // The end may be unknown, and then has the location of the start.
        let to_end = if start == end { String::new() } else { format!(" to {end}") };
        let with = if text.is_empty() { "" } else { " with:" };
        Some(format!("{verb} the text at {start}{to_end}{with}"))
    }
}
