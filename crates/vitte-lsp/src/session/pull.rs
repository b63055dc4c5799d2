//! The client asks for diagnostics: `textDocument/diagnostic` and `workspace/diagnostic`.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use serde_json::value::RawValue;

use super::Session;
use super::messages::PullWorkspace;
use super::publish::DiagnosticsJson;
use crate::config::RunOn;
use crate::paths::{Key, key_of_uri};

/// The report of a document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    kind: &'static str,
    result_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Box<RawValue>>,
    /// Only in the report of a workspace, as is the version, which is null for a file that is not open.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Option<i32>>,
}

impl Report {
    const fn unchanged(result_id: String) -> Self {
        Self { kind: "unchanged", result_id, items: None, uri: None, version: None }
    }
}

/// The report of a workspace.
#[derive(Serialize)]
pub(super) struct WorkspaceReport {
    items: Vec<Report>,
}

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
    pub(super) fn document_report(&mut self, key: &Key, previous: Option<&str>) -> Report {
        let document = self.document_of(key);
        if let Some(previous) = previous.filter(|_| {
            // Documents that are checked when they are saved: the client moves what it shows.
            self.config.run_on == RunOn::Save
                && self.results.is_outdated(&document, key, &self.open)
                && !self.schedule.is_busy(&document)
        }) {
            return Report::unchanged(previous.to_owned());
        }
        let diagnostics = DiagnosticsJson::new(&self.results.of_file(key, &self.open));
        self.published.pulled.insert(Key::clone(key), diagnostics.hash);
        let result_id = format!("{:016x}", diagnostics.hash);
        if previous == Some(result_id.as_str()) {
            return Report::unchanged(result_id);
        }
        let items = Some(diagnostics.text);
        Report { kind: "full", result_id, items, uri: None, version: None }
    }

    /// Returns the reports of the files with diagnostics, and of those of which the client has some.
    pub(super) fn workspace_report(&mut self, params: &PullWorkspace) -> WorkspaceReport {
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
            report.uri = Some(uri.to_owned());
            report.version = Some(buffer.map(|buffer| buffer.version));
            report
        });
        WorkspaceReport { items: reports.collect() }
    }
}
