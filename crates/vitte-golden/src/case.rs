//! A case, as the compiler under test sees it.

use std::path::{Path, PathBuf};

use vitte_diag::{Diagnostic, DiagnosticBag, FileId, SourceFile, SourceMap};

/// One case: a source file and the options that its directives set.
///
/// ```no_run
/// use vitte_diag::DiagnosticBag;
/// use vitte_golden::Case;
///
/// fn compile(case: &mut Case) -> DiagnosticBag {
///     let mut bag = DiagnosticBag::new();
///     if case.text().is_empty() {
///         bag.push_error(None, vitte_diag::Span::empty(case.file(), 0), "the file is empty");
///     }
///     bag
/// }
/// ```
#[derive(Debug)]
pub struct Case {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) sources: SourceMap,
    pub(crate) file: FileId,
    pub(crate) revision: Option<String>,
    pub(crate) flags: Vec<String>,
    pub(crate) values: Vec<(String, String)>,
}

impl Case {
    /// Returns the name: the path below the directory of the suite, such as `names/twice.vitte`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the path of a file on disk with the [text](Self::text) of the case.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the source file of the case in [`sources`](Self::sources).
    #[must_use]
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Returns the text of the case. A byte that is not UTF-8 is replaced by `?`.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source().map_or("", SourceFile::text)
    }

    /// Returns the source file of the case, or `None` if it was removed from [`sources`](Self::sources_mut).
    #[must_use]
    pub fn source(&self) -> Option<&SourceFile> {
        self.sources.file(self.file).ok()
    }

    /// Returns the sources: the file of the case, and those that were added since. The diagnostics of the case refer to
    /// them.
    #[must_use]
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// Returns the sources, to add further files.
    pub fn sources_mut(&mut self) -> &mut SourceMap {
        &mut self.sources
    }

    /// Returns the revision, if the case has revisions.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }

    /// Returns the flags of the directives `flags: …`.
    #[must_use]
    pub fn flags(&self) -> &[String] {
        &self.flags
    }

    /// Returns the values of a directive that [`Suite::directive`](crate::Suite::directive) added, in the order of the
    /// source.
    pub fn values<'a>(&'a self, directive: &'a str) -> impl Iterator<Item = &'a str> {
        self.values
            .iter()
            .filter(move |(name, _)| name == directive)
            .map(|(_, value)| value.as_str())
    }
}

/// The result of the function that compiles a case: its diagnostics, and the sources if they are not those of the case.
///
/// It is created by `into` from a [`DiagnosticBag`], from a `(SourceMap, DiagnosticBag)`, or from a `Result` with one of
/// them. The error of a `Result` is shown, and the case fails.
#[derive(Debug)]
pub struct Compiled {
    pub(crate) sources: Option<SourceMap>,
    pub(crate) bag: DiagnosticBag,
    pub(crate) error: Option<Box<Diagnostic>>,
}

impl From<DiagnosticBag> for Compiled {
    fn from(bag: DiagnosticBag) -> Self {
        Self { sources: None, bag, error: None }
    }
}

/// The file of the case is found by its path, or by its text if the compiler has another path for it.
impl From<(SourceMap, DiagnosticBag)> for Compiled {
    fn from((sources, bag): (SourceMap, DiagnosticBag)) -> Self {
        Self { sources: Some(sources), bag, error: None }
    }
}

impl<T: Into<Self>, E: Into<Box<dyn std::error::Error>>> From<Result<T, E>> for Compiled {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(compiled) => compiled.into(),
            Err(error) => {
                let error = Some(Box::new(Diagnostic::from(error.into())));
                Self { sources: None, bag: DiagnosticBag::new(), error }
            }
        }
    }
}
