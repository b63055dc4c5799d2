//! The buffers of the editor.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::paths::{Key, key_of_path};

/// A buffer of the editor at one version.
#[derive(Clone, Debug)]
pub(crate) struct Buffer {
    pub(crate) key: Key,
    /// As the client writes it.
    pub(crate) uri: Arc<str>,
    pub(crate) language_id: Arc<str>,
    pub(crate) version: i32,
    /// The number of this text in the session. Versions are numbers of the client, which may repeat them.
    pub(crate) revision: u64,
    /// `None` if the document has no file.
    pub(crate) path: Option<PathBuf>,
    pub(crate) text: Arc<str>,
    /// Whether the file contains this text.
    pub(crate) is_saved: bool,
}

/// The buffers of the editor at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenFiles(HashMap<Key, Arc<Buffer>>);

impl OpenFiles {
    pub(crate) fn get(&self, key: &str) -> Option<&Arc<Buffer>> {
        self.0.get(key)
    }

    pub(crate) fn at_path(&self, path: &Path) -> Option<&Arc<Buffer>> {
        self.get(&key_of_path(path))
    }

    pub(crate) fn version(&self, key: &str) -> Option<i32> {
        self.get(key).map(|buffer| buffer.version)
    }

    pub(crate) fn revision(&self, key: &str) -> Option<u64> {
        self.get(key).map(|buffer| buffer.revision)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Buffer>> {
        self.0.values()
    }

    /// Adds a buffer, or replaces the one with the same key.
    pub(crate) fn insert(&mut self, buffer: Buffer) {
        self.0.insert(Arc::clone(&buffer.key), Arc::new(buffer));
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<Arc<Buffer>> {
        self.0.remove(key)
    }
}
