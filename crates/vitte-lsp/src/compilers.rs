//! The compilers of a workspace.

mod file;
mod last;
mod tables;

use std::path::Path;

use vitte_diag::{Diagnostic, DiagnosticBag, SourceFile, Tool};

pub use self::file::{ConfigError, WorkspaceCompilers};
use self::last::LastResults;
use crate::command::{CompilerCommand, ExplainCommand, extension_of};
use crate::config::{RunOn, Scope};
use crate::document::Document;
use crate::workspace::Workspace;

/// A compiler that is run as a command, and which documents it checks.
#[derive(Debug)]
pub struct Compiler {
    command: CompilerCommand,
    name: String,
    extensions: Vec<String>,
    run_on: RunOn,
    scope: Scope,
    explain: Option<ExplainCommand>,
    codes_url: Option<String>,
    last: LastResults,
}

impl Compiler {
    /// Creates a compiler that checks all documents when they change. If it
    /// [needs saved files](CompilerCommand::needs_saved_files), it checks the whole workspace when a document is saved. Its name
    /// is that of the program.
    #[must_use]
    pub fn new(command: CompilerCommand) -> Self {
        let (run_on, scope) = match command.needs_saved_files() {
            true => (RunOn::Save, Scope::Workspace),
            false => (RunOn::Change, Scope::Document),
        };
        Self {
            name: command.name(),
            command,
            extensions: Vec::new(),
            run_on,
            scope,
            explain: None,
            codes_url: None,
            last: LastResults::default(),
        }
    }

    /// Sets the name that editors show beside diagnostics.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the extensions of the documents that it checks, such as `c`. None, the default, are all.
    #[must_use]
    pub fn extensions<E: Into<String>>(mut self, extensions: impl IntoIterator<Item = E>) -> Self {
        let extensions = extensions.into_iter().map(Into::into);
        self.extensions = extensions.map(|own| own.trim_start_matches('.').to_owned()).collect();
        self
    }

    /// Sets when documents are checked. Default: see [`new`](Self::new).
    #[must_use]
    pub const fn run_on(mut self, run_on: RunOn) -> Self {
        self.run_on = run_on;
        self
    }

    /// Sets what one run is about. Default: see [`new`](Self::new).
    #[must_use]
    pub const fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Sets the command that prints the page of a code. Default: none.
    #[must_use]
    pub fn explain(mut self, command: impl Into<Option<ExplainCommand>>) -> Self {
        self.explain = command.into();
        self
    }

    /// Sets the [URL](Tool::with_codes_url) at which the codes are explained. Default: none.
    #[must_use]
    pub fn codes_url(mut self, url: impl Into<Option<String>>) -> Self {
        self.codes_url = url.into();
        self
    }

    fn tool(&self) -> Tool {
        let tool = Tool::new(self.name.clone(), "unknown");
        match &self.codes_url {
            Some(url) => tool.with_codes_url(url),
            None => tool,
        }
    }

    fn checks(&self, document: &Document) -> bool {
        let name = document.path().and_then(|path| path.file_name());
        let name = name.map(|name| name.to_string_lossy());
        let language = format!("untitled.{}", extension_of(document.language_id()));
        let name = name.as_deref().unwrap_or(&language);
        let has = |own: &String| {
            let stem = name.strip_suffix(own.as_str()).and_then(|rest| rest.strip_suffix('.'));
            stem.is_some_and(|stem| !stem.is_empty())
        };
        self.extensions.is_empty() || self.extensions.iter().any(has)
    }
}

/// The compilers of a workspace.
#[derive(Debug, Default)]
pub struct Compilers(Vec<Compiler>);

impl Compilers {
    /// Creates a list of compilers.
    #[must_use]
    pub fn new(compilers: impl IntoIterator<Item = Compiler>) -> Self {
        Self(compilers.into_iter().collect())
    }

    /// Reads the tables `[[lsp]]` of `vitte.toml`.
    ///
    /// # Errors
    ///
    /// What is wrong, with its locations in `file`: what is not TOML, keys and values that are not known, and tables without a command.
    pub fn parse(file: &SourceFile) -> Result<Self, Vec<Diagnostic>> {
        tables::parse(file).map(Self)
    }

    /// Returns the tool of the compilers: the name and the URL of the codes that they have in common. A document that one of them
    /// checks has the name and the URL of that one.
    #[must_use]
    pub fn tool(&self) -> Tool {
        let tool = Tool::new(
            common(&self.0, |own| &own.name).map_or("vitte", |name| name).to_owned(),
            "unknown",
        );
        match common(&self.0, |own| &own.codes_url) {
            Some(Some(url)) => tool.with_codes_url(url),
            _ => tool,
        }
    }

    /// Returns when a server has to check documents: when they are saved, if that is enough for all compilers.
    #[must_use]
    pub fn run_on(&self) -> RunOn {
        common(&self.0, |own| &own.run_on).copied().unwrap_or_default()
    }

    /// Returns what one check is about: the workspace, if that holds for all compilers.
    #[must_use]
    pub fn scope(&self) -> Scope {
        common(&self.0, |own| &own.scope).copied().unwrap_or_default()
    }

    /// Returns true if one of the compilers has a command that explains codes.
    #[must_use]
    pub fn has_pages(&self) -> bool {
        self.0.iter().any(|own| own.explain.is_some())
    }

    /// Returns true if there is no compiler.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Runs the compilers of a document, one after another, and returns their diagnostics.
    ///
    /// A compiler that runs on save returns its last diagnostics, without suggestions, while the document is not saved. If the
    /// compilers have different [scopes](Scope), those that check the workspace return only the diagnostics of the document.
    #[must_use]
    pub fn check(&self, workspace: &mut Workspace, document: &Document) -> DiagnosticBag {
        let mut bag = DiagnosticBag::new();
        let compilers: Vec<_> = self.0.iter().filter(|own| own.checks(document)).collect();
        if let [only] = compilers.as_slice() {
            workspace.set_tool(only.tool());
        }
        for compiler in compilers {
            let is_waiting = compiler.run_on == RunOn::Save && !document.is_saved();
            let last = is_waiting.then(|| compiler.last.get(workspace, document)).flatten();
            let found = match last {
                Some(last) => last,
                None => {
                    let found = compiler.command.check(workspace, document);
                    if compiler.run_on == RunOn::Save && !workspace.is_cancelled() {
                        compiler.last.set(document, &found, workspace.sources());
                    }
                    found
                }
            };
            if compiler.scope == self.scope() {
                bag.merge(found);
                continue;
            }
            let path = document.source().path();
            for entry in found.iter() {
                let file = entry.diagnostic.file().map(|id| workspace.sources().file(id));
                if file.is_none_or(|file| file.is_ok_and(|file| file.path() == path)) {
                    bag.push(entry.diagnostic.clone());
                }
            }
        }
        if workspace.is_cancelled() { DiagnosticBag::new() } else { bag }
    }

    /// Returns the page of a code from the first compiler that has one. The commands run in the root of the workspace.
    #[must_use]
    pub fn explain(&self, root: Option<&Path>, code: &str) -> Option<String> {
        self.0.iter().filter_map(|own| own.explain.as_ref()).find_map(|own| own.explain(root, code))
    }
}

/// Returns what all compilers have in common.
fn common<'c, T: PartialEq>(
    compilers: &'c [Compiler],
    of: impl Fn(&'c Compiler) -> &'c T,
) -> Option<&'c T> {
    let mut all = compilers.iter().map(of);
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests;
