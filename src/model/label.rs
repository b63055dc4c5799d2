//! Labels: spans with a message.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::span::Span;

/// The kind of a label: the problem itself, or something that explains it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LabelStyle {
    /// The problem itself, underlined with `^`. A diagnostic with a location has exactly one primary label.
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
/// Only a [`Diagnostic`](super::Diagnostic) and a [`Child`](super::Child) create labels, which guarantees that
/// at most one of them is primary.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Label {
    span: Span,
    style: LabelStyle,
    message: Option<Cow<'static, str>>,
}

impl Label {
    pub(super) const fn primary(span: Span) -> Self {
        Self { span, style: LabelStyle::Primary, message: None }
    }

    /// Creates a label. An empty message is none.
    pub(super) fn new(
        style: LabelStyle,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let mut label = Self { span, style, message: None };
        label.set_message(message);
        label
    }

    /// Sets the message. An empty message removes it.
    pub(super) fn set_message(&mut self, message: impl Into<Cow<'static, str>>) {
        self.message = Some(message.into()).filter(|message| !message.is_empty());
    }

    /// Removes the message and returns it.
    pub(super) const fn take_message(&mut self) -> Option<Cow<'static, str>> {
        self.message.take()
    }

    pub(super) const fn set_span(&mut self, span: Span) {
        self.span = span;
    }

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
