//! Converts the diagnostics of a language server.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize as _;
use serde_json::Value;

use super::format::{CodeAction, LspDiagnostic, Params, Related, TextEdit};
use super::positions::{self, Lines};
use crate::model::{Applicability, Code, Edit, FileId, Severity, Span, Tag};
use crate::read::fixes::{self, NamedFix};
use crate::read::locate::{self, Place};
use crate::read::losses::Lost;
use crate::read::uri::{self, Resource};
use crate::read::{Import, tool_name};

/// Converts the diagnostics of one input.
#[derive(Debug, Default)]
pub(super) struct Converter {
    files: HashMap<String, FileId>,
    lines: Lines,
    /// Whether bytes of the input were replaced, because they are not UTF-8.
    is_lossy: bool,
}

impl Converter {
    pub(super) fn new(is_lossy: bool) -> Self {
        Self { is_lossy, ..Self::default() }
    }

    /// Adds the diagnostics of one file.
    pub(super) fn push_all(&mut self, import: &mut Import<'_>, params: &Params<'_>) {
        for diagnostic in &params.diagnostics {
            self.push(import, &params.uri, diagnostic);
        }
    }

    fn push(&mut self, import: &mut Import<'_>, uri: &str, lsp: &LspDiagnostic<'_>) {
        let mut lost = Lost::default();
        let place = self.place(import, uri, lsp, &mut lost);
        let severity = severity(lsp, &mut lost);
        let message = lsp.message.text();
        lost.add_if(self.is_lossy && message.contains('\u{fffd}'), "bytes that are not UTF-8");
        let code = code(lsp);
        let mut diagnostic = locate::diagnostic(severity, code, place, message);
        match lsp.code.as_ref().and_then(code_text) {
            Some(text) if code.is_none() => locate::note_code(&mut diagnostic, &text, &mut lost),
            None if lsp.code.is_some() => lost.add("a code that is neither a number nor a string"),
            _ => {}
        }
        let tool = import.tool.as_ref();
        let href = lsp.code_description.as_ref().map(|description| &*description.href);
        lost.add_if(
            href.is_some_and(|href| tool_name::is_url_lost(tool, code, href)),
            "the URL of a code",
        );
        let is_other = lsp
            .source
            .as_deref()
            .is_some_and(|source| tool.is_none_or(|tool| tool.name() != source));
        lost.add_if(is_other, "the name of one of several tools");
        for tag in lsp.tags.iter().flatten() {
            match tag.get() {
                Some(1) => _ = diagnostic.add_tag(Tag::Unnecessary),
                Some(2) => _ = diagnostic.add_tag(Tag::Deprecated),
                _ => lost.add("tags other than `unnecessary` and `deprecated`"),
            }
        }
        for related in lsp.related_information.iter().flatten() {
            // Written for labels without a message.
            let message = if &*related.message == "here" { "" } else { &*related.message };
            match self.related_span(import, related) {
                Some(span) => _ = diagnostic.add_secondary(span, message.to_owned()),
                None => lost.add("related information without a location"),
            }
        }
        let fixes = self.fixes(import, &actions(lsp, &mut lost), &mut lost);
        for suggestion in fixes::suggestions(&import.files.sources, &fixes, &mut lost) {
            diagnostic.add_suggestion(suggestion);
        }
        lost.add_if(!lsp.other.is_empty(), "fields that the protocol does not define");
        import.push(diagnostic, lost);
    }

    /// Returns where a diagnostic is.
    fn place(
        &mut self,
        import: &mut Import<'_>,
        uri: &str,
        lsp: &LspDiagnostic<'_>,
        lost: &mut Lost,
    ) -> Option<Place> {
        // As an emitter publishes a diagnostic without a location.
        let is_tool = |name: &str| lsp.source.as_deref() == Some(name);
        if matches!(Resource::new(uri), Resource::Untitled(name) if is_tool(&name))
            && lsp.range.is_some_and(positions::is_start)
        {
            return None;
        }
        if uri.is_empty() {
            lost.add("a location without a URI");
            return None;
        }
        let file = self.file(import, uri);
        let span = lsp.range.and_then(|range| self.lines.span(import, file, range));
        lost.add_if(span.is_none() && lsp.range.is_some(), "an invalid range");
        Some(span.map_or(Place::File(file), Place::Span))
    }

