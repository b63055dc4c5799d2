//! Diagnostics.

mod error;
mod nested;
mod parts;

use std::borrow::Cow;

pub use error::IntoDiagnostic;

use super::backtrace::Backtrace;
use super::child::Child;
use super::code::Code;
use super::label::{Label, LabelStyle};
use super::severity::Severity;
use super::span::{FileId, Span};
use super::suggestion::Suggestion;
use super::tag::{Tag, Tags};
use super::trace::TraceStep;

/// One message of a compiler: a severity, an optional code, a message and a primary label.
///
/// It may also have secondary labels, notes, help, [children](Child), [suggestions](Suggestion), a
/// [trace](TraceStep), [tags](Tag) and a [backtrace](Backtrace).
///
/// The usual constructors, such as [`error`](Self::error), take the span of the primary label, so the diagnostic has
/// exactly one. [`for_file`](Self::for_file) creates a diagnostic about a whole file, and
/// [`without_location`](Self::without_location) one without any location; both have no primary label.
///
/// [`with_label`](Self::with_label) sets the message of the primary label, and
/// [`with_secondary`](Self::with_secondary) adds further labels. Messages are `&'static str` or `String`; a
/// line feed in a message begins a new line of output.
///
/// ```
/// use vitte_diag::{Diagnostic, FileId, Severity, Span, codes};
///
/// let file = FileId::new(0);
/// let (first, second) = (Span::new(file, 3, 6)?, Span::new(file, 20, 23)?);
/// let diagnostic = Diagnostic::error(codes::E0100, second, "the name `run` is defined twice")
///     .with_label("defined again here")
///     .with_secondary(first, "first defined here")
///     .with_help("rename one of the two");
/// assert_eq!(diagnostic.severity(), Severity::Error);
/// assert_eq!(diagnostic.labels().count(), 2);
/// # Ok::<(), vitte_diag::SpanError>(())
/// ```
///
/// A diagnostic is also an [`Error`](std::error::Error), so a function can return it with `?`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[must_use = "a diagnostic is shown only if it is pushed to a bag or passed to an emitter"]
pub struct Diagnostic {
    severity: Severity,
    scope: Scope,
    tags: Tags,
    code: Option<Code>,
    message: Cow<'static, str>,
    /// The primary label. If the scope is not [`Scope::Span`], its span is an empty one in the file of the scope.
    primary: Label,
    secondary: Vec<Label>,
    help: Option<Cow<'static, str>>,
    extras: Option<Box<Extras>>,
}

/// How much of the sources a diagnostic is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Scope {
    Span,
    File,
    Nothing,
}

/// The rarely used parts of a diagnostic. They are boxed because a program may collect a million
/// diagnostics, and most of them have none of these parts. The box exists only if a part is not empty,
/// so the derived `PartialEq` compares contents.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
struct Extras {
    notes: Vec<Cow<'static, str>>,
    children: Vec<Child>,
    trace: Vec<TraceStep>,
    suggestions: Vec<Suggestion>,
    backtrace: Backtrace,
}

impl Diagnostic {
    /// Creates a diagnostic. `span` is the span of the primary label.
    ///
    /// `code` is a [`Code`], an `Option<Code>`, or `None`. With [`Span::DUMMY`] the diagnostic is
    /// [without a location](Self::without_location).
    pub fn new(
        severity: Severity,
        code: impl Into<Option<Code>>,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let scope = if span.file() == FileId::DUMMY { Scope::Nothing } else { Scope::Span };
        Self {
            severity,
            scope,
            tags: Tags::default(),
            code: code.into(),
            message: message.into(),
            primary: Label::primary(span),
            secondary: Vec::new(),
            help: None,
            extras: None,
        }
    }

    /// Creates a fatal error at `span`: an error after which the compiler cannot go on.
    pub fn fatal(
        code: impl Into<Option<Code>>,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(Severity::Fatal, code, span, message)
    }

    /// Creates an error at `span`.
    pub fn error(
        code: impl Into<Option<Code>>,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(Severity::Error, code, span, message)
    }

