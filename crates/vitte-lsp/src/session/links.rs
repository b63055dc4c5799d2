//! Links from diagnostics to the pages of their codes on the web.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vitte_diag::lsp::{Position, Range};

use super::Session;
use crate::paths::Key;
use crate::results::FileItem;

impl Session {
    /// Returns a link for each diagnostic whose code has a URL. Of several at one range, the first one has it: links must not overlap.
    pub(super) fn links(&self, key: &Key) -> Value {
        let items = self.results.of_file(key, &self.open);
        let mut links: BTreeMap<(Position, Position), &FileItem<'_>> = BTreeMap::new();
        for item in &items {
            let Range { start, end } = item.lsp().range;
            if item.lsp().code.is_some() && start < end {
                links.entry((start, end)).or_insert(item);
            }
        }
        let mut last_end = None;
        let mut out = Vec::new();
        for ((start, end), item) in links {
            let Some(code) = item.lsp().code else { continue };
            let Some(url) = item.checked.code_url(code) else { continue };
            if last_end.is_some_and(|last| start < last) {
                continue;
            }
            last_end = Some(end);
            let range = Range { start, end };
            out.push(json!({"range": range, "target": url, "tooltip": format!("explain {code}")}));
        }
        Value::Array(out)
    }
}
