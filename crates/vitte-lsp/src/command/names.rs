//! The files that a compiler names in its output.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use vitte_diag::read::InputFiles;
use vitte_diag::{FileId, SourceFile};

use super::overlay::Overlay;
use crate::document::Document;
use crate::paths::normalized;
use crate::workspace::Workspace;

/// What compilers call standard input.
const STDIN_NAMES: [&str; 5] = ["<stdin>", "-", "<anon>", "/dev/stdin", "stdin"];

/// What a compiler read, and where it ran.
#[derive(Debug)]
pub(super) struct Names<'a> {
    pub(super) document: &'a Document,
    /// The path at which the compiler found the document.
    pub(super) file: &'a Path,
    /// Whether it read the document from standard input, and the other name that it has then.
    pub(super) stdin: Option<Option<&'a str>>,
    /// The working directory, as an absolute path outside of the overlay.
    pub(super) cwd: &'a Path,
    pub(super) overlay: Option<&'a Overlay>,
}

/// A file that a compiler named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Named {
    Document,
    /// Its absolute path.
    File(PathBuf),
    /// A source that is not a file, such as `<command-line>`.
    Virtual,
}

impl Names<'_> {
    pub(super) fn resolve(&self, path: &str) -> Named {
        if path == self.document.source().path() || self.is_stdin(path) {
            return Named::Document;
        }
        if SourceFile::is_virtual_path(path) {
            return Named::Virtual;
        }
        let path = Path::new(path);
        let real = match self.overlay.and_then(|overlay| overlay.real(path)) {
            Some(real) => real,
            None => normalized(&self.cwd.join(path)),
        };
        if self.is_document(path) || self.is_document(&real) {
            return Named::Document;
        }
        Named::File(self.without_canonical_cwd(real))
    }

    fn is_stdin(&self, path: &str) -> bool {
        let Some(name) = self.stdin else { return false };
        let is_name = |path: &str| STDIN_NAMES.contains(&path) || name == Some(path);
        let inner = Path::new(path).strip_prefix(self.cwd).ok().and_then(Path::to_str);
        is_name(path) || inner.is_some_and(is_name)
    }

    fn is_document(&self, path: &Path) -> bool {
        // In JSON, what is not UTF-8 in a path is replaced.
        let is_same = |own: &Path| own == path || own.to_string_lossy() == path.to_string_lossy();
        is_same(self.file) || self.document.path().is_some_and(is_same)
    }

    /// Some compilers resolve links in the paths of sources. Editors do not.
    fn without_canonical_cwd(&self, path: PathBuf) -> PathBuf {
        if path.starts_with(self.cwd) {
            return path;
        }
        let canonical = fs::canonicalize(self.cwd).ok();
        let inner = canonical.and_then(|cwd| path.strip_prefix(cwd).map(ToOwned::to_owned).ok());
        inner.map_or(path, |inner| self.cwd.join(inner))
    }
}

/// The files of an output in a workspace.
#[derive(Debug)]
pub(super) struct Files<'a> {
    names: &'a Names<'a>,
    workspace: &'a mut Workspace,
    /// `None` for a file that is not here.
    ids: HashMap<PathBuf, Option<FileId>>,
}

impl<'a> Files<'a> {
    pub(super) fn new(names: &'a Names<'a>, workspace: &'a mut Workspace) -> Self {
        Self { names, workspace, ids: HashMap::new() }
    }

    pub(super) const fn workspace(&mut self) -> &mut Workspace {
        self.workspace
    }

    /// Returns the file with a path of the output, or `None` if it is not here.
    pub(super) fn find(&mut self, path: &str) -> Option<FileId> {
        match self.names.resolve(path) {
            Named::Document => Some(self.names.document.file()),
            Named::Virtual => None,
            Named::File(path) => match self.ids.get(&path) {
                Some(id) => *id,
                None => {
                    let id = self.workspace.load(&path).ok();
                    self.ids.insert(path, id);
                    id
                }
            },
        }
    }
}

impl InputFiles for Files<'_> {
    fn path<'p>(&self, path: &'p str) -> Cow<'p, str> {
        match self.names.resolve(path) {
            Named::Document => self.names.document.source().path().to_owned().into(),
            Named::Virtual => path.into(),
            Named::File(path) => path.to_string_lossy().into_owned().into(),
        }
    }

    fn load(&mut self, path: &str) -> Option<Vec<u8>> {
        let id = self.find(path)?;
        let file = self.workspace.sources().file(id).ok()?;
        Some(file.bytes().to_vec())
    }
}