    /// Creates a warning at `span`.
    pub fn warning(
        code: impl Into<Option<Code>>,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(Severity::Warning, code, span, message)
    }

    /// Creates a note at `span`: a diagnostic of its own with the lowest severity. For a note below
    /// another diagnostic see [`with_note`](Self::with_note).
    pub fn note(
        code: impl Into<Option<Code>>,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(Severity::Note, code, span, message)
    }

    /// Creates a diagnostic about a whole file, such as "the file is empty". Output shows the path of the file
    /// without a line.
    ///
    /// ```
    /// use vitte_diag::{Diagnostic, FileId, Severity};
    ///
    /// let file = FileId::new(0);
    /// let warning = Diagnostic::for_file(Severity::Warning, None, file, "the file has no license header");
    /// assert_eq!((warning.file(), warning.primary()), (Some(file), None));
    /// ```
    pub fn for_file(
        severity: Severity,
        code: impl Into<Option<Code>>,
        file: FileId,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::without_location(severity, code, message).with_file(file)
    }

    /// Creates a diagnostic without a location, such as "no input files" or an error of a linker.
    ///
    /// ```
    /// use vitte_diag::{Diagnostic, Severity, code};
    ///
    /// let code = code!("E0601");
    /// let error = Diagnostic::without_location(Severity::Error, code, "the program has no `main`");
    /// assert_eq!((error.file(), error.primary()), (None, None));
    /// ```
    pub fn without_location(
        severity: Severity,
        code: impl Into<Option<Code>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(severity, code, Span::DUMMY, message)
    }

    /// Sets the span of the primary label. Useful if the span becomes known later, for example after
    /// [`from_error`](Self::from_error).
    pub const fn with_primary(mut self, span: Span) -> Self {
        self.set_primary(span);
        self
    }

    /// Makes the diagnostic one about a whole file, see [`for_file`](Self::for_file).
    pub const fn with_file(mut self, file: FileId) -> Self {
        self.primary.set_span(Span::empty(file, 0));
        self.scope = if file.is_dummy() { Scope::Nothing } else { Scope::File };
        self
    }

    /// Sets the severity.
    pub const fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Sets or removes the code.
    pub fn with_code(mut self, code: impl Into<Option<Code>>) -> Self {
        self.code = code.into();
        self
    }

    /// Sets the message of the *primary* label. An empty message removes it.
    ///
    /// In codespan-reporting and ariadne the method of this name adds a label. Here
    /// [`with_secondary`](Self::with_secondary) does.
    pub fn with_label(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.set_label(message);
        self
    }

    /// Adds a secondary label. With an empty `message` only the span is marked.
    pub fn with_secondary(mut self, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        self.add_secondary(span, message);
        self
    }

