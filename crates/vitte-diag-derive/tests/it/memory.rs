//! A derived diagnostic takes the memory of one that is written by hand: as many allocations, and as many bytes.

use allocation_counter::{AllocationInfo, measure};
use vitte_diag::{
    Applicability, Child, Diagnostic, Edit, IntoDiagnostic, Severity, Span, Suggestion, code,
};

use crate::at;

/// Returns what a conversion costs, without the creation of the error.
fn cost<T>(error: T, convert: impl FnOnce(T) -> Diagnostic) -> (AllocationInfo, Diagnostic) {
    let mut converted = None;
    let info = measure(|| converted = Some(convert(error)));
    (info, converted.unwrap())
}

/// Compares a derived conversion with one that is written by hand.
fn compare<T: IntoDiagnostic>(make: impl Fn() -> T, by_hand: impl FnOnce(T) -> Diagnostic) {
    let (derived_info, derived) = cost(make(), T::into_diagnostic);
    let (info, expected) = cost(make(), by_hand);
    assert_eq!(derived, expected);
    assert_eq!(derived_info.count_total, info.count_total, "allocations of {expected}");
    assert_eq!(derived_info.bytes_total, info.bytes_total, "bytes of {expected}");
    assert_eq!(derived_info.bytes_current, info.bytes_current, "kept bytes of {expected}");
}

#[test]
fn constant_texts_need_no_memory() {
    #[derive(Diagnostic)]
    #[diagnostic(error, code = "E0100", message = "the name is {{defined}} twice")]
    struct Constant(#[primary("defined again here")] Span);
    let (info, _) = cost(Constant(at(0)), Constant::into_diagnostic);
    assert_eq!(info.count_total, 0);
}

#[test]
fn labels_and_texts_cost_the_same() {
    #[derive(Diagnostic)]
    #[diagnostic(error, code = "E0100", message = "`{name}` is defined twice", help = "rename it")]
    struct Twice<'a> {
        name: &'a str,
        #[primary("defined again here")]
        second: Span,
        #[label("`{name}` is first defined here")]
        first: Span,
        #[label("and here")]
        absent: Option<Span>,
        #[note]
        why: String,
        #[help]
        advice: Option<String>,
    }
    let make = || Twice {
        name: "area",
        second: at(9),
        first: at(0),
        absent: None,
        why: "names are unique".to_owned(),
        advice: Some("or remove it".to_owned()),
    };
    compare(make, |error| {
        let mut diagnostic = Diagnostic::error(
            code!("E0100"),
            error.second,
            format!("`{}` is defined twice", error.name),
        )
        .with_label("defined again here")
        .with_help("rename it")
        .with_secondary(error.first, format!("`{}` is first defined here", error.name));
        if let Some(absent) = error.absent {
            diagnostic.add_secondary(absent, "and here");
        }
        diagnostic.add_note(error.why);
        if let Some(advice) = error.advice {
            diagnostic.add_help(advice);
        }
        diagnostic
    });
}

#[test]
fn suggestions_and_children_cost_the_same() {
    #[derive(Diagnostic)]
    #[diagnostic(warning, message = "m", without_location)]
    struct Rich {
        name: String,
        #[suggestion("rename it", code = "{name}")]
        one: Span,
        #[suggestion("rename all", code = "{name}", applicability = "maybe-incorrect")]
        all: Vec<Span>,
        #[suggestion("change all of {name}")]
        edits: Vec<Edit>,
        #[suggestion]
        ready: Suggestion,
        #[child(note, "here {name}")]
        span: Span,
        #[child]
        nested: Diagnostic,
        #[label]
        labels: Vec<(Span, String)>,
    }
    let make = || Rich {
        name: "n".to_owned(),
        one: at(0),
        all: vec![at(2), at(4)],
        edits: vec![Edit::remove(at(6)), Edit::remove(at(8))],
        ready: Suggestion::single("s", Edit::remove(at(0)), Applicability::Unspecified),
        span: at(1),
        nested: Diagnostic::error(None, at(1), "nested").with_note("n"),
        labels: vec![(at(0), "a".to_owned()), (at(1), "b".to_owned())],
    };
    compare(make, |error| {
        let name = error.name;
        let code = name.clone();
        let first = Edit::replace(error.all[0], code.clone());
        let all = vec![first, Edit::replace(error.all[1], code)];
        let one = Suggestion::single(
            "rename it",
            Edit::replace(error.one, name.clone()),
            Applicability::Unspecified,
        );
        let all = Suggestion::new("rename all", all, Applicability::MaybeIncorrect).unwrap();
        let message = format!("change all of {name}");
        let edits = Suggestion::new(message, error.edits, Applicability::Unspecified).unwrap();
        let mut diagnostic = Diagnostic::without_location(Severity::Warning, None, "m")
            .with_suggestion(one)
            .with_suggestion(all)
            .with_suggestion(edits)
            .with_suggestion(error.ready)
            .with_child(Child::note(format!("here {name}")).with_label(error.span, ""))
            .with_nested(None, error.nested);
        for (span, text) in error.labels {
            diagnostic.add_secondary(span, text);
        }
        diagnostic
    });
}
