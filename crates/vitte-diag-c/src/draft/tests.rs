use super::*;

fn at(lo: u32, hi: u32) -> RawSpan {
    RawSpan { file: 0, lo, hi }
}

const NOWHERE: RawSpan = RawSpan { file: u32::MAX, lo: 3, hi: 1 };

fn draft() -> Draft {
    Draft::new(Severity::Error, "E0001", at(1, 2), "message".to_owned())
}

/// The parts of a suggestion.
fn fix(replacement: &str) -> (String, Vec<Edit>, Applicability) {
    let edits = vec![edit(at(1, 2), replacement.to_owned()).unwrap()];
    (format!("use {replacement}"), edits, Applicability::Unspecified)
}

fn suggest(draft: &mut Draft, replacement: &str) {
    let (message, edits, applicability) = fix(replacement);
    draft.add_suggestion(message, edits, applicability).unwrap();
}

fn suggest_for_child(draft: &mut Draft, replacement: &str) -> Result {
    let (message, edits, applicability) = fix(replacement);
    draft.add_child_suggestion(message, edits, applicability)
}

fn notes(diagnostic: &Diagnostic) -> Vec<&str> {
    diagnostic.notes().collect()
}

fn messages(suggestions: &[Suggestion]) -> Vec<&str> {
    suggestions.iter().map(Suggestion::message).collect()
}

#[test]
fn what_is_wrong_with_a_diagnostic_becomes_a_note() {
    let diagnostic = Draft::new(Severity::Error, "no code", at(5, 2), String::new()).finish();
    assert_eq!(diagnostic.code(), None);
    let primary = diagnostic.primary().unwrap().span();
    assert_eq!((primary.lo(), primary.hi()), (2, 5));
    let notes = notes(&diagnostic);
    assert!(notes[0].contains("no code"), "{notes:?}");
    let reversed = "the primary label is at bytes 5..2, which end before they begin; shown at 2..5";
    assert_eq!(notes[1], reversed);

    let diagnostic = Draft::new(Severity::Warning, "", NOWHERE, String::new()).finish();
    assert!(diagnostic.primary().is_none() && diagnostic.notes().next().is_none());
}

#[test]
fn each_reversed_span_has_a_note() {
    let mut draft = draft();
    draft.add_label(LabelStyle::Secondary, at(9, 8), String::new()).unwrap();
    draft.add_step(TraceKind::Call, at(7, 6), String::new());
    draft.add_child(ChildLevel::Note, String::new());
    draft.add_child_label(LabelStyle::Primary, at(5, 4), String::new()).unwrap();
    let diagnostic = draft.finish();
    let owners = ["a secondary label", "a step of the trace", "a label of a child"];
    for (note, owner) in notes(&diagnostic).into_iter().zip(owners) {
        assert!(note.starts_with(owner), "{note}");
    }
    assert_eq!(notes(&diagnostic).len(), 3);
    assert_eq!(edit(at(3, 1), String::new()).unwrap_err().status, vd_status::VD_E_ARGUMENT);
}

#[test]
fn parts_belong_to_what_was_added_last() {
    let mut draft = draft();
    suggest(&mut draft, "a");
    draft.add_child(ChildLevel::Note, "first".to_owned());
    suggest_for_child(&mut draft, "b").unwrap();
    draft.add_alternative(vec![edit(at(1, 2), "bb".to_owned()).unwrap()]).unwrap();
    // For the diagnostic, although it has a child by now.
    suggest(&mut draft, "c");
    draft.add_child_label(LabelStyle::Primary, at(1, 2), "of the first".to_owned()).unwrap();
    draft.add_child(ChildLevel::Help, "second".to_owned());
    suggest_for_child(&mut draft, "d").unwrap();
    let diagnostic = draft.clone().finish();
    assert_eq!(messages(diagnostic.suggestions()), ["use a", "use c"]);
    let [first, second] = diagnostic.children() else { panic!("{diagnostic:?}") };
    assert_eq!((first.message(), second.message()), ("first", "second"));
    assert_eq!(messages(first.suggestions()), ["use b"]);
    assert_eq!(first.suggestions()[0].alternatives().count(), 2);
    assert_eq!((first.labels().len(), second.labels().len()), (1, 0));
    assert_eq!(messages(second.suggestions()), ["use d"]);
    assert_eq!(draft.finish(), diagnostic, "a copy has all parts");
}

#[test]
fn parts_of_nothing_are_failures() {
    let mut draft = draft();
    let before = draft.clone().finish();
    let label = draft.add_child_label(LabelStyle::Primary, at(1, 2), String::new());
    assert_eq!(label.unwrap_err().status, vd_status::VD_E_NOT_FOUND);
    assert_eq!(suggest_for_child(&mut draft, "a").unwrap_err().status, vd_status::VD_E_NOT_FOUND);
    assert_eq!(draft.add_alternative(Vec::new()).unwrap_err().status, vd_status::VD_E_NOT_FOUND);
    let label = draft.add_label(LabelStyle::Primary, NOWHERE, String::new()).unwrap_err();
    assert_eq!(label.text, "a label needs a span with a file");
    assert_eq!(draft.finish(), before);
}

#[test]
fn an_alternative_that_is_not_valid_changes_nothing() {
    let mut draft = draft();
    suggest(&mut draft, "a");
    let failure = draft.add_alternative(Vec::new()).unwrap_err();
    assert_eq!(failure.status, vd_status::VD_E_ARGUMENT);
    assert_eq!(draft.finish().suggestions()[0].alternatives().count(), 1);
}
