//! The client asks for diagnostics: `textDocument/diagnostic` and `workspace/diagnostic`.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use super::Session;
use super::messages::PullWorkspace;
use super::publish::{diagnostics, hash};
use crate::paths::{Key, key_of_uri};

impl Session {
    /// Notes that the client pulls. A client that says that it does shows what is published, too, so that is withdrawn.
    pub(super) fn client_pulls(&mut self, is_workspace: bool) {
        let pulls = match is_workspace {
            true => &mut self.published.pulls_workspace,
            false => &mut self.published.pulls_documents,
        };
        if self.client.pull && !*pulls {
            *pulls = true;
            self.publish_again();
        }
    }

    /// Returns the report of a document.
    pub(super) fn document_report(&mut self, key: &Key, previous: Option<&str>) -> Value {
        let items = self.results.of_file(key, &self.open);
        let diagnostics = diagnostics(&items);
        let hash = hash(&diagnostics);
        self.published.pulled.insert(Key::clone(key), hash);
        let id = format!("{hash:016x}");
        if previous == Some(id.as_str()) {
            return json!({"kind": "unchanged", "resultId": id});
        }
        json!({"kind": "full", "resultId": id, "items": diagnostics})
    }

    /// Returns the reports of the files with diagnostics, and of those of which the client has some.
    pub(super) fn workspace_report(&mut self, params: &PullWorkspace) -> Value {
        let mut uris: HashMap<Key, &str> = HashMap::new();
        let mut previous: HashMap<Key, &str> = HashMap::new();
        for one in &params.previous_result_ids {
            let (key, _) = key_of_uri(&one.uri);
            uris.insert(Key::clone(&key), &one.uri);
            previous.insert(key, &one.value);
        }
        let checked = self.results.documents().filter(|key| !key.is_empty());
        let files = self.results.files().chain(checked).chain(previous.keys());
        let files: BTreeSet<Key> = files.cloned().collect();
        let reports = files.iter().map(|key| {
            let mut report = self.document_report(key, previous.get(key).copied());
            let buffer = self.open.get(key);
            let own = buffer.map(|buffer| &*buffer.uri);
            let uri = own.or_else(|| uris.get(key).copied()).unwrap_or(key);
            if let Some(report) = report.as_object_mut() {
                report.insert("uri".to_owned(), uri.into());
                report.insert("version".to_owned(), buffer.map(|buffer| buffer.version).into());
            }
            report
        });
        json!({"items": reports.collect::<Vec<_>>()})
    }
}
