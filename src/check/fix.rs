//! Fixes: the alternatives of suggestions, as other programs apply them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::CheckedDiagnostic;
use crate::model::{Applicability, Edit, Suggestion};
use crate::source::{SourceFile, SourceMap};
use crate::text;

/// The maximum length of the text that distinguishes two alternatives, in bytes.
const MAX_CHOICE_BYTES: usize = 60;

/// One alternative of a suggestion.
#[derive(Clone, Debug)]
pub(crate) struct Fix<'a> {
    pub(crate) suggestion: &'a Suggestion,
    pub(crate) edits: &'a [Edit],
    /// What distinguishes the fix from the other alternatives. `None` if there are no others.
    choice: Option<String>,
}

impl<'a> Fix<'a> {
    /// Returns the message. With several alternatives, what distinguishes this one follows. The title is never empty,
    /// because editors list fixes by their titles.
    pub(crate) fn title(&self) -> Cow<'a, str> {
        match (&self.choice, self.suggestion.message()) {
            (None, "") => "apply the suggestion".into(),
            (None, message) => message.into(),
            (Some(choice), "") => choice.clone().into(),
            (Some(choice), message) => format!("{message}: {choice}").into(),
        }
    }

    /// Returns true if a tool may apply the fix without asking.
    pub(crate) fn is_automatic(&self) -> bool {
        self.choice.is_none() && self.suggestion.applicability() == Applicability::MachineApplicable
    }

    /// Returns a fix for each alternative of a suggestion.
    fn all(sources: &SourceMap, suggestion: &'a Suggestion) -> impl Iterator<Item = Self> {
        let choices =
            if suggestion.has_alternatives() { choices(sources, suggestion) } else { Vec::new() };
        let choices = choices.into_iter().map(Some).chain(std::iter::repeat(None));
        let alternatives = suggestion.alternatives().zip(choices);
        alternatives.map(move |(edits, choice)| Self { suggestion, edits, choice })
    }
}

/// Returns a text for each alternative of a suggestion: what the alternative inserts or removes, and its number if another
/// one does the same. No two texts are equal.
pub(crate) fn choices(sources: &SourceMap, suggestion: &Suggestion) -> Vec<String> {
    let text = |edits: &[Edit]| match inserted_text(edits) {
        Some(inserted) => format!("`{inserted}`"),
        None => removed_text(sources, edits).unwrap_or_default(),
    };
    let texts: Vec<String> = suggestion.alternatives().map(text).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for text in &texts {
        *counts.entry(text).or_default() += 1;
    }
    let choice = |(number, text): (usize, &String)| match counts.get(text.as_str()) {
        _ if text.is_empty() => format!("alternative {number}"),
        Some(1) => text.clone(),
        _ => format!("{text} (alternative {number})"),
    };
    (1..).zip(&texts).map(choice).collect()
}

/// Returns the beginning of the text that the first edit removes, such as "remove `let x`".
fn removed_text(sources: &SourceMap, edits: &[Edit]) -> Option<String> {
    let span = edits.first()?.span();
    let file = sources.file(span.file()).ok().filter(|file| !file.is_unavailable())?;
    let removed = file.text().get(span.range())?.trim();
    let start = text::truncate(removed, MAX_CHOICE_BYTES);
    let dots = if start.len() < removed.len() { "..." } else { "" };
    (!start.is_empty()).then(|| format!("remove `{}{dots}`", text::one_line(start)))
}

/// Returns the beginning of the texts that the edits insert, on one line, or `None` if they insert nothing.
fn inserted_text(edits: &[Edit]) -> Option<String> {
    let mut joined = String::new();
    for text in edits.iter().map(|edit| edit.text().trim()).filter(|text| !text.is_empty()) {
        if !joined.is_empty() {
            joined.push_str(" ... ");
        }
        let room = MAX_CHOICE_BYTES.saturating_sub(joined.len());
        joined.push_str(text::truncate(text, room));
        if text.len() > room {
            joined.push_str("...");
            break;
        }
    }
    (!joined.is_empty()).then(|| text::one_line(&joined).into_owned())
}

