//! Finds the files that have changed since rustc read them.
//!
//! A span has offsets, lines and columns, and usually the text of its lines. A file in which one of these is different
//! is not the one that rustc read: its offsets would mark other code. It is treated as a file that is not here.

use std::collections::HashMap;

use super::format::{Expansion, JsonSpan, Message};
use crate::model::FileId;
use crate::read::files::Files;
use crate::source::{ColumnUnit, SourceFile, SourceMap};

/// The files of the diagnostics that were checked.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Copies of the files.
    sources: SourceMap,
    files: HashMap<String, State>,
    /// The paths of the files that have changed.
    changed: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Same(FileId),
    Changed,
    Missing,
}

impl Changes {
    /// Compares every span of a diagnostic with its file.
    pub(super) fn check(&mut self, message: &Message, files: &mut Files<'_>) {
        for span in &message.spans {
            self.check_span(span, files);
            let mut outer = span.expansion.as_deref();
            while let Some(Expansion { span, def_site_span, .. }) = outer {
                self.check_span(span, files);
                self.check_span(def_site_span, files);
                outer = span.expansion.as_deref();
            }
        }
        for child in &message.children {
            self.check(child, files);
        }
    }

    /// Adds the files that have changed to `files`, without their text, and returns them.
    pub(super) fn reject(self, files: &mut Files<'_>) -> Vec<FileId> {
        self.changed.iter().map(|path| files.reject(path)).collect()
    }

    fn check_span(&mut self, span: &JsonSpan, files: &mut Files<'_>) {
        let path = span.file_name.as_str();
        let state = match self.files.get(path) {
            Some(state) => *state,
            None => {
                let copy = files.text(path).map(<[u8]>::to_vec);
                let id = copy.and_then(|text| self.sources.add(path, text).ok());
                let state = id.map_or(State::Missing, State::Same);
                self.files.insert(path.to_owned(), state);
                state
            }
        };
        let State::Same(id) = state else { return };
        if self.sources.file(id).is_ok_and(|file| !is_same(span, file)) {
            self.files.insert(path.to_owned(), State::Changed);
            self.changed.push(path.to_owned());
        }
    }
}

/// Returns true if the offsets, the lines, the columns and the text of a span fit to a file.
fn is_same(span: &JsonSpan, file: &SourceFile) -> bool {
    let offsets = span.byte_start.to_u32().zip(span.byte_end.to_u32());
    let start = span.line_start.to_u32().zip(span.column_start.to_u32());
    let end = span.line_end.to_u32().zip(span.column_end.to_u32());
    let is_location = match offsets {
        Some((lo, hi)) => {
            let is_span = file.span(lo.min(hi)..lo.max(hi)).is_ok();
            // For rustc the end of the file is in the last line that is not empty.
            is_span && (lo == file.len() || start.is_none_or(|start| start == line_col(file, lo)))
        }
        None => [start, end]
            .into_iter()
            .flatten()
            .all(|(line, col)| file.offset_of(line, col, ColumnUnit::Char).is_ok()),
    };
    // The text of a line that rustc does not have is empty. Bytes that are not UTF-8 are replaced by other characters.
    let is_line = |number, expected: &str| {
        let is_unknown = expected.is_empty() || file.is_lossy();
        is_unknown || file.line(number).is_some_and(|line| line == expected)
    };
    let mut lines = (span.line_start.to_u32().unwrap_or(0)..).zip(&span.text);
    is_location && lines.all(|(number, line)| is_line(number, &line.text))
}

fn line_col(file: &SourceFile, offset: u32) -> (u32, u32) {
    let at = file.location(offset, ColumnUnit::Char);
    (at.line, at.col)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const TEXT: &str = "\u{feff}é = 1\r\n\tb\r\n";

    /// Returns true if a span fits to [`TEXT`].
    fn fits(span: Value) -> bool {
        let mut sources = SourceMap::new();
        let id = sources.add("a.rs", TEXT).unwrap();
        is_same(&serde_json::from_value(span).unwrap(), sources.file(id).unwrap())
    }

    fn span(bytes: [u64; 2], start: [u64; 2], text: &[&str]) -> Value {
        let text: Vec<_> = text.iter().map(|text| json!({ "text": text })).collect();
        json!({
            "byte_start": bytes[0], "byte_end": bytes[1],
            "line_start": start[0], "column_start": start[1], "text": text,
        })
    }

    #[test]
    fn spans_of_the_same_text_fit() {
        assert!(fits(span([3, 5], [1, 1], &["é = 1"])), "after the byte order mark");
        assert!(fits(span([8, 13], [1, 5], &["é = 1", "\tb"])), "two lines");
        assert!(fits(span([12, 13], [2, 2], &[])), "without text");
        assert!(fits(span([12, 13], [2, 2], &[""])), "with text that rustc does not have");
        assert!(fits(span([15, 15], [2, 4], &["\tb"])), "the end of the file");
        assert!(fits(span([13, 12], [2, 3], &[])), "reversed");
        assert!(fits(json!({ "line_start": 2, "column_start": 3 })), "without offsets");
        assert!(fits(json!({ "byte_start": 3, "byte_end": 5 })), "without lines");
        assert!(fits(json!({})));
    }

    #[test]
    fn spans_of_another_text_do_not_fit() {
        assert!(!fits(span([3, 5], [1, 2], &[])), "another column");
        assert!(!fits(span([3, 5], [2, 1], &[])), "another line");
        assert!(!fits(span([3, 5], [1, 1], &["e = 1"])), "another text");
        assert!(!fits(span([12, 13], [2, 2], &["\tb", "c"])), "one line more");
        assert!(!fits(span([4, 5], [1, 1], &[])), "inside a character");
        assert!(!fits(span([12, 16], [2, 2], &[])), "after the end");
        assert!(!fits(json!({ "line_start": 2, "column_start": 4 })), "after the end of the line");
        let outside = json!({ "line_start": 1, "column_start": 1, "line_end": 4, "column_end": 1 });
        assert!(!fits(outside));
    }

    #[test]
    fn the_text_of_a_file_that_is_not_utf8_is_not_compared() {
        let mut sources = SourceMap::new();
        let id = sources.add("a.rs", *b"caf\xe9").unwrap();
        let span = serde_json::from_value(span([3, 3], [1, 4], &["caf\u{fffd}"])).unwrap();
        assert!(is_same(&span, sources.file(id).unwrap()));
    }
}
