//! Code actions: the suggestions of diagnostics.

use std::collections::HashMap;

use lsp_server::{RequestId, Response};
use serde::Serialize;
use serde_json::{Value, json};
use vitte_diag::lsp::{Range, WorkspaceEdit};
use vitte_diag::{Applicability, Code, Diagnostic, Suggestion};

use super::Session;
use super::messages::CodeActionRequest;
use crate::check::Checked;
use crate::paths::{Key, key_of_uri};
use crate::results::{FileItem, codes_of};

const QUICK_FIX: &str = "quickfix";

impl Session {
    /// Returns the actions at a range: fixes of the diagnostics there, of all of their kind, of the whole file, and pages of their
    /// codes.
    pub(super) fn code_actions(&self, params: &CodeActionRequest) -> Value {
        let (key, _) = key_of_uri(&params.text_document.uri);
        let items = self.results.of_file(&key, &self.open);
        let wants = |kind: &str| is_wanted(params.context.only.as_deref(), kind);
        let mut actions = Vec::new();
        if wants(QUICK_FIX) {
            let here: Vec<_> =
                items.iter().filter(|item| touches(item.lsp().range, params.range)).collect();
            for item in &here {
                self.push_fixes(item, &mut actions);
            }
            let codes = codes_of(here.iter().copied());
            let mut counts: HashMap<Code, usize> = HashMap::new();
            for code in fixable(&items).filter_map(|item| item.lsp().code) {
                *counts.entry(code).or_default() += 1;
            }
            for &code in &codes {
                if let Some(count) = counts.get(&code).filter(|&&count| count > 1) {
                    let title = format!("fix all {count} `{code}` in this file");
                    actions.push(self.fix_all(&key, &title, QUICK_FIX, Some(code)));
                }
            }
            let explained = codes.iter().filter(|code| self.may_have_page(code.as_str()));
            actions.extend(explained.map(|&code| self.explain_action(code)));
        }
        let kind = self.fix_all_kind();
        if wants(&kind) && fixable(&items).next().is_some() {
            let title = format!("fix all problems of {} in this file", self.config.tool.name());
            actions.push(self.fix_all(&key, &title, &kind, None));
        }
        Value::Array(actions)
    }

    fn fix_all_kind(&self) -> String {
        format!("source.fixAll.{}", self.config.tool.name())
    }

    /// Adds an action for each fix of a diagnostic.
    fn push_fixes(&self, item: &FileItem<'_>, actions: &mut Vec<Value>) {
        let Some(diagnostic) = item.checked.diagnostic(item.item) else { return };
        for fix in item.checked.converter().code_actions(diagnostic) {
            if let Some(edit) = self.edit(item.checked, &fix.edit) {
                actions.push(json!({
                    "title": fix.title,
                    "kind": fix.kind,
                    "diagnostics": [item.lsp()],
                    "isPreferred": fix.is_preferred,
                    "edit": edit,
                }));
            }
        }
    }

    /// Returns the action that applies all automatic fixes of a file, or those of one code. Its edit is computed at once only if the
    /// client cannot ask for it.
    fn fix_all(&self, key: &Key, title: &str, kind: &str, code: Option<Code>) -> Value {
        let mut action = json!({
            "title": title,
            "kind": kind,
            "data": {"uri": &**key, "version": self.open.version(key), "code": code},
        });
        if !self.client.resolves_edits {
            if let (Some(action), Some(edit)) =
                (action.as_object_mut(), self.fix_all_edit(key, code))
            {
                action.insert("edit".to_owned(), edit);
            }
        }
        action
    }

    fn fix_all_edit(&self, key: &Key, code: Option<Code>) -> Option<Value> {
        let items = self.results.of_file(key, &self.open);
        let items = items.iter().filter(|item| code.is_none() || item.lsp().code == code);
        let mut edit = WorkspaceEdit::default();
        // The results of other documents have other sources. Their edits are added if they change other files.
        let mut results: Vec<(&Checked, Vec<&Diagnostic>)> = Vec::new();
        for item in items {
            let Some(diagnostic) = item.checked.diagnostic(item.item) else { continue };
            match results.last_mut().filter(|(checked, _)| std::ptr::eq(*checked, &**item.checked))
            {
                Some((_, diagnostics)) => diagnostics.push(diagnostic),
                None => results.push((item.checked, vec![diagnostic])),
            }
        }
        for (checked, diagnostics) in results {
            let suggestions =
                diagnostics.iter().flat_map(|diagnostic| diagnostic.all_suggestions());
            let automatic = suggestions.filter(|suggestion| is_automatic(suggestion));
            let Some(own) = checked.converter().workspace_edit(automatic) else { continue };
            if self.is_current(checked, &own)
                && own.changes.keys().all(|uri| !edit.changes.contains_key(uri))
            {
                edit.changes.extend(own.changes);
            }
        }
        (!edit.changes.is_empty()).then(|| self.versioned(&edit))
    }

