//! Suggestions from the fixes of formats that have no alternatives.

use super::losses::Lost;
use crate::check;
use crate::model::{Applicability, Edit, Suggestion};
use crate::source::SourceMap;

/// A fix as a format has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct NamedFix {
    pub(super) title: String,
    pub(super) edits: Vec<Edit>,
    pub(super) applicability: Applicability,
}

/// Converts fixes to suggestions. Fixes that follow one another are the alternatives of one suggestion if their titles
/// are equal, or if they are the titles that the emitters give to alternatives.
pub(super) fn suggestions(
    sources: &SourceMap,
    fixes: &[NamedFix],
    lost: &mut Lost,
) -> Vec<Suggestion> {
    let mut suggestions = Vec::new();
    let mut rest = fixes;
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|fix| fix.title == first.title).count();
        let (suggestion, len) = match alternatives(sources, rest) {
            _ if same > 1 => (new(first.title.clone(), rest, same), same),
            Some((suggestion, len)) => (Some(suggestion), len),
            None => (new(first.title.clone(), rest, 1), 1),
        };
        lost.add_if(suggestion.is_none(), "a fix whose edits overlap");
        suggestions.extend(suggestion);
        rest = rest.get(len..).unwrap_or_default();
    }
    suggestions
}

/// Returns the suggestion whose alternatives are the first `len` fixes.
fn new(message: String, fixes: &[NamedFix], len: usize) -> Option<Suggestion> {
    let applicability = fixes.first()?.applicability;
    let edits = fixes.iter().take(len).map(|fix| fix.edits.clone());
    Suggestion::with_alternatives(message, edits, applicability).ok()
}

/// Returns the suggestion whose alternatives are the first fixes, and their number, if an emitter gave them their
/// titles: the message of the suggestion, `: `, and what distinguishes the alternative.
fn alternatives(sources: &SourceMap, fixes: &[NamedFix]) -> Option<(Suggestion, usize)> {
    let first = fixes.first()?;
    let (mut message, mut choice) = first.title.rsplit_once(": ").unwrap_or(("", &first.title));
    loop {
        let is_own = |fix: &&NamedFix| {
            fix.title.starts_with(message)
                && fix.applicability == first.applicability
                && (message.is_empty()
                    || fix.title.get(message.len()..).is_some_and(|rest| rest.starts_with(": ")))
        };
        let starts = ["`", "remove `", "alternative "];
        let is_choice = starts.iter().any(|start| choice.starts_with(start));
        let len = if is_choice { fixes.iter().take_while(is_own).count() } else { 0 };
        if len > 1 {
            let suggestion = new(message.to_owned(), fixes, len)?;
            let titles = check::choices(sources, &suggestion).into_iter();
            let titles = titles.map(|choice| title(message, &choice));
            if titles.eq(fixes.iter().take(len).map(|fix| fix.title.clone())) {
                return Some((suggestion, len));
            }
        }
        // The inserted text may contain `: ` too.
        (message, _) = message.rsplit_once(": ")?;
        choice = first.title.get(message.len() + 2..)?;
    }
}

fn title(message: &str, choice: &str) -> String {
    if message.is_empty() { choice.to_owned() } else { format!("{message}: {choice}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileId;

    fn fix(title: &str, text: &'static str) -> NamedFix {
        let edits = vec![Edit::insert(FileId::new(0), 0, text)];
        NamedFix { title: title.to_owned(), edits, applicability: Applicability::MaybeIncorrect }
    }

    fn read(fixes: &[(&str, &'static str)]) -> Vec<(String, usize)> {
        let fixes: Vec<_> = fixes.iter().map(|(title, text)| fix(title, text)).collect();
        let suggestions = suggestions(&SourceMap::new(), &fixes, &mut Lost::default());
        let numbers =
            suggestions.iter().map(|one| (one.message().to_owned(), one.alternatives().count()));
        numbers.collect()
    }

    fn expected(all: &[(&str, usize)]) -> Vec<(String, usize)> {
        all.iter().map(|(message, count)| ((*message).to_owned(), *count)).collect()
    }

    #[test]
    fn equal_titles_are_alternatives() {
        let fixes = [("a", "x"), ("a", "y"), ("b", "z"), ("a", "z")];
        assert_eq!(read(&fixes), expected(&[("a", 2), ("b", 1), ("a", 1)]));
    }

    #[test]
    fn titles_of_alternatives_are_recognised() {
        let fixes = [("use: `x`", "x"), ("use: `y`", "y"), ("other", "z")];
        assert_eq!(read(&fixes), expected(&[("use", 2), ("other", 1)]));
        let fixes = [("a: b: `x: y`", "x: y"), ("a: b: `z`", "z")];
        assert_eq!(read(&fixes), expected(&[("a: b", 2)]));
        let fixes = [("`x`", "x"), ("alternative 2", "")];
        assert_eq!(read(&fixes), expected(&[("", 2)]));
        let fixes = [("do it: `x` (alternative 1)", "x"), ("do it: `x` (alternative 2)", "x")];
        assert_eq!(read(&fixes), expected(&[("do it", 2)]));
    }

    #[test]
    fn other_titles_are_separate_suggestions() {
        let fixes = [("use: `x`", "x"), ("use: `z`", "y")];
        assert_eq!(read(&fixes), expected(&[("use: `x`", 1), ("use: `z`", 1)]));
        assert_eq!(read(&[("use: `x`", "x")]), expected(&[("use: `x`", 1)]));
    }

    #[test]
    fn overlapping_edits_are_lost() {
        let mut overlapping = fix("a", "x");
        overlapping.edits.push(Edit::insert(FileId::new(0), 0, "y"));
        let mut lost = Lost::default();
        assert_eq!(suggestions(&SourceMap::new(), &[overlapping], &mut lost), []);
        assert_eq!(lost.into_iter().collect::<Vec<_>>(), ["a fix whose edits overlap"]);
    }
}
