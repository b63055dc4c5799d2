//! A diagnostic while C builds it.

use vitte_diag::{
    Applicability, Backtrace, Child, ChildLevel, Diagnostic, Edit, FileId, LabelStyle, Severity,
    Span, Suggestion, Tag, TraceKind, TraceStep,
};

use crate::code;
use crate::failure::{Failure, Result, vd_status};

/// A span as C passes it. `lo` may be after `hi`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct RawSpan {
    pub(crate) file: u32,
    pub(crate) lo: u32,
    pub(crate) hi: u32,
}

impl RawSpan {
    /// Returns `None` if there is no file.
    #[inline]
    pub(crate) fn span(self) -> Option<Span> {
        let file = FileId::new(self.file);
        let between = || Span::between(file, self.lo as usize, self.hi as usize);
        (file != FileId::DUMMY).then(between)
    }

    const fn is_reversed(self) -> bool {
        self.file != FileId::DUMMY.index() && self.lo > self.hi
    }
}

/// A diagnostic to which C adds parts. What is wrong with a part becomes a note, so that no diagnostic is lost.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    diagnostic: Diagnostic,
    /// The child that was added last, to which more labels may be added.
    child: Option<Box<Child>>,
    /// The suggestion that was added last, to which more alternatives may be added.
    suggestion: Option<Box<LastSuggestion>>,
}

/// A suggestion of the diagnostic, or of its last child.
#[derive(Clone, Debug)]
struct LastSuggestion {
    message: String,
    /// The edits of each alternative.
    alternatives: Vec<Vec<Edit>>,
    applicability: Applicability,
    is_of_child: bool,
}

impl Draft {
    /// Creates a diagnostic. `code` may be empty.
    pub(crate) fn new(severity: Severity, code: &str, span: RawSpan, message: String) -> Self {
        let (valid, invalid) = match code {
            "" => (None, None),
            text => match code::from_text(text) {
                Ok(code) => (Some(code), None),
                Err(error) => (None, Some(error.to_string())),
            },
        };
        let diagnostic = match span.span() {
            Some(primary) => Diagnostic::new(severity, valid, primary, message),
            None => Diagnostic::without_location(severity, valid, message),
        };
        let mut draft = Self { diagnostic, child: None, suggestion: None };
        if let Some(error) = invalid {
            draft.diagnostic.add_note(error);
        }
        draft.check(span, "the primary label");
        draft
    }

    /// Creates a diagnostic that is about a whole file.
    pub(crate) fn for_file(severity: Severity, code: &str, file: FileId, message: String) -> Self {
        let nowhere = RawSpan { file: FileId::DUMMY.index(), lo: 0, hi: 0 };
        let mut draft = Self::new(severity, code, nowhere, message);
        draft.diagnostic = draft.diagnostic.with_file(file);
        draft
    }

    /// Returns the diagnostic with all its parts.
    pub(crate) fn finish(mut self) -> Diagnostic {
        self.end_child();
        self.diagnostic
    }

    pub(crate) const fn severity(&self) -> Severity {
        self.diagnostic.severity()
    }

    /// Adds a note about a span that is reversed.
    fn check(&mut self, span: RawSpan, owner: &str) {
        if span.is_reversed() {
            let RawSpan { lo, hi, .. } = span;
            let note = format!(
                "{owner} is at bytes {lo}..{hi}, which end before they begin; shown at {hi}..{lo}"
            );
            self.diagnostic.add_note(note);
        }
    }

    /// Adds a label. A primary one moves the primary label to `span`, and sets its message unless `message` is empty.
    pub(crate) fn add_label(
        &mut self,
        style: LabelStyle,
        span: RawSpan,
        message: String,
    ) -> Result {
        let at = located(span, "a label")?;
        match style {
            LabelStyle::Primary => {
                self.diagnostic.set_primary(at);
                if !message.is_empty() {
                    self.diagnostic.set_label(message);
                }
                self.check(span, "the primary label");
            }
            LabelStyle::Secondary => {
                self.diagnostic.add_secondary(at, message);
                self.check(span, "a secondary label");
            }
        }
        Ok(())
    }

    pub(crate) fn set_label(&mut self, message: String) {
        self.diagnostic.set_label(message);
    }

    pub(crate) fn add_note(&mut self, note: String) {
        self.diagnostic.add_note(note);
    }

    pub(crate) fn add_help(&mut self, help: String) {
        self.diagnostic.add_help(help);
    }

    pub(crate) fn add_tag(&mut self, tag: Tag) {
        self.diagnostic.add_tag(tag);
    }

