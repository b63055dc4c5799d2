//! `#[suggestion]`: spans with a code, edits, and whole suggestions.

use vitte_diag::{
    Applicability, Diagnostic, DiagnosticBag, Edit, FileId, IntoDiagnostic, SourceMap, Span,
    Suggestion,
};

use crate::at;

fn insert(lo: u32, text: &'static str) -> Edit {
    Edit::insert(FileId::new(0), lo, text)
}

#[test]
fn several_spans_are_one_suggestion() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a")]
    struct Renamed {
        #[primary]
        #[suggestion("rename it", code = "y", applicability = "machine-applicable")]
        first: Span,
        #[suggestion("rename all", code = "y", applicability = "machine-applicable")]
        all: Vec<Span>,
    }
    let one = |edits: Vec<Edit>, text: &'static str| {
        Suggestion::new(text, edits, Applicability::MachineApplicable).unwrap()
    };
    let edits = [9, 3].map(|lo| Edit::replace(at(lo), "y"));
    let expected = Diagnostic::error(None, at(0), "a")
        .with_suggestion(one(vec![Edit::replace(at(0), "y")], "rename it"))
        .with_suggestion(one(edits.to_vec(), "rename all"));
    assert_eq!(Renamed { first: at(0), all: vec![at(9), at(3)] }.into_diagnostic(), expected);
    let none = Renamed { first: at(0), all: vec![] }.into_diagnostic();
    assert_eq!(none.suggestions().len(), 1);
}

#[test]
fn edits_and_suggestions_are_moved() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a", without_location)]
    struct Edits {
        #[suggestion("one")]
        one: Edit,
        #[suggestion("several", applicability = "unspecified")]
        several: Vec<Edit>,
        #[suggestion("pairs of {name}", applicability = "maybe-incorrect")]
        pairs: Option<Vec<(Span, String)>>,
        name: &'static str,
        #[suggestion]
        ready: Suggestion,
        #[suggestion]
        more: Vec<Suggestion>,
        #[suggestion("none")]
        none: Vec<Edit>,
    }
    let ready = |text: &'static str| {
        Suggestion::single(text, insert(1, "x"), Applicability::HasPlaceholders)
    };
    let edits = Edits {
        one: insert(1, "a"),
        several: vec![insert(9, "a"), insert(1, "b")],
        pairs: Some(vec![(at(1), "a".to_owned())]),
        name: "n",
        ready: ready("ready"),
        more: vec![ready("more")],
        none: vec![],
    };
    let new = |text: &'static str, edits: Vec<Edit>, applicability| {
        Suggestion::new(text, edits, applicability).unwrap()
    };
    let expected = [
        new("one", vec![insert(1, "a")], Applicability::Unspecified),
        new("several", vec![insert(9, "a"), insert(1, "b")], Applicability::Unspecified),
        new("pairs of n", vec![Edit::replace(at(1), "a")], Applicability::MaybeIncorrect),
        ready("ready"),
        ready("more"),
    ];
    assert_eq!(edits.into_diagnostic().suggestions(), expected);
}

#[test]
fn edits_that_overlap_are_shown() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a name is used twice")]
    struct Overlapping {
        #[primary]
        span: Span,
        #[suggestion("rename both")]
        edits: Vec<Edit>,
    }
    let mut sources = SourceMap::new();
    let file = sources.add("a.src", "let first = second\n").unwrap();
    let span = |lo, hi| sources.span(file, lo..hi).unwrap();
    let edits = vec![
        Edit::replace(span(12, 18), "third"),
        Edit::remove(span(4, 10)),
        Edit::insert(file, 5, "x"),
    ];
    let mut bag = DiagnosticBag::new();
    bag.push(Overlapping { span: span(4, 9), edits }.into());
    let expected = "\
error: a name is used twice
 --> a.src:1:5
  |
1 | let first = second
  |     ^^^^^
  |
help: rename both (not applicable, because the edits overlap)
 --> a.src:1:5
  |
1 | let first = second
  |     ------  ------ replace this by `third`
  |     ||
  |     |insert `x`
  |     remove this
";
    assert_eq!(bag.render(&sources), expected);
}
