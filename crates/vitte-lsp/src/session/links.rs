//! Links from diagnostics to the pages of their codes on the web.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vitte_diag::Code;
use vitte_diag::lsp::Range;

use super::Session;
use crate::paths::Key;

impl Session {
    /// Returns a link for each diagnostic whose code has a URL. Of several at one range, the first one has it: links must not overlap.
    pub(super) fn links(&self, key: &Key) -> Value {
        let items = self.results.of_file(key, &self.open);
        let mut links: BTreeMap<(vitte_diag::lsp::Position, vitte_diag::lsp::Position), Code> =
            BTreeMap::new();
        for item in &items {
            let Range { start, end } = item.lsp().range;
            if let Some(code) = item.lsp().code.filter(|_| start < end) {
                links.entry((start, end)).or_insert(code);
            }
        }
        let mut last_end = None;
        let mut out = Vec::new();
        for ((start, end), code) in links {
            let Some(url) = self.config.tool.code_url(code) else { continue };
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
