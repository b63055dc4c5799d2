//! Converts replacements to suggestions.
//!
//! rustc writes the parts of all alternatives of a suggestion as one list of spans, in no particular order within one
//! alternative:
//!
//! ```text
//! 0..0 "use a::T;"  0..0 "use b::T;"            two alternatives
//! 9..9 "Some("  12..12 ")"                      one alternative of two parts
//! 9..9 "Ok("  12..12 ")"  9..9 "Err("  12..12 ")"   two alternatives of two parts
//! 9..9 "("  12..12 ")"  12..12 ".len()"         one alternative: two parts insert at one offset
//! ```
//!
//! A part that overlaps an earlier one, or has the same span, begins a new alternative. If the groups that result differ
//! in length or begin at different spans, and the only conflicts are insertions at one offset, all parts are one
//! alternative, in which the insertions are joined. Alternatives of which no two parts overlap cannot be distinguished
//! from the parts of one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::expansions::Expansions;
use super::format::JsonSpan;
use super::spans::Locator;
use crate::model::{Applicability, Edit, Span, Suggestion};
use crate::read::losses::Lost;

const APPLICABILITY: &str = "the applicability of the parts of a suggestion";
const EDIT: &str = "a suggestion with an edit that has no location";
const LABEL: &str = "the label of an edit";

/// The texts of the edits of one alternative.
type Edits = BTreeMap<Span, String>;

/// Converts the replacements of a child. Returns `None`, and counts a loss, if one of them has no location.
pub(super) fn suggestion(
    message: String,
    spans: Vec<JsonSpan>,
    expansions: &mut Expansions,
    locator: &mut Locator<'_, '_>,
) -> Option<Suggestion> {
    let applicability = applicability(&spans, &mut locator.lost);
    let mut parts = Vec::with_capacity(spans.len());
    for span in spans {
        locator.lost.add_if(span.label.is_some(), LABEL);
        let Some(at) = locator.span(&span) else {
            locator.lost.add(EDIT);
            return None;
        };
        expansions.add(at, span.expansion.as_deref(), false, locator);
        parts.push((at, span.suggested_replacement.unwrap_or_default()));
    }
    let edit = |(span, text)| Edit::replace(span, text);
    let alternatives = alternatives(parts).into_iter().map(|edits| edits.into_iter().map(edit));
    let suggestion = Suggestion::with_alternatives(message, alternatives, applicability).ok();
    locator.lost.add_if(suggestion.is_none(), EDIT);
    suggestion
}

/// Returns the applicability that all parts have.
fn applicability(spans: &[JsonSpan], lost: &mut Lost) -> Applicability {
    let name = |span: &JsonSpan| span.suggestion_applicability.clone();
    let first = spans.first().and_then(name);
    let is_same = spans.iter().all(|span| span.suggestion_applicability == first);
    let known = match first.as_deref() {
        _ if !is_same => None,
        Some("MachineApplicable") => Some(Applicability::MachineApplicable),
        Some("MaybeIncorrect") => Some(Applicability::MaybeIncorrect),
        Some("HasPlaceholders") => Some(Applicability::HasPlaceholders),
        Some("Unspecified") | None => Some(Applicability::Unspecified),
        Some(_) => None,
    };
    lost.add_if(known.is_none(), APPLICABILITY);
    known.unwrap_or(Applicability::Unspecified)
}

/// Groups parts to alternatives.
fn alternatives(parts: Vec<(Span, String)>) -> Vec<Edits> {
    let mut groups: Vec<Group> = Vec::new();
    for (span, text) in &parts {
        match groups.last_mut() {
            Some(group) if !conflicts(&group.edits, *span) => {
                group.edits.insert(*span, text.clone());
            }
            _ => {
                let edits = Edits::from([(*span, text.clone())]);
                groups.push(Group { first: *span, edits });
            }
        }
    }
    let shape = |group: &Group| (group.first, group.edits.len());
    let first = groups.first().map(shape);
    let is_regular = groups.iter().all(|group| Some(shape(group)) == first);
    let joined = if is_regular { None } else { joined(parts) };
    match joined {
        Some(edits) => vec![edits],
        None => groups.into_iter().map(|group| group.edits).collect(),
    }
}

struct Group {
    /// The span of the part that rustc wrote first.
    first: Span,
    edits: Edits,
}

