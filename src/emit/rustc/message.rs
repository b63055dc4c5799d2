//! Diagnostics and their children.

use std::borrow::Cow;

use serde::Serialize;

use super::expansion;
use super::span::RustcSpan;
use crate::check::{CheckedChild, CheckedDiagnostic, CheckedStep};
use crate::emit::step_message::step_message;
use crate::model::{ChildLevel, Code, Severity, Suggestion};
use crate::source::SourceMap;

/// A diagnostic or a child.
#[derive(Serialize)]
pub(super) struct Message<'a> {
    #[serde(rename = "$message_type", skip_serializing_if = "Option::is_none")]
    message_type: Option<&'static str>,
    message: Cow<'a, str>,
    code: Option<RustcCode>,
    level: &'static str,
    spans: Vec<RustcSpan<'a>>,
    children: Vec<Message<'a>>,
    rendered: Option<String>,
}

#[derive(Serialize)]
struct RustcCode {
    code: Code,
    /// The page of the code, which is long, and which readers do not show.
    explanation: Option<&'static str>,
}

impl<'a> Message<'a> {
    pub(super) fn of_diagnostic(checked: &'a CheckedDiagnostic<'a>, rendered: String) -> Self {
        let diagnostic = checked.diagnostic;
        let (outer, steps) = expansion::expansions(&checked.trace);
        let mut spans: Vec<_> = checked.labels.iter().map(RustcSpan::of_label).collect();
        let has_primary = checked.primary().is_some();
        let mut children = texts(checked);
        match spans.first_mut().filter(|_| has_primary) {
            Some(primary) => {
                primary.expansion = outer;
                children.extend(steps.into_iter().map(Self::of_step));
            }
            None => children.extend(checked.trace.iter().map(Self::of_step)),
        }
        if let Some(file) = checked.whole_file {
            spans.insert(0, RustcSpan::of_file(file));
        }
        for child in &checked.children {
            Self::push_child(checked.sources, child, &mut children);
        }
        let suggestions = checked.suggestions.iter();
        children.extend(suggestions.map(|one| Self::of_suggestion(checked.sources, one)));
        Self {
            message_type: Some("diagnostic"),
            message: diagnostic.message().into(),
            code: diagnostic.code().map(|code| RustcCode { code, explanation: None }),
            level: match diagnostic.severity() {
                Severity::Fatal if diagnostic.backtrace().is_some() => {
                    "error: internal compiler error"
                }
                Severity::Fatal | Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            },
            spans,
            children,
            rendered: Some(rendered),
        }
    }

    fn child(
        level: ChildLevel,
        message: impl Into<Cow<'a, str>>,
        spans: Vec<RustcSpan<'a>>,
    ) -> Self {
        Self {
            message_type: None,
            message: message.into(),
            code: None,
            level: level.as_str(),
            spans,
            children: Vec::new(),
            rendered: None,
        }
    }

    fn of_step(step: &CheckedStep<'a>) -> Self {
        let span = step.at.map(RustcSpan::new);
        Self::child(ChildLevel::Note, step_message(step.step), span.into_iter().collect())
    }

    /// Appends a child, and one for each of its suggestions. If the child only has the message of its suggestion, it is
    /// that of the suggestion.
    fn push_child(sources: &'a SourceMap, checked: &'a CheckedChild<'a>, children: &mut Vec<Self>) {
        let CheckedChild { child, labels, suggestions, .. } = checked;
        let is_suggestion = child.level() == ChildLevel::Help
            && labels.is_empty()
            && suggestions.iter().any(|one| one.message() == child.message());
        if !is_suggestion {
            let spans = labels.iter().map(RustcSpan::of_label).collect();
            children.push(Self::child(child.level(), child.message(), spans));
        }
        children.extend(suggestions.iter().map(|one| Self::of_suggestion(sources, one)));
    }

    fn of_suggestion(sources: &'a SourceMap, suggestion: &'a Suggestion) -> Self {
        let span = |edit| RustcSpan::of_edit(sources, edit, suggestion.applicability());
        let spans = suggestion.alternatives().flatten().filter_map(span).collect();
        Self::child(ChildLevel::Help, suggestion.message(), spans)
    }
}

/// Returns the help, the notes and the backtrace as children.
fn texts<'a>(checked: &'a CheckedDiagnostic<'a>) -> Vec<Message<'a>> {
    let text = |level, text| Message::child(level, text, Vec::new());
    let help = checked.diagnostic.help().map(|help| text(ChildLevel::Help, help.into()));
    let notes = checked.notes().map(|note| text(ChildLevel::Note, note));
    let backtrace = checked.diagnostic.backtrace();
    let backtrace = backtrace
        .map(|backtrace| text(ChildLevel::Note, format!("backtrace:\n{backtrace}").into()));
    help.into_iter().chain(notes).chain(backtrace).collect()
}
