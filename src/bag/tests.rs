use super::*;
use crate::{FileId, code};

fn at(file: u32, lo: u32, severity: Severity) -> Diagnostic {
    Diagnostic::new(severity, code!("E1"), Span::empty(FileId::new(file), lo), "m")
}

fn other(diagnostic: &Diagnostic) -> Diagnostic {
    let span = diagnostic.primary().span();
    Diagnostic::new(diagnostic.severity(), diagnostic.code(), span, "another message")
}

fn order(bag: &DiagnosticBag) -> Vec<u64> {
    bag.ordered().iter().map(|entry| entry.seq).collect()
}

#[test]
fn output_is_by_file_place_severity_and_number() {
    let bag: DiagnosticBag = [
        at(1, 0, Severity::Error),
        at(0, 9, Severity::Note),
        at(0, 2, Severity::Warning),
        at(0, 2, Severity::Fatal),
        other(&at(0, 2, Severity::Warning)),
    ]
    .into_iter()
    .collect();
    assert_eq!(order(&bag), [3, 2, 4, 1, 0]);
    let produced: Vec<_> = bag.iter().map(|entry| entry.seq).collect();
    assert_eq!(produced, [0, 1, 2, 3, 4]);
}

#[test]
fn what_has_no_place_comes_last_and_the_ends_of_every_number_are_in_order() {
    let nowhere = FileId::DUMMY.index();
    let bag: DiagnosticBag = [
        at(nowhere, u32::MAX, Severity::Note),
        at(nowhere, u32::MAX, Severity::Fatal),
        at(nowhere, 0, Severity::Note),
        at(nowhere - 1, u32::MAX, Severity::Note),
        at(0, u32::MAX, Severity::Note),
        at(0, 0, Severity::Note),
        at(0, 0, Severity::Error),
    ]
    .into_iter()
    .collect();
    assert_eq!(order(&bag), [6, 5, 4, 3, 2, 1, 0]);
}

#[test]
fn merged_numbers_go_on() {
    let first: DiagnosticBag = [at(0, 5, Severity::Error)].into_iter().collect();
    let second: DiagnosticBag =
        [other(&at(0, 5, Severity::Error)), at(0, 1, Severity::Note)].into_iter().collect();
    let merged: DiagnosticBag = [first, second].into_iter().collect();
    assert_eq!(order(&merged), [2, 0, 1]);
    assert_eq!(merged.summary(), Summary { errors: 2, notes: 1, ..Summary::default() });
}

#[test]
fn what_a_push_lends_is_what_is_kept() {
    let mut bag = DiagnosticBag::new();
    bag.push_error(code!("E1"), Span::empty(FileId::new(0), 0), "m").add_note("n").add_help("h");
    let kept = bag.iter().next().unwrap().diagnostic;
    assert_eq!(kept.notes().collect::<Vec<_>>(), ["n"]);
    assert_eq!(kept.help(), Some("h"));
}

#[test]
fn counts_follow_what_was_pushed_even_when_it_is_replaced() {
    let mut bag = DiagnosticBag::new();
    *bag.push(at(0, 0, Severity::Error)) = at(0, 0, Severity::Note);
    assert!(!bag.has_errors());
    assert_eq!(bag.summary(), Summary { notes: 1, ..Summary::default() });
    assert_eq!((&bag).into_iter().count(), 1);
}

#[test]
fn only_errors_and_worse_are_errors() {
    for (severity, expected) in [
        (Severity::Note, false),
        (Severity::Warning, false),
        (Severity::Error, true),
        (Severity::Fatal, true),
    ] {
        let bag: DiagnosticBag = [at(0, 0, severity)].into_iter().collect();
        assert_eq!(bag.has_errors(), expected, "{severity}");
    }
}

