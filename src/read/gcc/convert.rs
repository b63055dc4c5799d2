//! Converts the diagnostics of GCC.

use super::format::{Event, Fixit, GccDiagnostic};
use super::spans::{self, Finder};
use crate::model::{
    Applicability, Child, ChildLevel, Code, Diagnostic, Edit, Severity, Suggestion, TraceStep,
};
use crate::read::locate::{self, Place};
use crate::read::losses::Lost;
use crate::read::{Import, tool_name};

/// Adds a diagnostic with its notes.
///
/// GCC groups whatever it reports while it has one problem in hand. Only a note below an error or warning explains it;
/// another error or warning in the group is a diagnostic of its own, with the notes that follow it. The output of GCC
/// as text looks the same with and without groups.
pub(super) fn push(import: &mut Import<'_>, gcc: &GccDiagnostic<'_>) {
    push_group(import, spans::origin(gcc.column_origin), gcc, &[], false);
}

fn push_group<'g>(
    import: &mut Import<'_>,
    origin: i64,
    head: &'g GccDiagnostic<'g>,
    more: &[&'g GccDiagnostic<'g>],
    is_child: bool,
) {
    let is_note = |gcc: &GccDiagnostic<'_>| &*gcc.kind == "note";
    let children = head.children.iter().flatten().chain(more.iter().copied());
    let children: Vec<_> = children.collect();
    let notes = children.iter().take_while(|child| is_note(child)).count();
    let (notes, others) = children.split_at_checked(notes).unwrap_or_default();
    push_one(import, origin, head, notes, is_child);
    for group in others.chunk_by(|_, next| is_note(next)) {
        if let Some((head, notes)) = group.split_first() {
            push_group(import, origin, head, notes, true);
        }
    }
}

