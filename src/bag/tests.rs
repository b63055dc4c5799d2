use super::*;
use crate::{FileId, code, codes};

fn at(file: u32, lo: u32, severity: Severity) -> Diagnostic {
    Diagnostic::new(severity, code!("E1"), Span::empty(FileId::new(file), lo), "m")
}

fn other(diagnostic: &Diagnostic) -> Diagnostic {
    let span = diagnostic.primary().unwrap().span();
    Diagnostic::new(diagnostic.severity(), diagnostic.code(), span, "another message")
}

fn order(bag: &DiagnosticBag) -> Vec<u64> {
    bag.ordered().iter().map(|entry| entry.seq).collect()
}

#[test]
fn output_is_ordered_by_file_offset_severity_and_number() {
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
    let pushed: Vec<_> = bag.iter().map(|entry| entry.seq).collect();
    assert_eq!(pushed, [0, 1, 2, 3, 4]);
}

#[test]
fn diagnostics_without_a_location_come_last_and_extreme_values_are_ordered() {
    let dummy = FileId::DUMMY.index();
    let bag: DiagnosticBag = [
        at(dummy, u32::MAX, Severity::Note),
        at(dummy, u32::MAX, Severity::Fatal),
        at(dummy, 0, Severity::Note),
        at(dummy - 1, u32::MAX, Severity::Note),
        at(0, u32::MAX, Severity::Note),
        at(0, 0, Severity::Note),
        at(0, 0, Severity::Error),
    ]
    .into_iter()
    .collect();
    assert_eq!(order(&bag), [6, 5, 4, 3, 2, 1, 0]);
}

#[test]
fn merged_diagnostics_get_the_next_numbers() {
    let first: DiagnosticBag = [at(0, 5, Severity::Error)].into_iter().collect();
    let second: DiagnosticBag =
        [other(&at(0, 5, Severity::Error)), at(0, 1, Severity::Note)].into_iter().collect();
    let merged: DiagnosticBag = [first, second].into_iter().collect();
    assert_eq!(order(&merged), [2, 0, 1]);
    assert_eq!(merged.summary(), Summary { errors: 2, notes: 1, ..Summary::default() });
}

#[test]
fn push_returns_the_stored_diagnostic() {
    let mut bag = DiagnosticBag::new();
    bag.push_error(code!("E1"), Span::empty(FileId::new(0), 0), "m").add_note("n").add_help("h");
    let stored = bag.iter().next().unwrap().diagnostic;
    assert_eq!(stored.notes().collect::<Vec<_>>(), ["n"]);
    assert_eq!(stored.help(), Some("h"));
}

