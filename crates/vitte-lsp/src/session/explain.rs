//! The pages of codes.

use std::collections::HashMap;
use std::sync::Arc;

use lsp_server::{ErrorCode, RequestId, Response};
use serde_json::{Value, json};
use vitte_diag::{Code, text};

use super::Session;
use super::lifecycle::Asked;

/// The maximum length of a page that is shown, in bytes.
const MAX_PAGE_BYTES: usize = 256 << 10;
/// The maximum number of pages that are kept.
const MAX_PAGES: usize = 1000;

/// The page of a code that a thread has found.
#[derive(Debug)]
pub(super) struct Explained {
    code: String,
    page: Option<String>,
}

/// The pages that were asked for.
#[derive(Debug, Default)]
pub(super) struct Pages {
    by_code: HashMap<String, Page>,
    /// The directory of the pages that the editor shows as files.
    dir: Option<tempfile::TempDir>,
}

#[derive(Debug)]
enum Page {
    /// A thread looks for it.
    Wanted,
    Found(Option<Arc<str>>),
}

impl Session {
    pub(super) fn explain_command(&self) -> String {
        format!("{}.explain", self.config.tool.name())
    }

    /// Returns true if a code has a page, or may have one.
    pub(super) fn may_have_page(&self, code: &str) -> bool {
        match self.pages.by_code.get(code) {
            Some(Page::Found(page)) => page.is_some(),
            _ => self.config.explain.is_some() || self.config.tool.explain(code).is_ok(),
        }
    }

    /// Returns true if the page of a code is known. Otherwise begins to look for it.
    pub(super) fn has_page(&mut self, code: &str) -> bool {
        match self.pages.by_code.get(code) {
            Some(Page::Wanted) => return false,
            Some(Page::Found(_)) => return true,
            None => {}
        }
        if self.pages.by_code.len() >= MAX_PAGES {
            self.pages.by_code.clear();
        }
        let own = self.config.tool.explain(code).ok().map(|page| Arc::from(page.text));
        let Some(explain) = self.config.explain.clone().filter(|_| own.is_none()) else {
            self.pages.by_code.insert(code.to_owned(), Page::Found(own));
            return true;
        };
        let (code, found) = (code.to_owned(), self.channels.pages.0.clone());
        self.pages.by_code.insert(code.clone(), Page::Wanted);
        let name = code.clone();
        let look = move || {
            let page = explain(&name).filter(|page| !page.trim().is_empty());
            _ = found.send(Explained { code: name, page });
        };
        if std::thread::Builder::new().name("explain".to_owned()).spawn(look).is_err() {
            self.pages.by_code.insert(code, Page::Found(None));
            return true;
        }
        false
    }

    pub(super) fn add_page(&mut self, explained: Explained) {
        self.waiting.set_due();
        let page = explained.page.map(|page| match text::truncate(&page, MAX_PAGE_BYTES) {
            all if all.len() == page.len() => page.into(),
            part => format!("{part}\n\n(the rest is not shown)").into(),
        });
        self.pages.by_code.insert(explained.code, Page::Found(page));
    }

    /// Returns the page of a code, in Markdown.
    pub(super) fn page(&self, code: &str) -> Option<Arc<str>> {
        match self.pages.by_code.get(code) {
            Some(Page::Found(page)) => page.clone(),
            _ => None,
        }
    }

    pub(super) fn explain_action(&self, code: Code) -> Value {
        let title = format!("explain {code}");
        let command =
            json!({"title": title, "command": self.explain_command(), "arguments": [code]});
        json!({"title": title, "kind": "quickfix", "command": command})
    }

    /// Shows the page of a code, and returns it.
    pub(super) fn explain(&mut self, id: RequestId, code: &str) -> Response {
        let Some(page) = self.page(code) else {
            let reason = match self.config.tool.explain(code) {
                Err(error) if self.config.explain.is_none() => error.to_string(),
                _ => format!("no page explains `{}`", text::one_line(code)),
            };
            return Response::new_err(id, ErrorCode::RequestFailed as i32, reason);
        };
        match self.page_uri(code, &page) {
            Some(uri) => {
                let params = json!({"uri": uri, "takeFocus": true});
                self.ask("window/showDocument", params, Asked::Other);
            }
            None => self.notify("window/showMessage", json!({"type": 3, "message": &*page})),
        }
        Response::new_ok(id, &*page)
    }

    /// Writes a page to a temporary file, for an editor that can show it. Returns its URI.
    fn page_uri(&mut self, code: &str, page: &str) -> Option<String> {
        if !self.client.shows_documents {
            return None;
        }
        if self.pages.dir.is_none() {
            self.pages.dir = tempfile::Builder::new().prefix("explain-").tempdir().ok();
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let name: String = code.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
        let path = self.pages.dir.as_ref()?.path().join(format!("{name}.md"));
        std::fs::write(&path, page).ok()?;
        vitte_diag::lsp::uri_of_path(&path)
    }
}