    /// Adds several labels, each a span and a message. If the diagnostic has no primary label yet, the first one becomes
    /// primary.
    ///
    /// ```
    /// use vitte_diag::{Diagnostic, FileId, Severity, Span};
    ///
    /// let file = FileId::new(0);
    /// let labels = [(Span::empty(file, 4), "here"), (Span::empty(file, 9), "and here")];
    /// let error = Diagnostic::without_location(Severity::Error, None, "a cycle").with_labels(labels);
    /// assert_eq!(error.primary().and_then(|label| label.message()), Some("here"));
    /// assert_eq!(error.secondary().len(), 1);
    /// ```
    pub fn with_labels<M: Into<Cow<'static, str>>>(
        mut self,
        labels: impl IntoIterator<Item = (Span, M)>,
    ) -> Self {
        for (span, message) in labels {
            if self.scope == Scope::Span {
                self.add_secondary(span, message);
            } else {
                self.set_primary(span).set_label(message);
            }
        }
        self
    }

    /// Adds a note: a further fact, shown below the excerpt.
    pub fn with_note(mut self, note: impl Into<Cow<'static, str>>) -> Self {
        self.add_note(note);
        self
    }

    /// Sets the help text. If there already is one, `help` is appended to it on a new line. For several separate
    /// helps add [children](Child::help).
    pub fn with_help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.add_help(help);
        self
    }

    /// Adds a child: a note, help, warning or error that may have labels of its own.
    pub fn with_child(mut self, child: Child) -> Self {
        self.add_child(child);
        self
    }

    /// Adds a step to the trace. The innermost step comes first, steps of an analysis in the order of execution.
    pub fn with_step(mut self, step: TraceStep) -> Self {
        self.add_step(step);
        self
    }

    /// Adds a tag, which tells editors how to show the code of the primary label.
    pub const fn with_tag(mut self, tag: Tag) -> Self {
        self.add_tag(tag);
        self
    }

    /// Adds a suggestion of how to fix the problem.
    pub fn with_suggestion(mut self, suggestion: Suggestion) -> Self {
        self.add_suggestion(suggestion);
        self
    }

    /// Sets the backtrace, for example of a crash. An empty backtrace removes it.
    pub fn with_backtrace(mut self, backtrace: Backtrace) -> Self {
        self.set_backtrace(backtrace);
        self
    }

    /// Sets the span of the primary label in place, see [`with_primary`](Self::with_primary).
    pub const fn set_primary(&mut self, span: Span) -> &mut Self {
        self.primary.set_span(span);
        self.scope = if span.file().is_dummy() { Scope::Nothing } else { Scope::Span };
        self
    }

    /// Sets the message of the primary label in place, see [`with_label`](Self::with_label).
    pub fn set_label(&mut self, message: impl Into<Cow<'static, str>>) -> &mut Self {
        self.primary.set_message(message);
        self
    }

    /// Adds a secondary label in place, see [`with_secondary`](Self::with_secondary).
    pub fn add_secondary(
        &mut self,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> &mut Self {
        if self.secondary.is_empty() {
            // Most diagnostics have one secondary label. The first `push` would allocate four.
            self.secondary.reserve_exact(1);
        }
        self.secondary.push(Label::new(LabelStyle::Secondary, span, message));
        self
    }

    /// Adds a note in place, see [`with_note`](Self::with_note).
    pub fn add_note(&mut self, note: impl Into<Cow<'static, str>>) -> &mut Self {
        self.extras().notes.push(note.into());
        self
    }

    /// Sets or extends the help text in place, see [`with_help`](Self::with_help).
    pub fn add_help(&mut self, help: impl Into<Cow<'static, str>>) -> &mut Self {
        let help = help.into();
        match &mut self.help {
            Some(first) => {
                let first = first.to_mut();
                first.push('\n');
                first.push_str(&help);
            }
            None => self.help = Some(help),
        }
        self
    }

    /// Adds a child in place, see [`with_child`](Self::with_child).
    pub fn add_child(&mut self, child: Child) -> &mut Self {
        self.extras().children.push(child);
        self
    }

    /// Adds a step to the trace in place, see [`with_step`](Self::with_step).
    pub fn add_step(&mut self, step: TraceStep) -> &mut Self {
        self.extras().trace.push(step);
        self
    }

    /// Adds a tag in place, see [`with_tag`](Self::with_tag).
    pub const fn add_tag(&mut self, tag: Tag) -> &mut Self {
        self.tags.insert(tag);
        self
    }

    /// Adds a suggestion in place, see [`with_suggestion`](Self::with_suggestion).
    pub fn add_suggestion(&mut self, suggestion: Suggestion) -> &mut Self {
        self.extras().suggestions.push(suggestion);
        self
    }

    /// Sets the backtrace in place, see [`with_backtrace`](Self::with_backtrace).
    pub fn set_backtrace(&mut self, backtrace: Backtrace) -> &mut Self {
        if !backtrace.is_empty() || self.backtrace().is_some() {
            self.extras().backtrace = backtrace;
            self.extras = self.extras.take().filter(|extras| **extras != Extras::default());
        }
        self
    }

    fn extras(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }
}

#[cfg(test)]
mod tests;
