//! The edits of suggestions, in sentences.

use super::{Narrator, shortened};
use crate::model::{Edit, Suggestion};
use crate::source::{ColumnUnit, SourceMap};
use crate::text;

/// The maximum number of edits of one alternative.
const MAX_EDITS: usize = 20;
/// The maximum number of alternatives of one suggestion.
const MAX_ALTERNATIVES: usize = 10;

impl Narrator<'_> {
    pub(super) fn suggestion(&mut self, sources: &SourceMap, suggestion: &Suggestion) {
        self.sentence("Suggestion", suggestion.message());
        for (index, edits) in suggestion.alternatives().take(MAX_ALTERNATIVES).enumerate() {
            for (number, edit) in edits.iter().take(MAX_EDITS).enumerate() {
                self.edit(sources, edit, index > 0 && number == 0);
            }
            self.and_more("edit", edits.len().saturating_sub(MAX_EDITS));
        }
        let alternatives = suggestion.alternatives().count();
        self.and_more("alternative", alternatives.saturating_sub(MAX_ALTERNATIVES));
    }

    fn and_more(&mut self, noun: &str, count: usize) {
        if count > 0 {
            self.line(format_args!("  And {}", text::more(noun, count)));
        }
    }

    /// Writes an edit. The first edit of another alternative begins with `Or`.
    fn edit(&mut self, sources: &SourceMap, edit: &Edit, is_other: bool) {
        let Ok(file) = sources.file(edit.span().file()) else { return };
        let at = file.location(edit.span().lo(), ColumnUnit::Char);
        let is_new = self.file != Some(file.id());
        let location = self.location(file, at);
        let of_file =
            if is_new { format!(" of {}", text::one_line(at.path)) } else { String::new() };
        let line = format!("line {}{of_file}", at.line);
        let old = match file.text().get(edit.span().range()) {
            Some(old) if !file.is_unavailable() => quoted(old),
            _ => "the existing text".to_owned(),
        };
        let new = edit.text();
        let length = file.line(at.line).unwrap_or_default().chars().count();
        let at_end = at.col as usize > length;
        let [after, before, inside] = if is_other {
            ["Or: after", "Or: before", "Or: in"]
        } else {
            ["After", "Before", "In"]
        };
        let sentence = match (edit.span().is_empty(), new.is_empty()) {
            (true, _) if at_end && !file.is_unavailable() && new.starts_with(['\n', '\r']) => {
                format!("{after} {line}, insert the line {}", quoted_line(new))
            }
            (true, _) if at.col == 1 && new.ends_with('\n') => {
                format!("{before} {line}, insert the line {}", quoted_line(new))
            }
            (true, _) => format!("{inside} {location}, insert {}", quoted(new)),
            (false, true) => format!("{inside} {location}, remove {old}"),
            (false, false) => format!("{inside} {location}, replace {old} with {}", quoted(new)),
        };
        self.line(format_args!("  {sentence}"));
    }
}

/// Returns the old or new text of an edit in quotes. Text of whitespace only is described, because a screen reader
/// would not read it.
fn quoted(text: &str) -> String {
    match text.trim() {
        "" if text.contains('\n') => "a line break".to_owned(),
        "" => "whitespace".to_owned(),
        trimmed => format!("\"{}\"", shortened(trimmed)),
    }
}

/// Returns one or more whole lines in quotes, with their indentation.
fn quoted_line(text: &str) -> String {
    format!("\"{}\"", shortened(text.trim_matches(['\n', '\r'])))
}
