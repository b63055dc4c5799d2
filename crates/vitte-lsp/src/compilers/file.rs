//! The compilers that `vitte.toml` in the root of a workspace configures.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use vitte_diag::input::{self, InputError};
use vitte_diag::text::one_line;
use vitte_diag::{Diagnostic, DiagnosticBag, Severity, SourceFile, SourceMap, Tool};

use super::Compilers;
use crate::document::Document;
use crate::workspace::Workspace;

/// The name of the file.
const NAME: &str = "vitte.toml";
/// The maximum size of the file in bytes.
const MAX_BYTES: u64 = 1 << 20;
/// The maximum number of mistakes that are shown with a document.
const MAX_SHOWN: usize = 10;
/// What to do without the file.
const HELP: &str =
    "write `vitte.toml` with a table `[[lsp]]`, and below it `command = [\"mycc\", \"{file}\"]`";

/// The compilers that `vitte.toml` in the root of a workspace configures. The file is read again when it changes.
#[derive(Debug, Default)]
pub struct WorkspaceCompilers {
    /// By the paths of the files.
    loaded: Mutex<HashMap<PathBuf, Loaded>>,
    was_found: AtomicBool,
}

/// The maximum number of roots whose compilers are kept.
const MAX_ROOTS: usize = 100;

/// What was read last for a root.
#[derive(Debug)]
struct Loaded {
    text: Vec<u8>,
    compilers: Result<Arc<Compilers>, Arc<ConfigError>>,
}

impl WorkspaceCompilers {
    /// Creates a list that is empty until [`load`](Self::load) or [`check`](Self::check) reads `vitte.toml`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the compilers of the workspace with a root.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] if there is no `vitte.toml`, or it cannot be read or has mistakes.
    pub fn load(&self, root: &Path) -> Result<Arc<Compilers>, Arc<ConfigError>> {
        let path = root.join(NAME);
        let text = input::read_file(&path, MAX_BYTES);
        let is_missing = |error: &InputError| match error {
            InputError::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
            _ => false,
        };
        if text.as_ref().is_err_and(is_missing) {
            return Err(Arc::new(ConfigError::Missing { path }));
        }
        self.was_found.store(true, Ordering::Relaxed);
        let text = match text {
            Ok(text) => text,
            Err(error) => {
                let reason = error.to_string();
                return Err(Arc::new(ConfigError::Unreadable { path, reason }));
            }
        };
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = loaded.get(&path).filter(|own| own.text == text) {
            return loaded.compilers.clone();
        }
        let compilers = parse(&path, &text).map(Arc::new).map_err(Arc::new);
        if loaded.len() >= MAX_ROOTS {
            loaded.clear();
        }
        loaded.insert(path, Loaded { text, compilers: compilers.clone() });
        compilers
    }

    /// Runs the compilers of a document, and returns their diagnostics. Mistakes in `vitte.toml` are shown in it, and with each
    /// document. Without a root, that of the document is its directory.
    #[must_use]
    pub fn check(&self, workspace: &mut Workspace, document: &Document) -> DiagnosticBag {
        let dir = document.path().and_then(Path::parent);
        let Some(root) = workspace.root().or(dir).map(Path::to_owned) else {
            let error = Diagnostic::for_file(
                Severity::Error,
                None,
                document.file(),
                "the workspace has no root",
            );
            return bag([error.with_help("open a folder with a `vitte.toml`")]);
        };
        let path = root.join(NAME);
        if document.path() == Some(&path) {
            workspace.set_tool(own_tool());
            return bag(Compilers::parse(document.source()).err().unwrap_or_default());
        }
        // Documents are checked again when the file changes.
        let file = workspace.load(&path).ok();
        match self.load(&root) {
            Ok(compilers) => compilers.check(workspace, document),
            Err(error) => {
                workspace.set_tool(own_tool());
                let file = file.and_then(|id| workspace.sources().file(id).ok());
                bag([error.diagnostic(document, file)])
            }
        }
    }

    /// Returns the page of a code from the first of the compilers that has one.
    #[must_use]
    pub fn explain(&self, code: &str) -> Option<String> {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = loaded
            .iter()
            .filter_map(|(path, own)| Some((path.clone(), own.compilers.clone().ok()?)))
            .collect();
        // No command may run while another thread waits for the lock.
        drop(loaded);
        all.sort_by(|(path, _), (other, _)| path.cmp(other));
        all.into_iter().find_map(|(path, compilers)| compilers.explain(path.parent(), code))
    }

    /// Returns true if there was a `vitte.toml`, with or without mistakes.
    #[must_use]
    pub fn was_found(&self) -> bool {
        self.was_found.load(Ordering::Relaxed)
    }
}

/// Returns the tool that finds mistakes in `vitte.toml`. No compiler has found them.
fn own_tool() -> Tool {
    Tool::new("vitte", "unknown")
}

fn parse(path: &Path, text: &[u8]) -> Result<Compilers, ConfigError> {
    let mut sources = SourceMap::new();
    let id = sources.insert(path, text);
    let unreadable = |error: &dyn fmt::Display| ConfigError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let file = sources.file_arc(id).map_err(|error| unreadable(&error))?;
    if file.is_lossy() {
        return Err(unreadable(&"it is not UTF-8"));
    }
    Compilers::parse(&file).map_err(|mistakes| ConfigError::Invalid { sources, mistakes })
}

fn bag(diagnostics: impl IntoIterator<Item = Diagnostic>) -> DiagnosticBag {
    diagnostics.into_iter().collect()
}

/// Why `vitte.toml` configures no compilers.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// There is no such file.
    Missing {
        /// Its path.
        path: PathBuf,
    },
    /// The file cannot be read.
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file has mistakes.
    Invalid {
        /// The file.
        sources: SourceMap,
        /// The mistakes, in `sources`. There is at least one.
        mistakes: Vec<Diagnostic>,
    },
}

impl ConfigError {
    /// Returns the error of a document that cannot be checked, with the mistakes in `file`.
    fn diagnostic(&self, document: &Document, file: Option<&SourceFile>) -> Diagnostic {
        let message = self.to_string();
        let error = Diagnostic::for_file(Severity::Error, None, document.file(), message);
        match self {
            Self::Missing { .. } => error.with_help(HELP),
            Self::Unreadable { .. } => error,
            Self::Invalid { .. } => {
                // In an unsaved buffer the mistakes may be at other locations, or fixed.
                let mistakes =
                    file.and_then(|file| Compilers::parse(file).err()).unwrap_or_default();
                mistakes
                    .into_iter()
                    .take(MAX_SHOWN)
                    .fold(error, |error, own| error.with_nested(None, own))
            }
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &Path| one_line(&path.to_string_lossy()).into_owned();
        match self {
            Self::Missing { path } => {
                write!(f, "no compiler is configured: there is no `{}`", shown(path))
            }
            Self::Unreadable { path, reason } => {
                write!(f, "cannot read `{}`: {reason}", shown(path))
            }
            Self::Invalid { sources, mistakes } => {
                let Some(first) = mistakes.first() else {
                    return f.write_str("`vitte.toml` is invalid");
                };
                let at = first.primary().and_then(|label| sources.location(label.span()).ok());
                match at {
                    Some(at) => write!(f, "cannot use {at}: {}", first.message()),
                    None => write!(f, "cannot use `vitte.toml`: {}", first.message()),
                }?;
                match mistakes.len() - 1 {
                    0 => Ok(()),
                    count => write!(f, ", and {}", vitte_diag::text::more("mistake", count)),
                }
            }
        }
    }
}

impl std::error::Error for ConfigError {}
