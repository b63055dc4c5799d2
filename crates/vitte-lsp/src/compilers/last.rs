//! The last diagnostics of compilers that run when a document is saved.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{ColumnUnit, DiagnosticBag, SourceMap};

use crate::command::read_lines;
use crate::document::Document;
use crate::workspace::Workspace;

/// The maximum number of documents whose diagnostics are kept.
const MAX_DOCUMENTS: usize = 1000;

/// The diagnostics of each document as JSON, which has their locations in the text that the compiler read.
#[derive(Debug, Default)]
pub(super) struct LastResults(Mutex<HashMap<String, String>>);

impl LastResults {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the diagnostics of a document, without suggestions, which are only valid for the text that was checked.
    pub(super) fn set(&self, document: &Document, bag: &DiagnosticBag, sources: &SourceMap) {
        let mut lines = Vec::new();
        for entry in bag.iter() {
            let mut json = JsonDiagnostic::new(sources, entry.diagnostic, ColumnUnit::Char);
            json.suggestions.clear();
            json.children.iter_mut().for_each(|child| child.suggestions.clear());
            lines.extend(json.to_line().unwrap_or_default());
        }
        let mut all = self.lock();
        if all.len() < MAX_DOCUMENTS || all.contains_key(document.uri()) {
            all.insert(document.uri().to_owned(), String::from_utf8_lossy(&lines).into_owned());
        }
    }

    /// Returns the diagnostics of a document, or `None` if it was not checked yet.
    pub(super) fn get(
        &self,
        workspace: &mut Workspace,
        document: &Document,
    ) -> Option<DiagnosticBag> {
        let lines = self.lock().get(document.uri())?.clone();
        let mut bag = DiagnosticBag::new();
        let diagnostics = read_lines(&lines, workspace, document);
        diagnostics.into_iter().for_each(|diagnostic| _ = bag.push(diagnostic));
        Some(bag)
    }
}
