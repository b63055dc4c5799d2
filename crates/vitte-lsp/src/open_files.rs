//! The buffers of the editor.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A buffer of the editor at one version.
#[derive(Clone, Debug)]
pub(crate) struct Buffer {
    /// As the client writes it.
    pub(crate) uri: Arc<str>,
    pub(crate) language_id: Arc<str>,
    pub(crate) version: i32,
    /// `None` if the document has no file.
    pub(crate) path: Option<PathBuf>,
    pub(crate) text: Arc<str>,
    /// Whether the file contains this text.
    pub(crate) is_saved: bool,
}

/// The buffers of the editor at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenFiles {
    by_uri: HashMap<Arc<str>, Arc<Buffer>>,
    uri_by_path: HashMap<PathBuf, Arc<str>>,
}

impl OpenFiles {
    pub(crate) fn get(&self, uri: &str) -> Option<&Arc<Buffer>> {
        self.by_uri.get(uri)
    }

    pub(crate) fn at_path(&self, path: &Path) -> Option<&Arc<Buffer>> {
        self.get(self.uri_by_path.get(path)?)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Buffer>> {
        self.by_uri.values()
    }

    /// Adds a buffer, or replaces the one with the same URI.
    pub(crate) fn insert(&mut self, buffer: Buffer) {
        if let Some(path) = &buffer.path {
            self.uri_by_path.insert(path.clone(), Arc::clone(&buffer.uri));
        }
        self.by_uri.insert(Arc::clone(&buffer.uri), Arc::new(buffer));
    }

    pub(crate) fn remove(&mut self, uri: &str) -> Option<Arc<Buffer>> {
        let buffer = self.by_uri.remove(uri)?;
        if let Some(path) = buffer.path.as_deref() {
            // Another URI may name the same file.
            if self.uri_by_path.get(path).is_some_and(|other| **other == *uri) {
                self.uri_by_path.remove(path);
            }
        }
        Some(buffer)
    }
}