/// Returns all parts as one alternative. Insertions at one offset become one. Returns `None` if parts overlap.
fn joined(parts: Vec<(Span, String)>) -> Option<Edits> {
    let mut edits = Edits::new();
    for (span, text) in parts {
        if !edits.contains_key(&span) && conflicts(&edits, span) {
            return None;
        }
        match edits.entry(span) {
            Entry::Vacant(entry) => _ = entry.insert(text),
            Entry::Occupied(mut entry) if span.is_empty() => entry.get_mut().push_str(&text),
            Entry::Occupied(_) => return None,
        }
    }
    Some(edits)
}

/// Returns true if a span is that of an edit, or overlaps one.
fn conflicts(edits: &Edits, span: Span) -> bool {
    let before = edits.range(..span).next_back().map(|(span, _)| *span);
    let after = edits.range(span..).next().map(|(span, _)| *span);
    let is_in = |other: &Span| other.file() == span.file();
    before.filter(is_in).is_some_and(|before| before.hi() > span.lo())
        || after.filter(is_in).is_some_and(|after| after == span || after.lo() < span.hi())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileId;

    /// Returns the alternatives as text: `9..9 "Some(" 12..12 ")" | 9..9 "Ok(" …`.
    fn grouped(parts: &[(u32, u32, &str)]) -> String {
        let span = |lo, hi| Span::new(FileId::new(0), lo, hi).unwrap();
        let parts = parts.iter().map(|&(lo, hi, text)| (span(lo, hi), text.to_owned())).collect();
        let show =
            |(span, text): (&Span, &String)| format!("{}..{} {text:?}", span.lo(), span.hi());
        let show = |edits: Edits| edits.iter().map(show).collect::<Vec<_>>().join(" ");
        alternatives(parts).into_iter().map(show).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn parts_of_one_alternative_stay_together() {
        assert_eq!(grouped(&[(9, 9, "Some("), (12, 12, ")")]), r#"9..9 "Some(" 12..12 ")""#);
        let unordered = [(23, 33, ""), (40, 49, ""), (22, 23, ""), (49, 50, "")];
        assert_eq!(grouped(&unordered), r#"22..23 "" 23..33 "" 40..49 "" 49..50 """#);
        assert_eq!(grouped(&[(3, 5, "a"), (3, 3, "b"), (5, 5, "c")]).matches('|').count(), 0);
    }

    #[test]
    fn a_span_that_is_there_begins_an_alternative() {
        assert_eq!(grouped(&[(0, 0, "a"), (0, 0, "b")]), r#"0..0 "a" | 0..0 "b""#);
        assert_eq!(grouped(&[(3, 5, "a"), (3, 5, "a")]), r#"3..5 "a" | 3..5 "a""#);
        assert_eq!(grouped(&[(3, 5, "a"), (4, 6, "b")]), r#"3..5 "a" | 4..6 "b""#);
        assert_eq!(grouped(&[(3, 9, "a"), (4, 4, "b")]), r#"3..9 "a" | 4..4 "b""#);
        let wrapped = [(9, 9, "Ok("), (12, 12, ")"), (9, 9, "Err("), (12, 12, ")")];
        assert_eq!(grouped(&wrapped), r#"9..9 "Ok(" 12..12 ")" | 9..9 "Err(" 12..12 ")""#);
        let different = [(9, 9, "a"), (12, 13, "b"), (9, 9, "c"), (12, 12, "d"), (12, 13, "e")];
        assert_eq!(
            grouped(&different),
            r#"9..9 "a" 12..13 "b" | 9..9 "c" 12..12 "d" 12..13 "e""#,
            "of different lengths"
        );
    }

    #[test]
    fn insertions_at_one_offset_are_joined() {
        let call = [(9, 9, "("), (12, 12, ")"), (12, 12, ".len()")];
        assert_eq!(grouped(&call), r#"9..9 "(" 12..12 ").len()""#);
        let twice = [(9, 9, "a"), (9, 9, "b"), (12, 13, "c")];
        assert_eq!(grouped(&twice), r#"9..9 "ab" 12..13 "c""#);
    }

    #[test]
    fn edits_of_two_files_do_not_conflict() {
        let span = |file, lo, hi| Span::new(FileId::new(file), lo, hi).unwrap();
        let parts = [span(1, 0, 9), span(0, 0, 9), span(2, 3, 4)];
        let parts = parts.map(|span| (span, String::new())).to_vec();
        assert_eq!(alternatives(parts).len(), 1);
    }
}
