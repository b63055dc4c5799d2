//! One message of a compiler: what is wrong, where, and what may help.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::backtrace::Backtrace;
use super::code::Code;
use super::severity::Severity;
use super::span::Span;
use super::suggestion::Suggestion;

/// Whether a label marks the problem itself or something that explains it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LabelStyle {
    /// The problem itself, underlined with `^`. Each diagnostic has exactly one.
    Primary,
    /// What explains it, underlined with `-`.
    Secondary,
}

impl LabelStyle {
    /// Its name in the JSON output.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
        }
    }
}

/// A span of source with, perhaps, a message.
///
/// Labels are made by the [`Diagnostic`] that they belong to, so that exactly one is primary.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Label {
    span: Span,
    style: LabelStyle,
    message: Option<Cow<'static, str>>,
}

impl Label {
    /// The bytes that it marks.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Whether it is the primary one.
    #[must_use]
    pub const fn style(&self) -> LabelStyle {
        self.style
    }

    /// The message, where there is one.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

/// One message of a compiler.
///
/// The primary span is taken by the constructor, so there is always exactly one. Text is
/// `&'static str` or `String`; a line feed in it goes on in the next line of the output.
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
#[must_use = "a diagnostic is shown only when it is pushed to a bag or given to an emitter"]
pub struct Diagnostic {
    severity: Severity,
    code: Code,
    message: Cow<'static, str>,
    primary: Label,
    secondary: Vec<Label>,
    help: Option<Cow<'static, str>>,
    extras: Option<Box<Extras>>,
}

/// What few diagnostics have, out of line: a program with a million errors keeps a million
/// diagnostics, and those without it cost a pointer. It is there only where something is in it, so
/// that derived equality is that of what was said.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
struct Extras {
    notes: Vec<Cow<'static, str>>,
    suggestions: Vec<Suggestion>,
    backtrace: Backtrace,
}

impl Diagnostic {
    /// A diagnostic of any severity; `span` is where the problem is.
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

    /// An error at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Severity::Error, code, span, message)
    }

    /// A warning at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Severity::Warning, code, span, message)
    }

    /// A note at `span`.
    pub fn note(code: Code, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Severity::Note, code, span, message)
    }

    /// Sets the message of the primary label; an empty one is none.
    pub fn with_label(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.set_label(message);
        self
    }

    /// Adds a secondary label; an empty message is none.
    pub fn with_secondary(mut self, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        self.add_secondary(span, message);
        self
    }

    /// Adds a note.
    pub fn with_note(mut self, note: impl Into<Cow<'static, str>>) -> Self {
        self.add_note(note);
        self
    }

    /// Adds help: a diagnostic has one, and a second one goes on in its next line.
    pub fn with_help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.add_help(help);
        self
    }

    /// Adds a way to mend it.
    pub fn with_suggestion(mut self, suggestion: Suggestion) -> Self {
        self.add_suggestion(suggestion);
        self
    }

    /// Sets the calls that were being made, as of a crash; an empty backtrace is none.
    pub fn with_backtrace(mut self, backtrace: Backtrace) -> Self {
        self.set_backtrace(backtrace);
        self
    }

    /// [`with_label`](Self::with_label), in place.
    pub fn set_label(&mut self, message: impl Into<Cow<'static, str>>) -> &mut Self {
        self.primary.message = non_empty(message);
        self
    }

    /// [`with_secondary`](Self::with_secondary), in place.
    pub fn add_secondary(
        &mut self,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> &mut Self {
        let (style, message) = (LabelStyle::Secondary, non_empty(message));
        if self.secondary.is_empty() {
            // Most have one, and a first push would make room for four.
            self.secondary.reserve_exact(1);
        }
        self.secondary.push(Label { span, style, message });
        self
    }

    /// [`with_note`](Self::with_note), in place.
    pub fn add_note(&mut self, note: impl Into<Cow<'static, str>>) -> &mut Self {
        self.extras().notes.push(note.into());
        self
    }

    /// [`with_help`](Self::with_help), in place.
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

    /// [`with_suggestion`](Self::with_suggestion), in place.
    pub fn add_suggestion(&mut self, suggestion: Suggestion) -> &mut Self {
        self.extras().suggestions.push(suggestion);
        self
    }

    /// [`with_backtrace`](Self::with_backtrace), in place.
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

    /// Gives it another severity, as a policy does.
    pub(crate) fn set_severity(&mut self, severity: Severity) {
        self.severity = severity;
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// What kind of problem it is.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// What is wrong, in one sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The label where the problem is.
    #[must_use]
    pub const fn primary(&self) -> &Label {
        &self.primary
    }

    /// The labels that explain it, in the order in which they were added.
    #[must_use]
    pub fn secondary(&self) -> &[Label] {
        &self.secondary
    }

    /// All labels, the primary one first.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        std::iter::once(&self.primary).chain(&self.secondary)
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// What else is to be known, in the order in which it was added.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.extras.iter().flat_map(|extras| &extras.notes).map(AsRef::as_ref)
    }

    /// Ways to mend it, in the order in which they were added.
    #[must_use]
    pub fn suggestions(&self) -> &[Suggestion] {
        self.extras.as_ref().map_or(&[], |extras| &extras.suggestions)
    }

    /// The calls that were being made, where they are known.
    #[must_use]
    pub fn backtrace(&self) -> Option<&Backtrace> {
        self.extras.as_ref().map(|extras| &extras.backtrace).filter(|calls| !calls.is_empty())
    }
}

/// A label's message: an empty one is none.
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

    /// What a bag of a million takes is this times a million, and what `tests/it/memory.rs` counts.
    #[test]
    fn a_diagnostic_is_small() {
        assert!(size_of::<Diagnostic>() <= 144, "{}", size_of::<Diagnostic>());
    }

    #[test]
    fn equal_is_what_says_the_same_whatever_came_first() {
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
        let calls = || [Frame::new("f")].into_iter().collect::<Backtrace>();
        let with = sample().with_backtrace(calls());
        assert_eq!(with.backtrace(), Some(&calls()));
        assert_ne!(with, sample());
        assert_eq!(with.clone().with_backtrace(Backtrace::default()), sample());
        let noted = with.with_note("n").with_backtrace(Backtrace::default());
        assert_eq!((noted.backtrace(), &noted), (None, &sample().with_note("n")));
        assert_eq!(sample().with_backtrace(Backtrace::default()).backtrace(), None);
    }

    #[test]
    fn a_second_help_is_not_lost() {
        assert_eq!(sample().with_help("a").with_help(String::from("b")).help(), Some("a\nb"));
    }
}