    pub(crate) fn add_step(&mut self, kind: TraceKind, span: RawSpan, message: String) {
        let step = TraceStep::new(kind, message);
        self.diagnostic.add_step(match span.span() {
            Some(at) => step.with_span(at),
            None => step,
        });
        self.check(span, "a step of the trace");
    }

    pub(crate) fn set_backtrace(&mut self, text: &str) {
        self.diagnostic.set_backtrace(Backtrace::from_text(text));
    }

    /// Adds a child, to which labels and suggestions may be added until the next one.
    pub(crate) fn add_child(&mut self, level: ChildLevel, message: String) {
        self.end_child();
        self.child = Some(Box::new(Child::new(level, message)));
    }

    /// Adds a label to the last child.
    pub(crate) fn add_child_label(
        &mut self,
        style: LabelStyle,
        span: RawSpan,
        message: String,
    ) -> Result {
        let at = located(span, "a label of a child")?;
        let child = self.child.as_mut().ok_or_else(no_child)?;
        match style {
            LabelStyle::Primary => child.add_label(at, message),
            LabelStyle::Secondary => child.add_secondary(at, message),
        };
        self.check(span, "a label of a child");
        Ok(())
    }

    /// Adds a suggestion to the diagnostic.
    pub(crate) fn add_suggestion(
        &mut self,
        message: String,
        edits: Vec<Edit>,
        applicability: Applicability,
    ) -> Result {
        self.begin_suggestion(message, edits, applicability, false)
    }

    /// Adds a suggestion to the last child.
    pub(crate) fn add_child_suggestion(
        &mut self,
        message: String,
        edits: Vec<Edit>,
        applicability: Applicability,
    ) -> Result {
        if self.child.is_none() {
            return Err(no_child());
        }
        self.begin_suggestion(message, edits, applicability, true)
    }

    /// Adds an alternative to the last suggestion.
    pub(crate) fn add_alternative(&mut self, edits: Vec<Edit>) -> Result {
        let missing =
            || Failure::new(vd_status::VD_E_NOT_FOUND, "there is no suggestion to add it to");
        let last = self.suggestion.as_mut().ok_or_else(missing)?;
        last.alternatives.push(checked(edits)?);
        Ok(())
    }

    fn begin_suggestion(
        &mut self,
        message: String,
        edits: Vec<Edit>,
        applicability: Applicability,
        is_of_child: bool,
    ) -> Result {
        let alternatives = vec![checked(edits)?];
        self.end_suggestion();
        let last = LastSuggestion { message, alternatives, applicability, is_of_child };
        self.suggestion = Some(Box::new(last));
        Ok(())
    }

    /// Moves the last suggestion to the diagnostic or the child.
    fn end_suggestion(&mut self) {
        let Some(last) = self.suggestion.take() else { return };
        let LastSuggestion { message, alternatives, applicability, is_of_child } = *last;
        let suggestion = Suggestion::with_alternatives(message, alternatives, applicability);
        match (suggestion, &mut self.child) {
            (Ok(suggestion), Some(child)) if is_of_child => _ = child.add_suggestion(suggestion),
            (Ok(suggestion), _) => _ = self.diagnostic.add_suggestion(suggestion),
            // Each alternative was checked before, so this does not happen.
            (Err(error), _) => _ = self.diagnostic.add_note(error.to_string()),
        }
    }

    /// Moves the last child to the diagnostic.
    fn end_child(&mut self) {
        self.end_suggestion();
        if let Some(child) = self.child.take() {
            self.diagnostic.add_child(*child);
        }
    }
}

/// Returns the edits of a suggestion, if there are some and they do not overlap.
fn checked(edits: Vec<Edit>) -> Result<Vec<Edit>> {
    let suggestion = Suggestion::new("", edits, Applicability::Unspecified);
    suggestion.map(|valid| valid.edits().to_vec()).map_err(|error| Failure::argument(&error))
}

/// Creates an edit.
pub(crate) fn edit(span: RawSpan, replacement: String) -> Result<Edit> {
    if span.is_reversed() {
        let RawSpan { lo, hi, .. } = span;
        return Err(Failure::argument(&format!(
            "the edit at bytes {lo}..{hi} ends before it begins"
        )));
    }
    Ok(Edit::replace(located(span, "an edit")?, replacement))
}

fn located(span: RawSpan, owner: &str) -> Result<Span> {
    span.span().ok_or_else(|| Failure::argument(&format!("{owner} needs a span with a file")))
}

fn no_child() -> Failure {
    Failure::new(vd_status::VD_E_NOT_FOUND, "the diagnostic has no child yet")
}

#[cfg(test)]
mod tests;
