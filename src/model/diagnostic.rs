//! Diagnostics and their labels.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::backtrace::Backtrace;
use super::code::Code;
use super::severity::Severity;
use super::span::Span;
use super::suggestion::Suggestion;

/// The kind of a label: the problem itself, or something that explains it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LabelStyle {
    /// The problem itself, underlined with `^`. Each diagnostic has exactly one primary label.
    Primary,
    /// Something that explains the problem, underlined with `-`.
    Secondary,
}

impl LabelStyle {
    /// Returns the name in JSON output.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
        }
    }
}

/// A span with an optional message.
///
/// Only a [`Diagnostic`] creates labels, which guarantees that exactly one of them is primary.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Label {
    span: Span,
    style: LabelStyle,
    message: Option<Cow<'static, str>>,
}

impl Label {
    /// Returns the span that the label marks.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Returns whether the label is primary or secondary.
    #[must_use]
    pub const fn style(&self) -> LabelStyle {
        self.style
    }

    /// Returns the message, or `None` if the label has none.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

/// One message of a compiler: a severity, a code, a message, one primary label, and optional secondary
/// labels, notes, help, suggestions and backtrace.
///
/// The constructors take the span of the primary label, so every diagnostic has exactly one.
/// [`with_label`](Self::with_label) sets the message of that label, and
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
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[must_use = "a diagnostic is shown only if it is pushed to a bag or passed to an emitter"]
pub struct Diagnostic {
    severity: Severity,
    code: Code,
    message: Cow<'static, str>,
    primary: Label,
    secondary: Vec<Label>,
    help: Option<Cow<'static, str>>,
    extras: Option<Box<Extras>>,
}

/// The rarely used parts of a diagnostic. They are boxed because a program may collect a million
/// diagnostics, and most of them have none of these parts. The box exists only if a part is not empty,
/// so the derived `PartialEq` compares contents.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
struct Extras {
    notes: Vec<Cow<'static, str>>,
    suggestions: Vec<Suggestion>,
    backtrace: Backtrace,
}

impl Diagnostic {
    /// Creates a diagnostic. `span` is the span of the primary label.
    pub fn new(
        severity: Severity,
        code: Code,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            primary: Label { span, style: LabelStyle::Primary, message: None },
            secondary: Vec::new(),
            help: None,
            extras: None,
        }
    }

    /// Creates an error at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Severity::Error, code, span, message)
    }

    /// Creates a warning at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Severity::Warning, code, span, message)
    }

    /// Creates a note at `span`: a diagnostic of its own with the lowest severity. For a note below
    /// another diagnostic see [`with_note`](Self::with_note).
    pub fn note(code: Code, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Severity::Note, code, span, message)
    }

    /// Sets the message of the *primary* label, which exists from the start. An empty message removes it.
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

    /// Adds a note: a further fact, shown below the excerpt.
    pub fn with_note(mut self, note: impl Into<Cow<'static, str>>) -> Self {
        self.add_note(note);
        self
    }

    /// Sets the help text. If there already is one, `help` is appended to it on a new line.
    pub fn with_help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.add_help(help);
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

    /// Sets the message of the primary label in place, see [`with_label`](Self::with_label).
    pub fn set_label(&mut self, message: impl Into<Cow<'static, str>>) -> &mut Self {
        self.primary.message = non_empty(message);
        self
    }

    /// Adds a secondary label in place, see [`with_secondary`](Self::with_secondary).
    pub fn add_secondary(
        &mut self,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> &mut Self {
        let (style, message) = (LabelStyle::Secondary, non_empty(message));
        if self.secondary.is_empty() {
            // Most diagnostics have one secondary label. The first `push` would allocate four.
            self.secondary.reserve_exact(1);
        }
        self.secondary.push(Label { span, style, message });
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

    /// Changes the severity, as a policy may demand.
    pub(crate) fn set_severity(&mut self, severity: Severity) {
        self.severity = severity;
    }

    /// Returns the severity.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// Returns the code, which identifies the kind of problem.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Returns the message: what is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the primary label: where the problem is.
    #[must_use]
    pub const fn primary(&self) -> &Label {
        &self.primary
    }

    /// Returns the secondary labels in the order in which they were added.
    #[must_use]
    pub fn secondary(&self) -> &[Label] {
        &self.secondary
    }

    /// Returns all labels: the primary label, then the secondary labels.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        std::iter::once(&self.primary).chain(&self.secondary)
    }

    /// Returns the help text, or `None` if there is none.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Returns the notes in the order in which they were added.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.extras.iter().flat_map(|extras| &extras.notes).map(AsRef::as_ref)
    }

    /// Returns the suggestions in the order in which they were added.
    #[must_use]
    pub fn suggestions(&self) -> &[Suggestion] {
        self.extras.as_ref().map_or(&[], |extras| &extras.suggestions)
    }

    /// Returns the backtrace, or `None` if there is none.
    #[must_use]
    pub fn backtrace(&self) -> Option<&Backtrace> {
        self.extras.as_ref().map(|extras| &extras.backtrace).filter(|frames| !frames.is_empty())
    }
}

