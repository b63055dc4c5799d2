//! Diagnostics are sent to the client: of the files in which they have changed, and only of those.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use vitte_diag::lsp::LspDiagnostic;

use super::Session;
use super::lifecycle::Asked;
use crate::paths::Key;
use crate::results::FileItem;

/// What the client knows.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// What the client shows for each file. Files without diagnostics have none.
    shown: HashMap<Key, Shown>,
    /// The hash of the diagnostics that the client has last pulled for each file.
    pub(super) pulled: HashMap<Key, u64>,
    /// The client pulls the diagnostics of documents, or of the workspace. It shows what it pulls beside what is published, so what is
    /// pulled is not published.
    pub(super) pulls_documents: bool,
    pub(super) pulls_workspace: bool,
    /// The client was asked to pull again, and has not answered yet.
    pub(super) is_refreshing: bool,
}

/// The diagnostics that the client shows for a file.
#[derive(Debug)]
struct Shown {
    hash: u64,
    /// As they were published. The client may spell the URI in another way later.
    uri: Arc<str>,
}

/// The parameters of `textDocument/publishDiagnostics`.
#[derive(Serialize)]
struct PublishParams<'a> {
    uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i32>,
    diagnostics: &'a RawValue,
}

/// A notification whose parameters need no tree.
#[derive(Serialize)]
struct JsonNotification<'a> {
    jsonrpc: &'a str,
    method: &'a str,
    params: PublishParams<'a>,
}

/// The diagnostics of a file as JSON, which is made once: it is compared by its hash, and sent.
pub(super) struct DiagnosticsJson {
    pub(super) text: Box<RawValue>,
    pub(super) hash: u64,
    pub(super) is_empty: bool,
}

impl DiagnosticsJson {
    pub(super) fn new(items: &[FileItem<'_>]) -> Self {
        let diagnostics: Vec<&LspDiagnostic> = items.iter().map(|item| item.lsp()).collect();
        // Serialising to memory cannot fail.
        let text = serde_json::value::to_raw_value(&diagnostics).unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        text.get().hash(&mut hasher);
        Self { hash: hasher.finish(), is_empty: items.is_empty(), text }
    }
}

impl Session {
    /// Publishes the diagnostics of the files in which they have changed.
    pub(super) fn publish(&mut self, files: &BTreeSet<Key>) {
        for key in files {
            self.publish_file(key, false);
        }
    }

    /// Publishes the diagnostics of a document that the client has changed, and of the other files in which diagnostics have changed.
    /// The client learns from them that the new text was checked.
    pub(super) fn publish_checked(&mut self, files: &BTreeSet<Key>, changed: Option<&Key>) {
        let changed = changed.filter(|key| self.open.get(key).is_some());
        let others = files.iter().filter(|key| Some(*key) != changed);
        others.for_each(|key| self.publish_file(key, false));
        if let Some(key) = changed {
            self.publish_file(key, true);
        }
    }

    fn publish_file(&mut self, key: &Key, has_changed: bool) {
        let buffer = self.open.get(key).cloned();
        let is_pulled = match buffer {
            // The report of the workspace has the open documents, too.
            Some(_) => self.published.pulls_documents || self.published.pulls_workspace,
            None => self.published.pulls_workspace,
        };
        let items = if is_pulled { Vec::new() } else { self.results.of_file(key, &self.open) };
        let diagnostics = DiagnosticsJson::new(&items);
        let hash = (!diagnostics.is_empty).then_some(diagnostics.hash);
        let shown = self.published.shown.remove(key);
        let own = buffer.as_ref().map(|buffer| Arc::clone(&buffer.uri));
        let uri = own.or_else(|| shown.as_ref().map(|shown| Arc::clone(&shown.uri)));
        let uri = uri.unwrap_or_else(|| Key::clone(key));
        let (shown, other) = match shown {
            Some(shown) if shown.uri != uri => (None, Some(shown)),
            shown => (shown, None),
        };
        let is_known = shown.map(|shown| shown.hash) == hash;
        if !is_known || (has_changed && !is_pulled) {
            let version = buffer.as_ref().map(|buffer| buffer.version);
            self.publish_diagnostics(&uri, version, &diagnostics.text);
        }
        if let Some(other) = other {
            let none = DiagnosticsJson::new(&[]);
            self.publish_diagnostics(&other.uri, None, &none.text);
        }
        if let Some(hash) = hash {
            self.published.shown.insert(Key::clone(key), Shown { hash, uri });
        }
    }

    fn publish_diagnostics(&self, uri: &Arc<str>, version: Option<i32>, diagnostics: &RawValue) {
        let version = version.filter(|_| self.client.diagnostic_version);
        let params = PublishParams { uri, version, diagnostics };
        let method = "textDocument/publishDiagnostics";
        let message = JsonNotification { jsonrpc: "2.0", method, params };
        _ = self.outbox.send_json(Some(Arc::clone(uri)), &message);
    }

    /// Withdraws what was published for the open documents, when the client pulls for the first time.
    pub(super) fn publish_again(&mut self) {
        let files: BTreeSet<Key> = self.published.shown.keys().cloned().collect();
        self.publish(&files);
    }

    /// Asks a client that pulls to pull again, if diagnostics have changed that it has no other reason to pull. It pulls those of
    /// the document `expected` in any case, because it has changed it.
    pub(super) fn refresh(&mut self, files: &BTreeSet<Key>, expected: Option<&Key>) {
        if !self.client.diagnostic_refresh || self.published.is_refreshing {
            return;
        }
        let published = &self.published;
        let is_pulled = |key: &Key| match self.open.get(key) {
            Some(_) => published.pulls_documents || published.pulls_workspace,
            None => published.pulls_workspace,
        };
        let has_changed = |key: &Key| {
            let items = self.results.of_file(key, &self.open);
            let current = DiagnosticsJson::new(&items).hash;
            published.pulled.get(key).map_or(!items.is_empty(), |&known| known != current)
        };
        let mut others = files.iter().filter(|key| Some(*key) != expected);
        if others.any(|key| is_pulled(key) && has_changed(key)) {
            self.published.is_refreshing = true;
            self.ask("workspace/diagnostic/refresh", Value::Null, Asked::Refresh);
        }
    }
}
