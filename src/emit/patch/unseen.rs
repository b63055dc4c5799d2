//! Edits of files whose text is unavailable.

use crate::emit::excerpt::ExcerptOptions;
use crate::model::Edit;
use crate::source::SourceFile;
use crate::text;

/// An edit of a file whose text is unavailable.
#[derive(Debug)]
pub(super) struct UnseenEdit<'a> {
    pub(super) text: &'a str,
    /// Whether text is removed.
    pub(super) removes: bool,
    /// The line and the column of the edit, if they are known.
    start: Option<(u32, u32)>,
    /// The line and the column after the edit, if they are known.
    end: Option<(u32, u32)>,
}

impl<'a> UnseenEdit<'a> {
    pub(super) fn new(file: &'a SourceFile, edit: &'a Edit, options: ExcerptOptions) -> Self {
        let span = edit.span();
        let position = |offset| file.partial_location(offset, options.column_unit).position;
        let (start, end) = (position(span.lo()), position(span.hi()));
        Self { text: edit.text(), removes: !span.is_empty(), start, end }
    }

    /// Returns the new lines. An insertion that begins with a line feed is below its line, so nothing is added to that
    /// line.
    pub(super) fn new_lines(&self) -> impl Iterator<Item = &'a str> {
        let is_below = !self.removes && self.text.lines().next() == Some("");
        self.text.lines().skip(usize::from(is_below))
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
        let position = |word: &str, at: Option<(u32, u32)>| {
            at.map(|(line, col)| format!(" {word} {line}:{col}")).unwrap_or_default()
        };
        let at = position("at", self.start);
        let to =
            position("to", self.end.filter(|_| self.start.is_some() && self.start != self.end));
        let with = if text.is_empty() { "" } else { " with:" };
        Some(format!("{verb} the text{at}{to}{with}"))
    }
}