impl CheckedDiagnostic<'_> {
    /// Returns the suggestions of the diagnostic and of its children.
    pub(crate) fn all_suggestions(&self) -> Vec<&Suggestion> {
        // Most diagnostics have neither, and then it costs nothing.
        if self.suggestions.is_empty() && self.children.is_empty() {
            return Vec::new();
        }
        let children = self.children.iter().flat_map(|child| &child.suggestions);
        self.suggestions.iter().chain(children).map(AsRef::as_ref).collect()
    }

    /// Splits the suggestions into the fixes that another program can apply, because it can open every file that
    /// they edit and `can_edit` accepts it, and the other suggestions, which are shown as text.
    pub(crate) fn fixes(
        &self,
        sources: &SourceMap,
        can_edit: impl Fn(&SourceFile) -> bool,
    ) -> (Vec<Fix<'_>>, Vec<&Suggestion>) {
        let is_editable = |edit: &Edit| {
            let file = sources.file(edit.span().file());
            file.is_ok_and(|file| file.is_openable() && can_edit(file))
        };
        let (mut fixes, mut in_text) = (Vec::new(), Vec::new());
        for suggestion in self.all_suggestions() {
            if suggestion.alternatives().flatten().all(is_editable) {
                fixes.extend(Fix::all(sources, suggestion));
            } else {
                in_text.push(suggestion);
            }
        }
        (fixes, in_text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Diagnostic, FileId, Span};

    fn suggestion(message: &'static str, alternatives: &[&[&'static str]]) -> Suggestion {
        let edits = alternatives.iter().map(|texts| {
            let edit = |(at, text): (u32, &&'static str)| Edit::insert(FileId::new(0), at, *text);
            (0..).zip(*texts).map(edit).collect::<Vec<_>>()
        });
        Suggestion::with_alternatives(message, edits, Applicability::MachineApplicable).unwrap()
    }

    fn sources() -> SourceMap {
        let mut sources = SourceMap::new();
        sources.add("a.vitte", "let x = 1\n").unwrap();
        sources
    }

    fn titles(suggestion: Suggestion) -> Vec<(String, bool)> {
        let (sources, diagnostic) = (sources(), Diagnostic::error(None, Span::DUMMY, "m"));
        let diagnostic = diagnostic.with_suggestion(suggestion);
        let checked = CheckedDiagnostic::new(&sources, &diagnostic);
        let (fixes, in_text) = checked.fixes(&sources, |_| true);
        assert!(in_text.is_empty());
        fixes.iter().map(|fix| (fix.title().into_owned(), fix.is_automatic())).collect()
    }

    #[test]
    fn titles_of_alternatives_differ() {
        let titles_of = |alternatives: &[&[&'static str]]| {
            let titles = titles(suggestion("do it", alternatives));
            assert!(titles.iter().all(|(_, is_automatic)| *is_automatic == (titles.len() == 1)));
            titles.into_iter().map(|(title, _)| title).collect::<Vec<_>>()
        };
        assert_eq!(titles_of(&[&["use a;"]]), ["do it"]);
        assert_eq!(
            titles_of(&[&["use a;\n"], &["use b;\n"]]),
            ["do it: `use a;`", "do it: `use b;`"]
        );
        assert_eq!(
            titles_of(&[&["(", "a)"], &["(", "b)"]]),
            ["do it: `( ... a)`", "do it: `( ... b)`"]
        );
        assert_eq!(titles_of(&[&["a\nb"], &[""]]), ["do it: `a\\nb`", "do it: alternative 2"]);
        let same = ["do it: `a` (alternative 1)", "do it: `a` (alternative 2)"];
        assert_eq!(titles_of(&[&["a"], &["a"]]), same);
        let long: &'static str = "é".repeat(1 << 20).leak();
        let cut = format!("do it: `{}...` (alternative 1)", "é".repeat(30));
        assert_eq!(titles_of(&[&[long], &[long, "x"]])[0], cut);
    }

    #[test]
    fn the_title_of_a_removal_says_what_is_removed() {
        let file = FileId::new(0);
        let edits = [Edit::insert(file, 4, "_"), Edit::remove(Span::between(file, 0, 9))];
        let alternatives = edits.map(|edit| [edit]);
        let either =
            Suggestion::with_alternatives("do it", alternatives, Applicability::Unspecified);
        let titles: Vec<_> = titles(either.unwrap()).into_iter().map(|(title, _)| title).collect();
        assert_eq!(titles, ["do it: `_`", "do it: remove `let x = 1`"]);
    }

    #[test]
    fn titles_are_never_empty() {
        assert_eq!(titles(suggestion("", &[&["x"]])), [("apply the suggestion".to_owned(), true)]);
        assert_eq!(titles(suggestion("", &[&["x"], &["y"]]))[1].0, "`y`");
    }

    /// Of the two alternatives one is invalid: a person has to decide about the other one.
    #[test]
    fn the_last_valid_alternative_is_not_automatic() {
        let alternatives = [4, 99].map(|at| [Edit::insert(FileId::new(0), at, "x")]);
        let one_is_valid =
            Suggestion::with_alternatives("m", alternatives, Applicability::MachineApplicable);
        assert_eq!(titles(one_is_valid.unwrap()), [("m".to_owned(), false)]);
    }

    #[test]
    fn a_suggestion_is_text_if_one_alternative_edits_a_file_that_cannot_be_opened() {
        let mut sources = sources();
        let stdin = sources.add("<stdin>", "let x = 1\n").unwrap();
        let alternatives = [FileId::new(0), stdin].map(|file| [Edit::insert(file, 0, "x")]);
        let both = Suggestion::with_alternatives("m", alternatives, Applicability::Unspecified);
        let diagnostic = Diagnostic::error(None, Span::DUMMY, "m").with_suggestion(both.unwrap());
        let checked = CheckedDiagnostic::new(&sources, &diagnostic);
        let (fixes, in_text) = checked.fixes(&sources, |_| true);
        assert_eq!((fixes.len(), in_text.len()), (0, 1), "the suggestion is listed once");
    }
}
