//! A workspace on disk and the buffers of an editor.

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use vitte_diag::{DiagnosticBag, SourceMap};

use crate::cancel::Cancellation;
use crate::command::CompilerCommand;
use crate::document::Document;
use crate::open_files::{Buffer, OpenFiles};
use crate::paths::key_of_path;
use crate::progress::Progress;
use crate::workspace::{Snapshot, Target, Workspace};

pub(crate) struct Fixture {
    _dir: TempDir,
    dir: PathBuf,
    pub(crate) root: Option<PathBuf>,
    open: OpenFiles,
    pub(crate) cancellation: Cancellation,
}

impl Fixture {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let dir = temporary.path().canonicalize().unwrap();
        for (name, text) in files {
            let path = dir.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let root = Some(dir.clone());
        let (open, cancellation) = (OpenFiles::default(), Cancellation::default());
        Self { _dir: temporary, dir, root, open, cancellation }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Opens a file with a text that is not saved.
    pub(crate) fn open(&mut self, name: &str, text: &str) {
        let path = Some(self.path(name));
        self.insert(name, "", path, text);
    }

    pub(crate) fn open_untitled(&mut self, uri: &str, language_id: &str, text: &str) {
        self.insert(uri, language_id, None, text);
    }

    fn insert(&mut self, uri: &str, language_id: &str, path: Option<PathBuf>, text: &str) {
        let key = path.as_deref().map_or_else(|| uri.into(), key_of_path);
        let (uri, language_id, text) = (uri.into(), language_id.into(), text.into());
        self.open.insert(Buffer {
            key,
            uri,
            language_id,
            version: 1,
            revision: 0,
            path,
            text,
            is_saved: false,
        });
    }

    pub(crate) fn close(&mut self, name: &str) {
        self.open.remove(&key_of_path(&self.path(name)));
    }

    pub(crate) fn workspace(&self, name: &str) -> (Workspace, Document) {
        let open = Arc::new(self.open.clone());
        let snapshot = Snapshot { root: self.root.clone(), open, ..Snapshot::default() };
        let open_file = self.open.at_path(&self.path(name));
        let target = match open_file.or_else(|| self.open.get(name)) {
            Some(buffer) => Target::Buffer(Arc::clone(buffer)),
            None => Target::File { path: self.path(name) },
        };
        let cancellation = self.cancellation.clone();
        Workspace::new(&snapshot, &target, cancellation, Progress::default()).unwrap()
    }

    /// Opens a file with the text on disk.
    pub(crate) fn save(&mut self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
        self.open.remove(&key_of_path(&self.path(name)));
    }

    /// Checks a document. Each diagnostic is its location, if it has one, its title, and its notes on lines of their own.
    pub(crate) fn check(&self, command: &CompilerCommand, name: &str) -> Vec<String> {
        self.check_with(name, |workspace, document| command.check(workspace, document))
    }

    pub(crate) fn check_with(
        &self,
        name: &str,
        check: impl FnOnce(&mut Workspace, &Document) -> DiagnosticBag,
    ) -> Vec<String> {
        let (mut workspace, document) = self.workspace(name);
        let bag = check(&mut workspace, &document);
        shown(&bag, workspace.sources())
    }
}

pub(crate) fn shown(bag: &DiagnosticBag, sources: &SourceMap) -> Vec<String> {
    let show = |diagnostic: &vitte_diag::Diagnostic| {
        let at = match (diagnostic.primary(), diagnostic.file()) {
            (Some(label), _) => format!("{}: ", sources.location(label.span()).unwrap()),
            (None, Some(file)) => format!("{}: ", sources.file(file).unwrap().path()),
            (None, None) => String::new(),
        };
        let notes: String = diagnostic.notes().map(|note| format!("\n{note}")).collect();
        format!("{at}{diagnostic}{notes}")
    };
    bag.iter().map(|entry| show(entry.diagnostic)).collect()
}

/// Creates a command that runs a shell script with `{file}` as `$1`.
pub(crate) fn shell(script: &str) -> CompilerCommand {
    CompilerCommand::new("sh", ["-c", script, "mycc", "{file}"]).unwrap()
}