/// Returns the message of a label, or `None` if it is empty.
fn non_empty(message: impl Into<Cow<'static, str>>) -> Option<Cow<'static, str>> {
    Some(message.into()).filter(|message| !message.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileId, Frame, code};

    fn sample() -> Diagnostic {
        Diagnostic::error(code!("E0001"), Span::empty(FileId::new(0), 0), "m")
    }

    #[test]
    fn exactly_one_label_is_primary_and_it_is_the_first() {
        let span = Span::empty(FileId::new(0), 7);
        let diagnostic =
            sample().with_secondary(span, "a").with_label("p").with_secondary(span, "");
        let styles: Vec<_> = diagnostic.labels().map(Label::style).collect();
        assert_eq!(styles, [LabelStyle::Primary, LabelStyle::Secondary, LabelStyle::Secondary]);
        let messages: Vec<_> = diagnostic.labels().map(Label::message).collect();
        assert_eq!(messages, [Some("p"), Some("a"), None]);
    }

    /// A bag may contain a million diagnostics, see `tests/it/memory.rs`.
    #[test]
    fn a_diagnostic_is_small() {
        assert!(size_of::<Diagnostic>() <= 144, "{}", size_of::<Diagnostic>());
    }

    #[test]
    fn equality_compares_contents_and_not_the_order_of_setters() {
        use crate::{Applicability, Edit};
        let edit = Edit::remove(Span::empty(FileId::new(0), 0));
        let suggestion = Suggestion::single("s", edit, Applicability::Unspecified);
        assert_eq!(sample().suggestions(), []);
        assert_eq!(sample().notes().next(), None);
        let noted = sample().with_note("n");
        assert_eq!((noted.notes().count(), noted.suggestions().len()), (1, 0));
        assert_ne!(noted, sample());
        let both = noted.clone().with_suggestion(suggestion.clone()).with_note("o");
        assert_eq!(both, sample().with_suggestion(suggestion).with_note("n").with_note("o"));
        assert_eq!(both.notes().collect::<Vec<_>>(), ["n", "o"]);
        assert_ne!(both, noted);
    }

    #[test]
    fn an_empty_backtrace_is_none() {
        let backtrace = || [Frame::new("f")].into_iter().collect::<Backtrace>();
        let with = sample().with_backtrace(backtrace());
        assert_eq!(with.backtrace(), Some(&backtrace()));
        assert_ne!(with, sample());
        assert_eq!(with.clone().with_backtrace(Backtrace::default()), sample());
        let noted = with.with_note("n").with_backtrace(Backtrace::default());
        assert_eq!((noted.backtrace(), &noted), (None, &sample().with_note("n")));
        assert_eq!(sample().with_backtrace(Backtrace::default()).backtrace(), None);
    }

    #[test]
    fn a_second_help_is_appended() {
        assert_eq!(sample().with_help("a").with_help(String::from("b")).help(), Some("a\nb"));
    }
}
