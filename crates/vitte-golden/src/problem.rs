//! What is wrong with a case, as diagnostics in its sources.

use vitte_diag::{Diagnostic, Severity, SourceMap, SpanIssue};

/// One thing that is wrong with a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    diagnostic: Box<Diagnostic>,
    /// Text below the diagnostic, such as a difference.
    text: String,
}

impl Problem {
    pub(crate) fn new(diagnostic: Diagnostic) -> Self {
        Self { diagnostic: Box::new(diagnostic), text: String::new() }
    }

    /// Creates a problem without a location.
    pub(crate) fn message(message: impl Into<String>) -> Self {
        Self::new(Diagnostic::without_location(Severity::Error, None, message.into()))
    }

    /// Returns the problem of a compiler that reports spans outside of their files.
    pub(crate) fn of_spans(issues: &[(u64, SpanIssue)]) -> Option<Self> {
        let lines: String = issues.iter().map(|(_, issue)| format!("{issue}\n")).collect();
        (!issues.is_empty())
            .then(|| Self::message("the compiler reported invalid spans").with_text(lines))
    }

    pub(crate) fn with_text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic.add_help(help.into());
        self
    }

    pub(crate) fn with_note(mut self, note: &'static str) -> Self {
        self.diagnostic.add_note(note);
        self
    }

    /// Returns the problem as text for people. It ends in a line feed.
    pub(crate) fn render(&self, sources: &SourceMap) -> String {
        let mut out = self.diagnostic.render(sources);
        if !self.text.is_empty() {
            out.push('\n');
            out.push_str(&self.text);
            if !out.ends_with('\n') {
                out.push('\n');
            }
        }
        out
    }
}
