//! Traces: how the compiler came to the location of a diagnostic.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::child::Child;
use super::span::Span;

/// The kind of a step of a trace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TraceKind {
    /// A file includes another one.
    Include,
    /// A macro is expanded.
    Macro,
    /// A function or template is called or instantiated.
    Call,
    /// A module imports another one.
    Import,
    /// A step of an analysis, such as an event on the path that leads to a use after free.
    Analysis,
}

impl TraceKind {
    /// All kinds.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 5] =
        [Self::Include, Self::Macro, Self::Call, Self::Import, Self::Analysis];

    /// Returns the name in JSON output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Include => "include",
            Self::Macro => "macro",
            Self::Call => "call",
            Self::Import => "import",
            Self::Analysis => "analysis",
        }
    }
}

impl fmt::Display for TraceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One step of how the compiler came to the location of a diagnostic: an include, an expansion, a call, an
/// import, or a step of an analysis.
///
/// The steps of a diagnostic go from the innermost to the outermost one. Steps of an analysis are in the order
/// of execution.
///
/// ```
/// use vitte_diag::{Diagnostic, FileId, Span, TraceStep, code};
///
/// let (macros, main) = (FileId::new(1), FileId::new(0));
/// let diagnostic = Diagnostic::error(code!("E0425"), Span::empty(macros, 40), "cannot find value `x`")
///     .with_step(TraceStep::expansion("in this expansion of `sum!`").with_span(Span::empty(macros, 90)))
///     .with_step(TraceStep::expansion("in this expansion of `mean!`").with_span(Span::empty(main, 12)));
/// assert_eq!(diagnostic.trace().len(), 2);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[must_use = "a step is shown only if it is added to a diagnostic"]
pub struct TraceStep {
    kind: TraceKind,
    span: Option<Span>,
    message: Cow<'static, str>,
}

impl TraceStep {
    /// Creates a step without a location.
    pub fn new(kind: TraceKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, span: None, message: message.into() }
    }

    /// Creates a step of an include stack, such as "included from here".
    pub fn include(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(TraceKind::Include, message)
    }

    /// Creates a step of a macro expansion, such as "in this expansion of `vec!`".
    pub fn expansion(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(TraceKind::Macro, message)
    }

    /// Creates a step of a call chain, such as "called from `main`".
    pub fn call(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(TraceKind::Call, message)
    }

    /// Creates a step of an import chain, such as "imported by `shop.cart`".
    pub fn import(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(TraceKind::Import, message)
    }

    /// Creates a step of an analysis, such as "`p` is freed here".
    pub fn analysis(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(TraceKind::Analysis, message)
    }

    /// Sets the location of the step.
    pub fn with_span(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Converts the step to a note, with a label at its location.
    pub(super) fn into_child(self) -> Child {
        let child = Child::note(self.message);
        match self.span {
            Some(span) => child.with_label(span, ""),
            None => child,
        }
    }

    /// Returns the kind.
    #[must_use]
    pub const fn kind(&self) -> TraceKind {
        self.kind
    }

    /// Returns the location, or `None` if the step has none.
    #[must_use]
    pub const fn span(&self) -> Option<Span> {
        self.span
    }

    /// Returns the message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_str_is_the_name_in_json() {
        for kind in TraceKind::ALL {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
    }
}
