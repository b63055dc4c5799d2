//! The document that a check is about.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use vitte_diag::{FileId, SourceFile};

/// The document that a check is about: the buffer of an editor, or a file of the workspace that is not open.
#[derive(Clone, Debug)]
pub struct Document {
    pub(crate) uri: Arc<str>,
    pub(crate) language_id: Arc<str>,
    pub(crate) version: Option<i32>,
    pub(crate) path: Option<PathBuf>,
    pub(crate) is_saved: bool,
    pub(crate) source: Arc<SourceFile>,
}

impl Document {
    /// Returns the URI as the client writes it.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Returns the identifier of the language that the client sent, such as `rust`. It is empty if the document is not
    /// open.
    #[must_use]
    pub fn language_id(&self) -> &str {
        &self.language_id
    }

    /// Returns the version of the buffer, or `None` if the document is not open.
    #[must_use]
    pub const fn version(&self) -> Option<i32> {
        self.version
    }

    /// Returns the absolute path of the file, which need not exist. Returns `None` for a document without a file, such as
    /// a new buffer without a name.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Returns true if the file contains the text of the buffer: after it was opened or saved, until the next change. Always true for
    /// a document that is not open.
    #[must_use]
    pub const fn is_saved(&self) -> bool {
        self.is_saved
    }

    /// Returns the document as a source file. It is in [`Workspace::sources`](crate::Workspace::sources), with its path relative to
    /// the root of the workspace.
    #[must_use]
    pub fn source(&self) -> &SourceFile {
        &self.source
    }

    /// Returns the id of the document in [`Workspace::sources`](crate::Workspace::sources), for spans.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.source.id()
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source.text()
    }
}
