//! Diagnostics are sent to the client: of the files in which they have changed, and only of those.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use lsp_server::Notification;
use serde::Serialize;
use serde_json::Value;
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
    diagnostics: &'a [&'a LspDiagnostic],
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
        let diagnostics: Vec<&LspDiagnostic> =
            items.iter().map(|item| &item.item.diagnostic).collect();
        let hash = (!diagnostics.is_empty()).then(|| hash(&diagnostics));
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
            self.publish_diagnostics(&uri, version, &diagnostics);
        }
        if let Some(other) = other {
            self.publish_diagnostics(&other.uri, None, &[]);
        }
        if let Some(hash) = hash {
            self.published.shown.insert(Key::clone(key), Shown { hash, uri });
        }
    }

    fn publish_diagnostics(
        &self,
        uri: &Arc<str>,
        version: Option<i32>,
        diagnostics: &[&LspDiagnostic],
    ) {
        let version = version.filter(|_| self.client.diagnostic_version);
        let params = PublishParams { uri, version, diagnostics };
        let method = "textDocument/publishDiagnostics".to_owned();
        self.send(Some(Arc::clone(uri)), &Notification::new(method, params).into());
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
            let current = hash(&diagnostics(&items));
            published.pulled.get(key).map_or(!items.is_empty(), |&known| known != current)
        };
        let mut others = files.iter().filter(|key| Some(*key) != expected);
        if others.any(|key| is_pulled(key) && has_changed(key)) {
            self.published.is_refreshing = true;
            self.ask("workspace/diagnostic/refresh", Value::Null, Asked::Refresh);
        }
    }
}

/// Returns a hash of diagnostics, all of which the client sees.
pub(super) fn hash(diagnostics: &[&LspDiagnostic]) -> u64 {
    struct Hashing(DefaultHasher);
    impl std::io::Write for Hashing {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.write(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut hashing = Hashing(DefaultHasher::new());
    diagnostics.len().hash(&mut hashing.0);
    // Serialising to a hash cannot fail.
    _ = serde_json::to_writer(&mut hashing, diagnostics);
    hashing.0.finish()
}

/// Returns the diagnostics of items.
pub(super) fn diagnostics<'a>(items: &[FileItem<'a>]) -> Vec<&'a LspDiagnostic> {
    items.iter().map(|item| &item.item.diagnostic).collect()
}
