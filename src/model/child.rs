//! Children: notes, help, warnings and errors below a diagnostic, with labels of their own.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::label::{Label, LabelStyle};
use super::span::Span;
use super::suggestion::Suggestion;

/// The level of a child.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ChildLevel {
    /// A further fact.
    Note,
    /// Advice on how to fix the problem.
    Help,
    /// A possible problem that belongs to the diagnostic.
    Warning,
    /// A further error that belongs to the diagnostic.
    Error,
}

impl ChildLevel {
    /// All levels.
    pub(crate) const ALL: [Self; 4] = [Self::Note, Self::Help, Self::Warning, Self::Error];

    /// Returns the name in output, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Help => "help",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for ChildLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A message below a diagnostic, with a level, labels in any files, and suggestions. rustc calls it a
/// subdiagnostic.
///
/// For a note or help without labels, [`with_note`](super::Diagnostic::with_note) and
/// [`with_help`](super::Diagnostic::with_help) are shorter. Output shows that text first, then the children in
/// the order in which they were added.
///
/// ```text
/// error[E0277]: `Rc<u8>` cannot be sent between threads safely
///   --> src/main.rs:9:11
///    |
///  9 |     spawn(job);
///    |     ----- ^^^ this value is captured
///    |     |
///    |     required by a bound introduced by this call
///    |
/// note: required by this bound in `spawn`
///   --> src/main.rs:2:13
///    |
///  2 | fn spawn<F: Send>(f: F) {}
///    |             ^^^^ required by this bound
/// ```
///
/// ```
/// use vitte_diag::{Child, Diagnostic, FileId, Span, code};
///
/// let file = FileId::new(0);
/// let (call, bound) = (Span::new(file, 90, 93)?, Span::new(file, 20, 24)?);
/// let diagnostic = Diagnostic::error(code!("E0277"), call, "`Rc<u8>` cannot be sent between threads")
///     .with_child(Child::note("required by this bound in `spawn`").with_label(bound, "this bound"));
/// assert_eq!(diagnostic.children()[0].labels().len(), 1);
/// # Ok::<(), vitte_diag::SpanError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[must_use = "a child is shown only if it is added to a diagnostic"]
pub struct Child {
    level: ChildLevel,
    message: Cow<'static, str>,
    labels: Vec<Label>,
    suggestions: Vec<Suggestion>,
}

impl Child {
    /// Creates a child without labels.
    pub fn new(level: ChildLevel, message: impl Into<Cow<'static, str>>) -> Self {
        Self { level, message: message.into(), labels: Vec::new(), suggestions: Vec::new() }
    }

    /// Creates a note: a further fact.
    pub fn note(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ChildLevel::Note, message)
    }

    /// Creates help: advice on how to fix the problem.
    pub fn help(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ChildLevel::Help, message)
    }

    /// Creates a warning that belongs to the diagnostic.
    pub fn warning(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ChildLevel::Warning, message)
    }

    /// Creates an error that belongs to the diagnostic.
    pub fn error(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ChildLevel::Error, message)
    }

    /// Adds a label. The first one is primary, and further ones are secondary. With an empty `message` only the
    /// span is marked.
    pub fn with_label(mut self, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        self.add_label(span, message);
        self
    }

    /// Adds a secondary label. With an empty `message` only the span is marked.
    pub fn with_secondary(mut self, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        self.add_secondary(span, message);
        self
    }

    /// Adds a suggestion of how to fix the problem.
    pub fn with_suggestion(mut self, suggestion: Suggestion) -> Self {
        self.add_suggestion(suggestion);
        self
    }

    /// Adds a label in place, see [`with_label`](Self::with_label).
    pub fn add_label(&mut self, span: Span, message: impl Into<Cow<'static, str>>) -> &mut Self {
        let has_primary = self.labels.iter().any(|label| label.style() == LabelStyle::Primary);
        let style = if has_primary { LabelStyle::Secondary } else { LabelStyle::Primary };
        self.labels.push(Label::new(style, span, message));
        self
    }

    /// Adds a secondary label in place, see [`with_secondary`](Self::with_secondary).
    pub fn add_secondary(
        &mut self,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> &mut Self {
        self.labels.push(Label::new(LabelStyle::Secondary, span, message));
        self
    }

    /// Sets the level.
    pub const fn with_level(mut self, level: ChildLevel) -> Self {
        self.level = level;
        self
    }

    /// Adds a label, which may be primary only if no other label is.
    pub(super) fn push_label(&mut self, label: Label) {
        self.labels.push(label);
    }

    /// Adds a suggestion in place, see [`with_suggestion`](Self::with_suggestion).
    pub fn add_suggestion(&mut self, suggestion: Suggestion) -> &mut Self {
        self.suggestions.push(suggestion);
        self
    }

    /// Returns the level.
    #[must_use]
    pub const fn level(&self) -> ChildLevel {
        self.level
    }

    /// Returns the message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the labels in the order in which they were added. At most one of them is primary.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Returns the suggestions in the order in which they were added.
    #[must_use]
    pub fn suggestions(&self) -> &[Suggestion] {
        &self.suggestions
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileId;

    #[test]
    fn at_most_one_label_is_primary() {
        use LabelStyle::{Primary, Secondary};
        let span = Span::empty(FileId::new(0), 7);
        let styles = |child: &Child| child.labels().iter().map(Label::style).collect::<Vec<_>>();
        let child = Child::note("m").with_label(span, "a").with_label(span, "");
        assert_eq!(styles(&child), [Primary, Secondary]);
        assert_eq!(child.labels()[1].message(), None);
        let child = Child::note("m").with_secondary(span, "a").with_label(span, "b");
        assert_eq!(styles(&child), [Secondary, Primary]);
    }

    #[test]
    fn as_str_is_the_name_in_json() {
        for level in ChildLevel::ALL {
            assert_eq!(serde_json::to_string(&level).unwrap(), format!("\"{level}\""));
        }
    }
}
