use super::*;
use crate::{Edit, SourceText, code};

/// Resolves the bytes `lo..hi` of the text `aé`.
fn resolve(lo: u32, hi: u32) -> (u32, u32, String) {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", "aé").unwrap();
    let diagnostic = Diagnostic::error(code!("E1"), Span::new(file, lo, hi).unwrap(), "m");
    let CheckedDiagnostic { labels, issues, .. } = CheckedDiagnostic::new(&sources, &diagnostic);
    let issue = issues.first().map(ToString::to_string).unwrap_or_default();
    (labels[0].span.lo(), labels[0].span.hi(), issue)
}

#[test]
fn valid_spans_are_unchanged() {
    for (lo, hi) in [(0, 0), (0, 1), (1, 3), (3, 3)] {
        assert_eq!(resolve(lo, hi), (lo, hi, String::new()));
    }
}

#[test]
fn invalid_spans_are_extended_and_reported() {
    let inside =
        "the primary label is at bytes 1..2 of `a.vitte`, inside a character; shown at 1..3";
    assert_eq!(resolve(1, 2), (1, 3, inside.into()));
    assert_eq!(resolve(2, 2).0, 1, "an empty span inside a character covers it");
    assert_eq!(resolve(2, 2).1, 3);
    let past =
        "the primary label is at bytes 2..9 of `a.vitte`, which ends at byte 3; shown at 1..3";
    assert_eq!(resolve(2, 9), (1, 3, past.into()));
    assert_eq!(resolve(7, 9).0, 3, "a span after the end is moved to the end");
    assert_eq!(resolve(u32::MAX, u32::MAX).1, 3);
}

#[test]
fn the_issue_of_an_unknown_file_contains_the_message_of_the_label() {
    let sources = SourceMap::new();
    let span = Span::new(FileId::new(4), 1, 2).unwrap();
    let diagnostic = Diagnostic::error(code!("E1"), span, "m").with_label("here");
    let CheckedDiagnostic { labels, issues, .. } = CheckedDiagnostic::new(&sources, &diagnostic);
    assert!(labels.is_empty());
    assert_eq!(
        issues[0].to_string(),
        "the primary label is at bytes 1..2 of file 4, which is not in the source map: here"
    );
}

#[test]
fn a_diagnostic_without_a_location_has_an_issue_only_for_its_message() {
    let sources = SourceMap::new();
    let mut diagnostic = Diagnostic::error(code!("E1"), Span::DUMMY, "m");
    assert!(CheckedDiagnostic::new(&sources, &diagnostic).issues.is_empty());
    diagnostic.set_label("text");
    let issues = CheckedDiagnostic::new(&sources, &diagnostic).issues;
    assert_eq!(issues[0].to_string(), "the primary label has no location: text");
}

#[test]
fn a_suggestion_with_an_invalid_edit_is_omitted_and_reported() {
    use crate::Applicability;
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", "aé").unwrap();
    let edit = |lo, hi| Edit::remove(Span::new(file, lo, hi).unwrap());
    let suggestion = |message, edit| Suggestion::single(message, edit, Applicability::Unspecified);
    let diagnostic = Diagnostic::error(code!("E1"), Span::DUMMY, "m")
        .with_suggestion(suggestion("good", edit(0, 1)))
        .with_suggestion(suggestion("inside", edit(0, 2)))
        .with_suggestion(suggestion("past", edit(3, 4)))
        .with_suggestion(suggestion("unknown", Edit::remove(Span::DUMMY)));
    let checked = CheckedDiagnostic::new(&sources, &diagnostic);
    assert_eq!(checked.suggestions.len(), 1);
    let notes: Vec<_> = checked.notes().collect();
    let issue = |message: &str, reason: &str| {
        format!(
            "the suggestion `{message}` is omitted because one of its edits is invalid: {reason}"
        )
    };
    assert_eq!(notes[0], issue("inside", "byte 2 is inside a character"));
    assert_eq!(notes[1], issue("past", "the span ends at byte 4 of a file of 3 bytes"));
    assert_eq!(notes[2], issue("unknown", "the source map has no file 4294967295"));
}

#[test]
#[cfg(target_pointer_width = "64")]
fn a_text_that_is_too_large_is_reported_once() {
    let mut sources = SourceMap::new();
    let zeros = || vec![0_u8; 1 << 32]; // untouched pages take no memory
    let file = sources.insert("large.vitte", zeros());
    let lazy = sources.insert("lazy.vitte", SourceText::lazy(move || Ok(zeros())));
    for (file, path) in [(file, "large.vitte"), (lazy, "lazy.vitte")] {
        let span = Span::between(file, 8, 9);
        let diagnostic = Diagnostic::error(code!("E1"), span, "m").with_secondary(span, "n");
        let CheckedDiagnostic { labels, issues, .. } =
            CheckedDiagnostic::new(&sources, &diagnostic);
        assert_eq!((labels.len(), issues.len()), (2, 1));
        assert_eq!(
            issues[0].to_string(),
            format!(
                "the lines and columns of `{path}` are unknown: `{path}` is too large: 4294967296 bytes (limit: \
                 4294967294)"
            )
        );
    }
}

#[test]
fn a_file_that_was_made_unavailable_is_not_reported() {
    let mut sources = SourceMap::new();
    let file = sources.add_unavailable("a.vitte", []).unwrap();
    let diagnostic = Diagnostic::error(code!("E1"), Span::between(file, 8, 9), "m");
    assert_eq!(CheckedDiagnostic::new(&sources, &diagnostic).issues, []);
}

/// Of two alternatives one is invalid: a person has to decide about the other one.
#[test]
fn the_last_valid_alternative_is_not_machine_applicable() {
    use crate::Applicability;
    let mut sources = SourceMap::new();
    let file = sources.insert("a.vitte", "a");
    let checked_applicability = |ends: &[u32]| {
        let edits = ends.iter().map(|&at| [Edit::insert(file, at, "x")]);
        let suggestion =
            Suggestion::with_alternatives("m", edits, Applicability::MachineApplicable);
        let diagnostic =
            Diagnostic::error(code!("E1"), Span::DUMMY, "m").with_suggestion(suggestion.unwrap());
        CheckedDiagnostic::new(&sources, &diagnostic).suggestions[0].applicability()
    };
    assert_eq!(checked_applicability(&[0, 9]), Applicability::MaybeIncorrect);
    assert_eq!(checked_applicability(&[0, 1]), Applicability::MachineApplicable);
    assert_eq!(checked_applicability(&[0]), Applicability::MachineApplicable);
}