    /// Returns an edit as the client expects it, or `None` if a file that it changes has changed since the check.
    fn edit(&self, checked: &Checked, edit: &WorkspaceEdit) -> Option<Value> {
        self.is_current(checked, edit).then(|| self.versioned(edit))
    }

    /// Returns true if no file that an edit changes has changed since the check. Of a file that is not open the client knows no version,
    /// and it need not report that it has changed.
    fn is_current(&self, checked: &Checked, edit: &WorkspaceEdit) -> bool {
        edit.changes.keys().all(|uri| {
            let (key, path) = key_of_uri(uri);
            let closed = path.filter(|_| self.open.get(&key).is_none());
            checked.is_current(&key, &self.open)
                && closed.is_none_or(|path| checked.is_on_disk(&key, &path))
        })
    }

    /// Returns an edit with the versions of its documents, if the client supports them.
    fn versioned(&self, edit: &WorkspaceEdit) -> Value {
        if !self.client.document_changes {
            return to_value(edit);
        }
        let changes = edit.changes.iter().map(|(uri, edits)| {
            let version = self.open.version(&key_of_uri(uri).0);
            json!({"textDocument": {"uri": uri, "version": version}, "edits": edits})
        });
        json!({"documentChanges": changes.collect::<Vec<_>>()})
    }

    /// Adds the edit to an action of [`fix_all`](Self::fix_all).
    pub(super) fn resolve(&mut self, id: RequestId, mut action: Value) {
        let data = action.get("data").cloned().unwrap_or_default();
        let key = data.get("uri").and_then(Value::as_str).map(Key::from);
        let code = data.get("code").and_then(Value::as_str).and_then(|code| Code::new(code).ok());
        let has_code = data.get("code").is_some_and(Value::is_string);
        if let Some(key) = key.filter(|_| has_code == code.is_some()) {
            let version = data.get("version").and_then(Value::as_i64);
            let is_current = version == self.open.version(&key).map(i64::from);
            let edit = self.fix_all_edit(&key, code).filter(|_| is_current);
            if let (Some(action), Some(edit)) = (action.as_object_mut(), edit) {
                action.insert("edit".to_owned(), edit);
            }
        }
        self.respond(Response::new_ok(id, action));
    }
}

/// Returns the diagnostics that have a fix that may be applied without asking.
fn fixable<'a, 'i>(items: &'a [FileItem<'i>]) -> impl Iterator<Item = &'a FileItem<'i>> {
    items.iter().filter(|item| {
        let diagnostic = item.checked.diagnostic(item.item);
        diagnostic.into_iter().flat_map(Diagnostic::all_suggestions).any(is_automatic)
    })
}

/// Returns true if a suggestion may be applied without asking.
fn is_automatic(suggestion: &Suggestion) -> bool {
    suggestion.applicability() == Applicability::MachineApplicable && !suggestion.has_alternatives()
}

/// Returns true if the client asks for actions of a kind: without kinds, or with the kind itself or one that contains it.
fn is_wanted(only: Option<&[String]>, kind: &str) -> bool {
    only.is_none_or(|only| {
        only.iter().any(|wanted| {
            let rest = kind.strip_prefix(wanted.as_str());
            rest.is_some_and(|rest| wanted.is_empty() || rest.is_empty() || rest.starts_with('.'))
        })
    })
}

/// Returns true if two ranges overlap or touch, as a cursor at the end of a diagnostic does.
fn touches(a: Range, b: Range) -> bool {
    a.start <= b.end && b.start <= a.end
}

fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn kinds_are_paths() {
        let is_wanted = |only: &[&str], kind: &str| {
            let only: Vec<String> = only.iter().map(|&kind| kind.to_owned()).collect();
            super::is_wanted(Some(&only), kind)
        };
        assert!(super::is_wanted(None, "quickfix"));
        assert!(is_wanted(&["quickfix"], "quickfix") && is_wanted(&[""], "quickfix"));
        assert!(is_wanted(&["refactor", "source.fixAll"], "source.fixAll.mycc"));
        assert!(is_wanted(&["source"], "source.fixAll.mycc"));
        assert!(!is_wanted(&["source.fix"], "source.fixAll.mycc") && !is_wanted(&[], "quickfix"));
        assert!(!is_wanted(&["source.fixAll.other"], "source.fixAll.mycc"));
    }
}
