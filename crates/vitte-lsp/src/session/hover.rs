//! Hovering over a diagnostic shows the page of its code.

use std::cmp::Reverse;
use std::collections::HashSet;

use serde_json::{Value, json};
use vitte_diag::lsp::{Position, Range};

use super::Session;
use super::messages::AtPosition;
use crate::paths::{Key, key_of_uri};
use crate::results::{FileItem, codes_of};

impl Session {
    /// Returns the diagnostics with a code at a position.
    fn coded_at(&self, key: &Key, at: Position) -> Vec<FileItem<'_>> {
        let mut items = self.results.of_file(key, &self.open);
        items.retain(|item| {
            let Range { start, end } = item.lsp().range;
            item.lsp().code.is_some() && start <= at && at <= end
        });
        items
    }

    /// Returns true if the pages of the diagnostics at a position are known. Otherwise begins to look for them.
    pub(super) fn has_pages_at(&mut self, key: &Key, at: Position) -> bool {
        let codes = codes_of(&self.coded_at(key, at));
        let missing = codes.iter().filter(|code| !self.has_page(code.as_str())).count();
        missing == 0
    }

    pub(super) fn hover(&mut self, params: &AtPosition) -> Value {
        let (key, _) = key_of_uri(&params.text_document.uri);
        let here = self.coded_at(&key, params.position);
        let mut seen = HashSet::new();
        let first = here.iter().filter(|item| seen.insert(item.lsp().code));
        let pages = first.filter_map(|item| {
            let code = item.lsp().code?;
            let page = self.page(code.as_str())?;
            Some(match item.checked.code_url(code) {
                Some(url) => format!("{}\n\n<{url}>\n", page.trim_end()),
                None => page.to_string(),
            })
        });
        let pages: Vec<String> = pages.collect();
        if pages.is_empty() {
            return Value::Null;
        }
        // The narrowest one.
        let ranges = here.iter().map(|item| item.lsp().range);
        let range = ranges.max_by_key(|range| (range.start, Reverse(range.end)));
        let kind = if self.client.markdown_hover { "markdown" } else { "plaintext" };
        json!({"contents": {"kind": kind, "value": pages.join("\n---\n\n")}, "range": range})
    }
}