#[test]
fn validate_names_the_diagnostic_and_the_breach() {
    let mut sources = SourceMap::new();
    let file = sources.add("a", "x").unwrap();
    let mut bag = DiagnosticBag::new();
    bag.push(at(0, 1, Severity::Error)).add_secondary(Span::empty(file, 2), "");
    bag.push(at(7, 0, Severity::Error));
    let found: Vec<_> =
        bag.validate(&sources).into_iter().map(|(seq, issue)| (seq, issue.span().lo())).collect();
    assert_eq!(found, [(0, 2), (1, 0)]);
}

fn with_max_errors(max: u64) -> DiagnosticBag {
    DiagnosticBag::with_policy(Policy::default().with_max_errors(max))
}

#[test]
fn past_the_limit_all_is_counted_and_only_what_is_fatal_is_kept() {
    let mut bag = with_max_errors(2);
    for lo in 0..1000 {
        bag.push(at(0, lo, Severity::Error)).add_note("goes nowhere past the limit");
        bag.push(at(0, lo, Severity::Warning));
    }
    bag.push(at(0, 0, Severity::Fatal));
    assert_eq!(bag.len(), 5, "two errors, their warnings, and what is fatal");
    let text = bag.summary().to_string();
    assert_eq!(text, "1 fatal error, 1000 errors, 1000 warnings (1996 not shown)");
    let mut exact = with_max_errors(2);
    exact.extend([at(0, 0, Severity::Error), at(0, 1, Severity::Error)]);
    exact.push(at(0, 2, Severity::Warning));
    assert_eq!(exact.len(), 3, "the limit is reached, not passed");
    assert!(bag.has_errors());
}

#[test]
fn no_limit_is_the_default_and_zero() {
    for mut bag in [DiagnosticBag::new(), with_max_errors(0)] {
        bag.extend((0..100).map(|lo| at(0, lo, Severity::Error)));
        assert_eq!(bag.len(), 100);
    }
}

#[test]
fn what_is_said_already_is_counted_and_not_kept() {
    let mut bag = DiagnosticBag::new();
    bag.push(at(0, 0, Severity::Error)).add_note("kept");
    bag.push(at(0, 0, Severity::Error)).add_note("dropped");
    bag.push(at(0, 1, Severity::Error));
    bag.push(at(0, 0, Severity::Warning));
    bag.push(Diagnostic::error(code!("E2"), Span::empty(FileId::new(0), 0), "m"));
    bag.push(Diagnostic::error(code!("E1"), Span::empty(FileId::new(0), 0), "other"));
    assert_eq!(bag.len(), 5);
    assert_eq!(bag.iter().next().unwrap().diagnostic.notes().collect::<Vec<_>>(), ["kept"]);
    assert_eq!(bag.summary().to_string(), "5 errors, 1 warning (1 repeated)");
}

#[test]
fn merging_is_pushing_and_what_was_not_kept_counts_on() {
    let push = |bag: &mut DiagnosticBag, file| {
        bag.extend((0..3).map(|lo| at(file, lo, Severity::Error)));
        bag.push(at(file, 0, Severity::Error));
        bag.push(at(file, 9, Severity::Warning));
    };
    let mut all = with_max_errors(4);
    let mut merged = with_max_errors(4);
    for file in 0..4 {
        push(&mut all, file);
        let mut part = with_max_errors(4);
        push(&mut part, file);
        merged.merge(part);
    }
    assert_eq!(merged.diagnostics, all.diagnostics);
    assert_eq!(merged.summary().total(), all.summary().total());
    assert_eq!(merged.len(), 5, "three errors and a warning of one file, an error of the next");
}

#[test]
fn levels_are_applied_on_the_way_in() {
    use crate::{Level, codes};
    let span = Span::empty(FileId::new(0), 0);
    let with = |level| {
        let policy = Policy::default().with_level("W01", level).unwrap();
        let mut bag = DiagnosticBag::with_policy(policy);
        bag.push_warning(codes::W0100, span, "m").add_note("n");
        bag.push_error(codes::E0001, span, "m");
        bag.summary().to_string()
    };
    assert_eq!(with(Level::Allow), "1 error");
    assert_eq!(with(Level::Warn), "1 error, 1 warning");
    assert_eq!(with(Level::Deny), "2 errors");
}
