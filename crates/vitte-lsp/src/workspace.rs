//! What a check sees of the workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use vitte_diag::{FileId, Policy, SourceError, SourceMap, SourceText, Tool};

use crate::cancel::Cancellation;
use crate::catch;
use crate::document::Document;
use crate::open_files::{Buffer, OpenFiles};
use crate::paths::{Key, key_of_path, normalized};
use crate::progress::Progress;

/// The workspace at the moment at which a check began. Files that are open in the editor have the text of their
/// buffers.
#[derive(Debug)]
pub struct Workspace {
    sources: SourceMap,
    root: Option<PathBuf>,
    open: Arc<OpenFiles>,
    policy: Policy,
    settings: Arc<Value>,
    tool: Option<Tool>,
    cancellation: Cancellation,
    progress: Progress,
    /// The files that were loaded, by their absolute paths.
    loaded: BTreeMap<PathBuf, FileId>,
    /// The files that the result depends on, even if they could not be loaded.
    dependencies: BTreeSet<PathBuf>,
}

/// What all checks that begin at one moment share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) root: Option<PathBuf>,
    pub(crate) open: Arc<OpenFiles>,
    pub(crate) policy: Policy,
    /// The settings of the client, from which the policy is made.
    pub(crate) settings: Arc<Value>,
}

/// The document to check.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Buffer(Arc<Buffer>),
    /// A file that is not open.
    File {
        path: PathBuf,
    },
}

impl Target {
    /// Returns the key of the document.
    pub(crate) fn key(&self) -> Key {
        match self {
            Self::Buffer(buffer) => Arc::clone(&buffer.key),
            Self::File { path } => key_of_path(path),
        }
    }
}

impl Workspace {
    /// Creates the workspace of one check, and its document.
    ///
    /// # Errors
    ///
    /// The errors of [`SourceMap::load`], if the document cannot be read.
    pub(crate) fn new(
        snapshot: &Snapshot,
        target: &Target,
        cancellation: Cancellation,
        progress: Progress,
    ) -> Result<(Self, Document), SourceError> {
        let root = snapshot.root.clone();
        let mut workspace = Self {
            sources: root.as_ref().map_or_else(SourceMap::new, SourceMap::with_root),
            root,
            open: Arc::clone(&snapshot.open),
            policy: snapshot.policy.clone(),
            settings: Arc::clone(&snapshot.settings),
            tool: None,
            cancellation,
            progress,
            loaded: BTreeMap::new(),
            dependencies: BTreeSet::new(),
        };
        let document = workspace.add(target)?;
        Ok((workspace, document))
    }

    fn add(&mut self, target: &Target) -> Result<Document, SourceError> {
        let id = match target {
            Target::Buffer(buffer) => match &buffer.path {
                Some(path) => self.load(path)?,
                None => {
                    self.sources.add(&*buffer.uri, SourceText::from(Arc::clone(&buffer.text)))?
                }
            },
            Target::File { path } => self.load(path)?,
        };
        let source = self.sources.file_arc(id)?;
        Ok(match target {
            Target::Buffer(buffer) => Document {
                uri: Arc::clone(&buffer.uri),
                language_id: Arc::clone(&buffer.language_id),
                version: Some(buffer.version),
                path: buffer.path.clone(),
                is_saved: buffer.is_saved,
                source,
            },
            Target::File { path } => Document {
                uri: target.key(),
                language_id: "".into(),
                version: None,
                path: Some(path.clone()),
                is_saved: true,
                source,
            },
        })
    }

    /// Returns the sources, the files that the result depends on, and the tool if it was set.
    pub(crate) fn into_parts(self) -> (SourceMap, BTreeSet<PathBuf>, Option<Tool>) {
        (self.sources, self.dependencies, self.tool)
    }

    /// Returns the sources: the document, and the files that the check has loaded. Spans of diagnostics are in it.
    #[must_use]
    pub const fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// Returns the sources, to add files to them that are not on disk.
    #[must_use]
    pub const fn sources_mut(&mut self) -> &mut SourceMap {
        &mut self.sources
    }

    /// Returns the root of the workspace, or of its first folder. Returns `None` if the editor has only opened a file.
    #[must_use]
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// Returns the levels and the limit of errors that the user has configured. The server applies them to the result of the
    /// check, too, so a compiler may ignore them.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns true if the result of this check will not be used, because a file has changed.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }

    /// Returns the state of [`is_cancelled`](Self::is_cancelled), for other threads.
    #[must_use]
    pub fn cancellation(&self) -> Cancellation {
        self.cancellation.clone()
    }

    /// Shows the user what the check is doing, and how much of it is done, in percent. Editors show it only if the check
    /// takes long.
    pub fn report_progress(&self, message: impl Into<String>, percent: impl Into<Option<u32>>) {
        self.progress.report(message.into(), percent.into());
    }

    /// Loads another file, such as an imported one: its buffer if it is open in the editor, otherwise from disk. A
    /// relative path is resolved against the [root](Self::root). A file that is loaded twice has one id.
    ///
    /// When the file changes, is created or removed, the document is checked again.
    ///
    /// # Errors
    ///
    /// The errors of [`SourceMap::load`].
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<FileId, SourceError> {
        let path = self.absolute(path.as_ref());
        if let Some(&id) = self.loaded.get(&path) {
            return Ok(id);
        }
        self.dependencies.insert(path.clone());
        let id = match self.open.at_path(&path) {
            Some(buffer) => self.sources.add(&path, SourceText::from(Arc::clone(&buffer.text)))?,
            None => self.sources.load(&path)?,
        };
        self.loaded.insert(path, id);
        catch::set_sources(&self.sources);
        Ok(id)
    }

    /// Returns the absolute paths of the buffers that the user has changed and not saved.
    pub fn unsaved(&self) -> impl Iterator<Item = (&Path, &str)> {
        let unsaved = self.open.iter().filter(|buffer| !buffer.is_saved);
        unsaved.filter_map(|buffer| Some((buffer.path.as_deref()?, &*buffer.text)))
    }

    /// Sets the tool that has found the diagnostics, instead of that of the server.
    pub(crate) fn set_tool(&mut self, tool: Tool) {
        self.tool = Some(tool);
    }

    pub(crate) fn open(&self) -> &OpenFiles {
        &self.open
    }

    pub(crate) fn settings(&self) -> &Value {
        &self.settings
    }

    /// Adds files that the result depends on.
    pub(crate) fn add_dependencies(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        self.dependencies.extend(paths);
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        let path = self.root.as_ref().map_or_else(|| path.to_owned(), |root| root.join(path));
        normalized(&std::path::absolute(&path).unwrap_or(path))
    }
}
