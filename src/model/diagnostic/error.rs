//! Diagnostics and errors: each converts to the other.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::{Child, Diagnostic, Severity};

/// The maximum number of causes of an error that become children. A chain may be endless.
const MAX_CAUSES: usize = 64;

/// Converts the errors of a compiler to diagnostics.
///
/// Implement it for the error type of each phase.
///
/// ```
/// use vitte_diag::{Diagnostic, DiagnosticBag, FileId, IntoDiagnostic, Span, code};
///
/// enum TypeError {
///     Mismatch { expected: &'static str, found: &'static str, at: Span },
/// }
///
/// impl IntoDiagnostic for TypeError {
///     fn into_diagnostic(self) -> Diagnostic {
///         match self {
///             Self::Mismatch { expected, found, at } => {
///                 Diagnostic::error(code!("E0308"), at, "mismatched types")
///                     .with_label(format!("expected `{expected}`, found `{found}`"))
///             }
///         }
///     }
/// }
///
/// let mut bag = DiagnosticBag::new();
/// let at = Span::empty(FileId::new(0), 0);
/// bag.push(TypeError::Mismatch { expected: "num", found: "text", at }.into_diagnostic());
/// assert!(bag.has_errors());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a diagnostic",
    note = "write `#[derive(Diagnostic)]` for the type, or implement `IntoDiagnostic`"
)]
pub trait IntoDiagnostic {
    /// Converts the error to a diagnostic.
    fn into_diagnostic(self) -> Diagnostic;
}

impl IntoDiagnostic for Diagnostic {
    fn into_diagnostic(self) -> Diagnostic {
        self
    }
}

impl<T: IntoDiagnostic> IntoDiagnostic for Box<T> {
    fn into_diagnostic(self) -> Diagnostic {
        (*self).into_diagnostic()
    }
}