#[test]
fn counts_use_the_stored_diagnostics_even_after_a_change() {
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
fn validate_returns_the_number_of_the_diagnostic_and_the_issue() {
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
fn over_the_limit_everything_is_counted_and_only_fatal_diagnostics_are_stored() {
    let mut bag = with_max_errors(2);
    for lo in 0..1000 {
        bag.push(at(0, lo, Severity::Error)).add_note("not stored over the limit");
        bag.push(at(0, lo, Severity::Warning));
    }
    bag.push(at(0, 0, Severity::Fatal));
    assert_eq!(bag.len(), 5, "two errors, their warnings, and the fatal one");
    let text = bag.summary().to_string();
    assert_eq!(
        text,
        "1 fatal error, 2 errors, 2 warnings (998 more errors, 998 more warnings not shown)"
    );
    let mut exact = with_max_errors(2);
    exact.extend([at(0, 0, Severity::Error), at(0, 1, Severity::Error)]);
    exact.push(at(0, 2, Severity::Warning));
    assert_eq!(exact.len(), 3, "the limit is reached, not exceeded");
    assert!(bag.has_errors());
}

#[test]
fn there_is_no_limit_by_default_and_with_zero() {
    for mut bag in [DiagnosticBag::new(), with_max_errors(0)] {
        bag.extend((0..100).map(|lo| at(0, lo, Severity::Error)));
        assert_eq!(bag.len(), 100);
    }
}

#[test]
fn duplicates_are_counted_and_not_stored() {
    let mut bag = DiagnosticBag::new();
    bag.push(at(0, 0, Severity::Error)).add_note("stored");
    bag.push(at(0, 0, Severity::Error)).add_note("dropped");
    bag.push(at(0, 1, Severity::Error));
    bag.push(at(0, 0, Severity::Warning));
    bag.push(Diagnostic::error(code!("E2"), Span::empty(FileId::new(0), 0), "m"));
    bag.push(Diagnostic::error(code!("E1"), Span::empty(FileId::new(0), 0), "other"));
    assert_eq!(bag.len(), 5);
    assert_eq!(bag.iter().next().unwrap().diagnostic.notes().collect::<Vec<_>>(), ["stored"]);
    assert_eq!(bag.summary().to_string(), "4 errors, 1 warning (1 duplicate not shown)");
}

#[test]
fn merging_is_pushing_and_adds_the_counts() {
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
fn levels_are_applied_when_a_diagnostic_is_pushed() {
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

#[test]
fn expansions_of_one_macro_are_not_duplicates() {
    use crate::model::TraceStep;
    let expansion = |offset| {
        let step = TraceStep::expansion("in this expansion of `sum!`");
        at(0, 7, Severity::Error).with_step(step.with_span(Span::empty(FileId::new(0), offset)))
    };
    let bag: DiagnosticBag = [expansion(1), expansion(2), expansion(1)].into_iter().collect();
    assert_eq!((bag.len(), bag.summary().duplicates), (2, 1));
}

#[test]
fn embedded_files_are_ordered_by_their_place_in_the_outer_file() {
    let mut sources = SourceMap::new();
    let (outer, next) = (sources.insert("a", "one two three"), sources.insert("b", "x"));
    let embedded = sources.embed(Span::between(outer, 4, 7)).unwrap();
    let mut bag = DiagnosticBag::new();
    for (file, offset) in [(next, 0), (outer, 8), (embedded, 1), (outer, 0)] {
        bag.push_error(None, Span::empty(file, offset), "m");
    }
    let order: Vec<u64> = bag.ordered_in(&sources).iter().map(|entry| entry.seq).collect();
    assert_eq!(order, [3, 2, 1, 0]);
    assert_eq!(self::order(&bag), [3, 1, 0, 2], "without sources, an embedded file is a file");
}

#[test]
fn known_diagnostics_are_removed_and_counted() {
    let mut bag = DiagnosticBag::new();
    for at in [0, 1, 2, 2, 3] {
        bag.push_error(codes::E0001, Span::empty(FileId::new(0), at), "m");
    }
    bag.push_warning(codes::W0100, Span::empty(FileId::new(0), 9), "w");
    bag.remove_known(|index| matches!(index, 0 | 2 | 4));
    let left: Vec<u32> = bag.iter().map(|entry| entry.diagnostic.sort_span().lo()).collect();
    assert_eq!(left, [1, 3]);
    assert_eq!(bag.summary().to_string(), "2 errors (3 in the baseline)");
    // The duplicate was one of a known diagnostic.
    assert_eq!((bag.summary().known, bag.summary().duplicates), (3, 0));
    assert!(bag.has_errors());
    bag.set_max_errors(1);
    assert_eq!(bag.summary().to_string(), "1 error (1 more error not shown, 3 in the baseline)");
    assert_eq!((bag.len(), bag.summary().errors), (1, 2));
    bag.push_error(codes::E0001, Span::empty(FileId::new(0), 7), "m");
    assert_eq!(bag.summary().suppressed, 2);
    let mut known = DiagnosticBag::new();
    known.push_error(codes::E0001, Span::empty(FileId::new(0), 0), "m");
    known.remove_known(|_| true);
    assert!(!known.has_errors() && known.is_empty());
    assert_eq!(known.summary().to_string(), "no errors (1 in the baseline)");
    assert_eq!(known.summary().total(), 0);
    bag.merge(known);
    assert_eq!(bag.summary().known, 4);
}

/// Counts the diagnostics that the bag stores.
fn recounted(bag: &DiagnosticBag) -> (Summary, bool) {
    let mut stored = Summary::default();
    bag.iter().for_each(|entry| stored.add(entry.diagnostic.severity()));
    let has_errors = bag.suppressed.errors > 0 || stored.errors > 0 || stored.fatal > 0;
    (Summary::new(stored, bag.suppressed, bag.duplicates), has_errors)
}

proptest::proptest! {
    /// Pushes, changes through the reference that a push returns, and merges, in any order.
    #[test]
    fn counts_are_those_of_a_recount(
        steps in proptest::collection::vec((0..4_usize, 0..6_u32, 0..5_u8), 0..60),
        max_errors in 0..4_u64,
        level in proptest::sample::select(&[None, Some(Level::Allow), Some(Level::Deny)][..]),
    ) {
        let mut policy = Policy::default().with_max_errors(max_errors);
        if let Some(level) = level {
            policy.set_level("warnings", level).unwrap();
        }
        let severities = [Severity::Note, Severity::Warning, Severity::Error, Severity::Fatal];
        let (mut bag, mut other) = (DiagnosticBag::with_policy(policy), DiagnosticBag::new());
        for (severity, lo, step) in steps {
            let severity = severities[severity];
            match step {
                0 => bag.merge(std::mem::take(&mut other)),
                1 => _ = other.push(at(1, lo, severity)),
                // The diagnostic is replaced after it was counted.
                2 => *bag.push(at(0, lo, severity)) = at(2, lo, Severity::Error),
                3 => *other.push(at(0, lo, Severity::Fatal)) = at(2, lo, severity),
                _ => _ = bag.push(at(0, lo, severity)),
            }
            for bag in [&bag, &other, &bag.clone()] {
                proptest::prop_assert_eq!((bag.summary(), bag.has_errors()), recounted(bag));
            }
        }
    }
}