/// Adds a diagnostic with the given notes.
fn push_one(
    import: &mut Import<'_>,
    origin: i64,
    gcc: &GccDiagnostic<'_>,
    notes: &[&GccDiagnostic<'_>],
    is_child: bool,
) {
    let mut lost = Lost::default();
    lost.add_if(is_child, "the diagnostic that it was a child of");
    let tool = import.tool.clone();
    let mut finder = Finder { import: &mut *import, origin };
    let (severity, prefix) = severity(&gcc.kind, &mut lost);
    let message = format!("{prefix}{}", gcc.message);
    let locations = gcc.locations.as_deref().unwrap_or_default();
    let (primary, secondary) = locations.split_first().unzip();
    let place = primary.and_then(|location| finder.place(location, &mut lost));
    let mut diagnostic = locate::diagnostic(severity, None, place, message);
    if let Some(label) = primary.and_then(|location| location.label.as_deref()) {
        locate::set_label(&mut diagnostic, label);
    }
    for location in secondary.into_iter().flatten() {
        let label = location.label.as_deref().unwrap_or_default().to_owned();
        match finder.place(location, &mut lost).and_then(Place::span) {
            Some(span) => _ = diagnostic.add_secondary(span, label),
            None => lost.add("a secondary location that has no line"),
        }
    }
    lost.add_if(gcc.message.contains('\u{fffd}'), "bytes that are not UTF-8");
    if let Some(option) = &gcc.option {
        let code = code(option);
        match code {
            Some(code) => diagnostic = diagnostic.with_code(code),
            None => locate::note_code(&mut diagnostic, option, &mut lost),
        }
        let is_lost = |url: &str| tool_name::is_url_lost(tool.as_ref(), code, url);
        lost.add_if(gcc.option_url.as_deref().is_some_and(is_lost), "the URL of an option");
    }
    metadata(&mut diagnostic, gcc, &mut lost);
    for child in notes {
        push_child(&mut diagnostic, &mut finder, child, &mut lost);
    }
    for event in gcc.path.iter().flatten() {
        diagnostic.add_step(step(&mut finder, event, &mut lost));
    }
    if let Some(suggestion) = suggestion(&mut finder, gcc.fixits.as_deref(), &mut lost) {
        diagnostic.add_suggestion(suggestion);
    }
    import.push(diagnostic, lost);
}

/// Returns the severity of a kind, and the text that its message begins with.
fn severity(kind: &str, lost: &mut Lost) -> (Severity, &'static str) {
    match kind {
        "error" => (Severity::Error, ""),
        "warning" => (Severity::Warning, ""),
        "note" => (Severity::Note, ""),
        "fatal error" => (Severity::Fatal, ""),
        "internal compiler error" | "ice" => (Severity::Fatal, "internal compiler error: "),
        "sorry, unimplemented" => (Severity::Error, "sorry, unimplemented: "),
        "anachronism" => (Severity::Warning, "anachronism: "),
        "debug" => (Severity::Note, "debug: "),
        "pedwarn" => (Severity::Warning, ""),
        "permerror" => (Severity::Error, ""),
        _ => {
            lost.add("an unknown kind of diagnostic");
            (Severity::Error, "")
        }
    }
}

/// Returns the code of an option. `-Werror=shadow`, of a warning that was made an error, is `-Wshadow`.
pub(super) fn code(option: &str) -> Option<Code> {
    let warning = option.strip_prefix("-Werror=").filter(|name| !name.is_empty());
    warning.and_then(|name| Code::new(&format!("-W{name}")).ok()).or_else(|| Code::new(option).ok())
}

/// Adds a note for the weakness of which the diagnostic is an instance.
fn metadata(diagnostic: &mut Diagnostic, gcc: &GccDiagnostic<'_>, lost: &mut Lost) {
    for (name, value) in gcc.metadata.iter().flatten() {
        match value.as_u64().filter(|_| name == "cwe") {
            Some(number) => _ = diagnostic.add_note(format!("CWE-{number}")),
            None => lost.add("other metadata"),
        }
    }
    lost.add_if(!gcc.other.is_empty(), "fields of a later version of GCC");
}

/// Adds a note and, in the same list, its own notes.
fn push_child(
    diagnostic: &mut Diagnostic,
    finder: &mut Finder<'_, '_>,
    gcc: &GccDiagnostic<'_>,
    lost: &mut Lost,
) {
    let (severity, prefix) = severity(&gcc.kind, lost);
    let level = match severity {
        Severity::Note => ChildLevel::Note,
        Severity::Warning => ChildLevel::Warning,
        Severity::Error | Severity::Fatal => ChildLevel::Error,
    };
    // As in the output of GCC as text.
    let option = gcc.option.as_ref().map(|option| format!(" [{option}]")).unwrap_or_default();
    let mut child = Child::new(level, format!("{prefix}{}{option}", gcc.message));
    for (index, location) in gcc.locations.iter().flatten().enumerate() {
        let label = location.label.as_deref().unwrap_or_default().to_owned();
        match finder.place(location, lost).and_then(Place::span) {
            Some(span) if index == 0 => _ = child.add_label(span, label),
            Some(span) => _ = child.add_secondary(span, label),
            None => lost.add("the location of a note that has no line"),
        }
    }
    if let Some(suggestion) = suggestion(finder, gcc.fixits.as_deref(), lost) {
        child.add_suggestion(suggestion);
    }
    diagnostic.add_child(child);
    lost.add_if(gcc.option_url.is_some(), "the URL of an option");
    lost.add_if(gcc.path.is_some(), "the analysis steps of a note");
    lost.add_if(gcc.metadata.is_some(), "the metadata of a note");
    lost.add_if(!gcc.other.is_empty(), "fields of a later version of GCC");
    for nested in gcc.children.iter().flatten() {
        lost.add("the nesting of notes");
        push_child(diagnostic, finder, nested, lost);
    }
}

fn step(finder: &mut Finder<'_, '_>, event: &Event<'_>, lost: &mut Lost) -> TraceStep {
    lost.add_if(event.function.is_some(), "the function of an analysis step");
    lost.add_if(event.depth.is_some(), "the depth of an analysis step");
    let step = TraceStep::analysis(event.description.as_deref().unwrap_or_default().to_owned());
    let span = event.location.as_ref().and_then(|point| finder.point(point)?.span());
    match span {
        Some(span) => step.with_span(span),
        None => step,
    }
}

/// Returns the suggestion of the fix-it hints of a diagnostic. All of them together are one fix.
fn suggestion(
    finder: &mut Finder<'_, '_>,
    fixits: Option<&[Fixit<'_>]>,
    lost: &mut Lost,
) -> Option<Suggestion> {
    let fixits = fixits.filter(|fixits| !fixits.is_empty())?;
    let edit =
        |fixit: &Fixit<'_>| Some(Edit::replace(finder.replaced(fixit)?, fixit.string.to_string()));
    let edits: Option<Vec<Edit>> = fixits.iter().map(edit).collect();
    let message = edits.as_deref().map(message).unwrap_or_default();
    let suggestion =
        edits.and_then(|edits| Suggestion::new(message, edits, Applicability::Unspecified).ok());
    lost.add_if(suggestion.is_none(), "a fix-it hint that cannot be applied");
    suggestion
}

/// Returns what the edits do: GCC describes that only in the message of the diagnostic.
fn message(edits: &[Edit]) -> String {
    match edits {
        [edit] if edit.text().is_empty() => "remove this".to_owned(),
        [edit] => {
            let verb = if edit.span().is_empty() { "insert" } else { "replace this with" };
            format!("{verb} `{}`", edit.text().trim())
        }
        _ => "make these changes".to_owned(),
    }
}