    fn related_span(&mut self, import: &mut Import<'_>, related: &Related<'_>) -> Option<Span> {
        let uri = Some(&*related.location.uri).filter(|uri| !uri.is_empty())?;
        let file = self.file(import, uri);
        self.lines.span(import, file, related.location.range)
    }

    /// Returns the file of a URI. A document that is not on disk is virtual, unless there is a file of its name:
    /// emitters write `untitled:` for a file whose directory they do not know.
    fn file(&mut self, import: &mut Import<'_>, uri: &str) -> FileId {
        if let Some(&file) = self.files.get(uri) {
            return file;
        }
        let path = match Resource::new(uri) {
            Resource::Path(path) | Resource::Virtual(path) => path,
            Resource::Untitled(name) if import.files.is_here(&name) => name,
            Resource::Untitled(name) => uri::bracketed(&name),
        };
        let file = import.files.file(&path);
        self.files.insert(uri.to_owned(), file);
        file
    }

    /// Returns the fixes of code actions.
    fn fixes(
        &mut self,
        import: &mut Import<'_>,
        actions: &[CodeAction],
        lost: &mut Lost,
    ) -> Vec<NamedFix> {
        let mut fixes = Vec::new();
        for CodeAction { title, is_preferred, edit } in actions {
            let Some(changes) = edit.as_ref().and_then(|edit| edit.changes.as_ref()) else {
                lost.add("a code action without changes of text");
                continue;
            };
            let applicability = match is_preferred {
                true => Applicability::MachineApplicable,
                false => Applicability::Unspecified,
            };
            match self.edits(import, changes) {
                Some(edits) => fixes.push(NamedFix { title: title.clone(), edits, applicability }),
                None => lost.add("a code action with an invalid range"),
            }
        }
        fixes
    }

    fn edits(
        &mut self,
        import: &mut Import<'_>,
        all: &BTreeMap<String, Vec<TextEdit>>,
    ) -> Option<Vec<Edit>> {
        let mut edits = Vec::new();
        for (uri, changes) in all {
            let file = self.file(import, uri);
            for change in changes {
                let span = self.lines.span(import, file, change.range)?;
                edits.push(Edit::replace(span, change.new_text.clone()));
            }
        }
        Some(edits)
    }
}

/// Returns the code actions of a diagnostic.
fn actions(lsp: &LspDiagnostic<'_>, lost: &mut Lost) -> Vec<CodeAction> {
    let data = lsp.data.as_ref().filter(|data| !data.is_null());
    let in_data = data.map(Vec::<CodeAction>::deserialize).transpose();
    lost.add_if(in_data.is_err(), "the data of a language server");
    let own = lsp.code_actions.iter().flatten().cloned();
    in_data.ok().flatten().into_iter().flatten().chain(own).collect()
}

/// Returns the severity. Clients show a diagnostic without one as an error.
fn severity(lsp: &LspDiagnostic<'_>, lost: &mut Lost) -> Severity {
    match lsp.severity.get() {
        Some(1) | None => Severity::Error,
        Some(2) => Severity::Warning,
        Some(3) => Severity::Note,
        Some(4) => {
            lost.add("the severity of a hint, which is a note");
            Severity::Note
        }
        Some(_) => {
            lost.add("an unknown severity");
            Severity::Error
        }
    }
}

/// Returns the code, or `None` if there is none, or its text is not a code.
pub(super) fn code(lsp: &LspDiagnostic<'_>) -> Option<Code> {
    lsp.code.as_ref().and_then(code_text).and_then(|text| Code::new(&text).ok())
}

/// Returns the text of a code: a string, or the digits of a number. Some servers write an object with a `value`.
fn code_text(code: &Value) -> Option<String> {
    match code {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(fields) => {
            fields.get("value").filter(|value| !value.is_object()).and_then(code_text)
        }
        _ => None,
    }
}
