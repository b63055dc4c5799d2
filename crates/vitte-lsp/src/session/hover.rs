//! Hovering over a diagnostic shows the page of its code.

use serde_json::{Value, json};
use vitte_diag::Code;
use vitte_diag::lsp::{Position, Range};

use super::Session;
use super::messages::AtPosition;
use crate::paths::{Key, key_of_uri};

impl Session {
    /// Returns the codes of the diagnostics at a position, each once, and the narrowest range.
    fn codes_at(&self, key: &Key, at: Position) -> (Vec<Code>, Option<Range>) {
        let items = self.results.of_file(key, &self.open);
        let here = items.iter().map(|item| item.lsp());
        let here: Vec<_> =
            here.filter(|one| one.range.start <= at && at <= one.range.end).collect();
        let mut codes: Vec<Code> = Vec::new();
        for code in here.iter().filter_map(|one| one.code) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        let narrowest = here
            .iter()
            .filter(|one| one.code.is_some())
            .map(|one| one.range)
            .max_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        (codes, narrowest)
    }

    /// Returns true if the pages of the diagnostics at a position are known. Otherwise begins to look for them.
    pub(super) fn has_pages_at(&mut self, key: &Key, at: Position) -> bool {
        let (codes, _) = self.codes_at(key, at);
        let missing = codes.iter().filter(|code| !self.has_page(code.as_str())).count();
        missing == 0
    }

    pub(super) fn hover(&mut self, params: &AtPosition) -> Value {
        let (key, _) = key_of_uri(&params.text_document.uri);
        let (codes, range) = self.codes_at(&key, params.position);
        let pages = codes.iter().filter_map(|code| {
            let page = self.page(code.as_str())?;
            let link = self.config.tool.code_url(*code);
            Some(match link {
                Some(url) => format!("{}\n\n<{url}>\n", page.trim_end()),
                None => page.to_string(),
            })
        });
        let pages: Vec<String> = pages.collect();
        if pages.is_empty() {
            return Value::Null;
        }
        let kind = if self.client.markdown_hover { "markdown" } else { "plaintext" };
        json!({"contents": {"kind": kind, "value": pages.join("\n---\n\n")}, "range": range})
    }
}
