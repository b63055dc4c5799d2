//! Converts diagnostics to those of codespan-reporting.

use codespan_reporting::diagnostic as theirs;

use crate::model::{Child, Diagnostic, FileId, Label, LabelStyle, Severity, Span, TraceStep};

/// Converts a diagnostic to that of codespan-reporting. Spans and messages are unchanged.
///
/// - The severity `fatal` becomes `Bug`.
/// - Help, notes, children and the messages of suggestions become notes with a prefix such as `help: `.
/// - The labels of children become secondary labels, with the child's message if they have none.
/// - A step of the trace becomes a secondary label, or a note if it has no location.
/// - A backtrace becomes the last note, one frame per line.
/// - A label [without a location](FileId::DUMMY) is omitted, and its message becomes a note.
/// - Tags, edits and the file of a diagnostic about a [whole file](Diagnostic::for_file) are omitted.
impl From<&Diagnostic> for theirs::Diagnostic<FileId> {
    fn from(diagnostic: &Diagnostic) -> Self {
        let own = diagnostic.labels().map(Mark::from);
        let of_children = diagnostic.children().iter().flat_map(Mark::of_child);
        let of_steps = diagnostic.trace().iter().filter_map(Mark::of_step);
        let (located, unlocated): (Vec<_>, Vec<_>) =
            own.chain(of_children).chain(of_steps).partition(Mark::is_located);
        let unlocated = unlocated.into_iter().filter_map(|mark| mark.message);
        let unlocated =
            diagnostic.unlocated_label().and_then(Label::message).into_iter().chain(unlocated);
        let help = diagnostic.help().map(|help| ("help", help));
        let notes = diagnostic.notes().chain(unlocated).map(|note| ("note", note));
        let children =
            diagnostic.children().iter().map(|child| (child.level().as_str(), child.message()));
        let steps = diagnostic.trace().iter().filter(|step| step.span().is_none());
        let steps = steps.map(|step| ("note", step.message()));
        let suggestions = diagnostic.all_suggestions().map(|fix| ("help", fix.message()));
        let all = help.into_iter().chain(notes).chain(children).chain(steps).chain(suggestions);
        let backtrace = diagnostic.backtrace().map(|frames| format!("backtrace:\n{frames}"));
        Self {
            severity: severity(diagnostic.severity()),
            code: diagnostic.code().map(|code| code.to_string()),
            message: diagnostic.message().to_owned(),
            labels: located.into_iter().map(Mark::into_label).collect(),
            notes: all.map(|(kind, text)| format!("{kind}: {text}")).chain(backtrace).collect(),
        }
    }
}

/// Converts a diagnostic, see the conversion from a reference.
impl From<Diagnostic> for theirs::Diagnostic<FileId> {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::from(&diagnostic)
    }
}

const fn severity(severity: Severity) -> theirs::Severity {
    match severity {
        Severity::Note => theirs::Severity::Note,
        Severity::Warning => theirs::Severity::Warning,
        Severity::Error => theirs::Severity::Error,
        Severity::Fatal => theirs::Severity::Bug,
    }
}

/// A label to be.
struct Mark<'a> {
    style: theirs::LabelStyle,
    span: Span,
    message: Option<&'a str>,
}

impl<'a> From<&'a Label> for Mark<'a> {
    fn from(label: &'a Label) -> Self {
        let style = match label.style() {
            LabelStyle::Primary => theirs::LabelStyle::Primary,
            LabelStyle::Secondary => theirs::LabelStyle::Secondary,
        };
        Self { style, span: label.span(), message: label.message() }
    }
}

impl<'a> Mark<'a> {
    fn secondary(span: Span, message: &'a str) -> Self {
        Self { style: theirs::LabelStyle::Secondary, span, message: Some(message) }
    }

    /// Returns the labels of a child, each with its message or that of the child.
    fn of_child(child: &'a Child) -> impl Iterator<Item = Self> {
        let labels = child.labels().iter();
        labels
            .map(|label| Self::secondary(label.span(), label.message().unwrap_or(child.message())))
    }

    fn of_step(step: &'a TraceStep) -> Option<Self> {
        Some(Self::secondary(step.span()?, step.message()))
    }

    fn is_located(&self) -> bool {
        self.span.file() != FileId::DUMMY
    }

    fn into_label(self) -> theirs::Label<FileId> {
        let Self { style, span, message } = self;
        let message = message.unwrap_or_default().to_owned();
        theirs::Label { style, file_id: span.file(), range: span.range(), message }
    }
}