/// Writes the severity, the code and the message: `error[E0001]: expected expression`. The text is as the compiler
/// passed it, so it is not safe for a terminal. [`render`](Diagnostic::render) shows the whole diagnostic.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.severity.as_str())?;
        if let Some(code) = self.code {
            write!(f, "[{code}]")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl Error for Diagnostic {}

impl Diagnostic {
    /// Creates an error without a location from an error value. Each of its [sources](Error::source) becomes a
    /// child: "caused by: …". A source that is a diagnostic keeps its labels, help, notes, children and suggestions.
    ///
    /// If the error may itself be a diagnostic, use [`from_report`](Self::from_report), or `From` for a
    /// `Box<dyn Error>`.
    ///
    /// ```
    /// use vitte_diag::{Diagnostic, FileId, Span};
    ///
    /// let error = "12x".parse::<u32>().unwrap_err();
    /// let diagnostic = Diagnostic::from_error(&error).with_primary(Span::empty(FileId::new(0), 4));
    /// assert_eq!(diagnostic.to_string(), "error: invalid digit found in string");
    /// ```
    pub fn from_error(error: &dyn Error) -> Self {
        let mut diagnostic = Self::without_location(Severity::Error, None, error.to_string());
        diagnostic.add_chain(error.source(), MAX_CAUSES);
        diagnostic
    }

    /// Returns the diagnostic that a report of `anyhow` or `eyre` has, or creates one with
    /// [`from_error`](Self::from_error).
    ///
    /// `found` is `report.downcast_ref()`: only the library finds a diagnostic that was added with `context` or
    /// `wrap_err`. With `None`, and for a `Box<dyn Error>`, the diagnostic is the first one among the error and its sources.
    /// It keeps its code, severity, location and all other parts. The errors that it caused, which are the messages of
    /// `context` around it, become notes below it, the outermost last. Its own causes become children: "caused by: …".
    ///
    /// If the report has an error that converts to a diagnostic, such as a derived one, `found` is the converted error.
    ///
    /// ```
    /// use std::error::Error;
    /// use vitte_diag::{Diagnostic, FileId, Span, code};
    ///
    /// fn check() -> Result<(), Box<dyn Error>> {
    ///     let at = Span::empty(FileId::new(0), 4);
    ///     Err(Diagnostic::error(code!("E0308"), at, "mismatched types"))?
    /// }
    ///
    /// let report = check().unwrap_err();
    /// // The same line for an `anyhow::Error` and an `eyre::Report`.
    /// let diagnostic = Diagnostic::from_report(report.downcast_ref(), &*report);
    /// assert_eq!(diagnostic.code(), Some(code!("E0308")));
    /// ```
    pub fn from_report(found: Option<&Self>, report: &(dyn Error + 'static)) -> Self {
        let mut rest = sources(Some(report));
        let chain: Vec<&(dyn Error + 'static)> = rest.by_ref().take(MAX_CAUSES).collect();
        let inner = chain.iter().find_map(|&error| as_diagnostic(error));
        let Some(found) = found.or(inner) else { return Self::from_error(report) };
        // The object of a context that is a diagnostic has a private type, but the text of the diagnostic.
        let header = found.to_string();
        let is_same = |error: &&(dyn Error + 'static)| as_diagnostic(*error) == Some(found);
        let has_text = |error: &&(dyn Error + 'static)| error.to_string() == header;
        let at = chain.iter().position(is_same).or_else(|| chain.iter().position(has_text));
        let mut diagnostic = found.clone();
        diagnostic.add_chain(at.and_then(|at| chain.get(at)?.source()), MAX_CAUSES);
        // A derived error has the message of its diagnostic, which has the causes of the error already, but not those below a
        // context that is such an error.
        let has_message = |error: &&(dyn Error + 'static)| error.to_string() == found.message;
        let converted = chain.iter().position(has_message).filter(|_| at.is_none());
        let cause = converted.and_then(|at| chain.get(at)?.source());
        diagnostic.add_chain(cause.filter(|cause| !found.mentions(&cause.to_string())), MAX_CAUSES);
        let at = at.or(converted);
        let contexts = chain.get(..at.unwrap_or(chain.len())).unwrap_or_default();
        for context in contexts.iter().rev().filter(|error| !has_text(error)) {
            diagnostic.add_child(Child::note(context.to_string()));
        }
        if at.is_none() && rest.next().is_some() {
            diagnostic.add_note(format!("only the first {MAX_CAUSES} causes are shown"));
        }
        diagnostic
    }

    /// Returns true if the message, a note or a child has a text.
    fn mentions(&self, text: &str) -> bool {
        let children = self.children().iter().map(Child::message);
        std::iter::once(&*self.message)
            .chain(self.notes())
            .chain(children)
            .any(|own| own.contains(text))
    }

    /// Adds an error and its [sources](Error::source) as children: "caused by: …". An error that is a diagnostic keeps its
    /// labels, help, notes, children and suggestions.
    ///
    /// ```
    /// use vitte_diag::{Diagnostic, Severity};
    ///
    /// let cause = "12x".parse::<u32>().unwrap_err();
    /// let error = Diagnostic::without_location(Severity::Error, None, "the limit is not a number")
    ///     .with_cause(&cause);
    /// assert_eq!(error.children()[0].message(), "caused by: invalid digit found in string");
    /// ```
    pub fn with_cause(mut self, cause: &(dyn Error + 'static)) -> Self {
        self.add_cause(cause);
        self
    }

    /// Adds an error and its sources in place, see [`with_cause`](Self::with_cause).
    pub fn add_cause(&mut self, cause: &(dyn Error + 'static)) -> &mut Self {
        self.add_chain(Some(cause), MAX_CAUSES)
    }

    /// Adds an error that may borrow, and its sources. Only the sources may be diagnostics that keep their labels.
    #[cfg(feature = "derive")]
    pub(crate) fn add_borrowed_cause(&mut self, cause: &dyn Error) {
        self.add_child(Child::note(format!("caused by: {cause}")));
        self.add_chain(cause.source(), MAX_CAUSES - 1);
    }

    /// Adds the sources of an error, whose message the diagnostic has. An error that is a diagnostic is added itself, because it
    /// has labels.
    #[cfg(feature = "derive")]
    pub(crate) fn add_sources(&mut self, error: &(dyn Error + 'static)) {
        match as_diagnostic(error) {
            Some(_) => self.add_cause(error),
            None => self.add_chain(error.source(), MAX_CAUSES),
        };
    }

    /// Adds the sources of an error that may borrow.
    #[cfg(feature = "derive")]
    pub(crate) fn add_borrowed_sources(&mut self, error: &dyn Error) {
        self.add_chain(error.source(), MAX_CAUSES);
    }

    /// Adds an error and its sources, at most `count`.
    fn add_chain(&mut self, first: Option<&(dyn Error + 'static)>, count: usize) -> &mut Self {
        let mut causes = sources(first);
        for cause in causes.by_ref().take(count) {
            let child = Child::note(format!("caused by: {cause}"));
            match as_diagnostic(cause) {
                Some(diagnostic) => self.add_as(child, diagnostic.clone()),
                None => self.add_child(child),
            };
        }
        if causes.next().is_some() {
            self.add_note(format!("only the first {MAX_CAUSES} causes are shown"));
        }
        self
    }
}

/// Returns the diagnostic in the box, or creates one with [`Diagnostic::from_error`].
impl From<Box<dyn Error>> for Diagnostic {
    fn from(error: Box<dyn Error>) -> Self {
        error.downcast::<Self>().map_or_else(
            |error| as_diagnostic(&*error).cloned().unwrap_or_else(|| Self::from_error(&*error)),
            |found| *found,
        )
    }
}

/// Returns the diagnostic in the box, or creates one with [`Diagnostic::from_error`].
impl From<Box<dyn Error + Send + Sync>> for Diagnostic {
    fn from(error: Box<dyn Error + Send + Sync>) -> Self {
        error.downcast::<Self>().map_or_else(
            |error| as_diagnostic(&*error).cloned().unwrap_or_else(|| Self::from_error(&*error)),
            |found| *found,
        )
    }
}

/// Returns an error and its sources, the outermost first.
fn sources<'a>(
    first: Option<&'a (dyn Error + 'static)>,
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(first, |&error| error.source())
}

/// Returns the error if it is a diagnostic, perhaps in a box: clippy asks to box large errors.
fn as_diagnostic<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Diagnostic> {
    let boxed = || error.downcast_ref::<Box<Diagnostic>>().map(Box::as_ref);
    let shared = || error.downcast_ref::<Arc<Diagnostic>>().map(Arc::as_ref);
    error.downcast_ref().or_else(boxed).or_else(shared)
}
