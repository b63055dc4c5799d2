//! Generics, lifetimes, constants and where-clauses.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::{Debug, Display};
use std::rc::Rc;
use std::sync::Arc;

use vitte_diag::{Child, Diagnostic, IntoDiagnostic, Span, ToSpan};

use crate::at;

#[test]
fn bounds_are_added_for_what_is_used() {
    // No bound is written: the macro adds `Display`, `Debug` and `Spans`.
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "expected {expected}, found {found:?}")]
    struct Mismatch<T, U, S> {
        expected: T,
        found: Vec<U>,
        #[primary]
        span: S,
        #[label("here: {expected}")]
        others: Vec<S>,
        #[note("each {each}")]
        each: Option<T>,
    }
    let error =
        Mismatch { expected: 1, found: vec!["x"], span: at(1), others: vec![at(2)], each: Some(7) };
    let expected = Diagnostic::error(None, at(1), "expected 1, found [\"x\"]")
        .with_secondary(at(2), "here: 1")
        .with_note("each 7");
    assert_eq!(error.into_diagnostic(), expected);
}

#[test]
fn lifetimes_constants_defaults_and_clauses_are_kept() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "{name} {value:?}")]
    struct All<'a, 'b: 'a, T: Debug = u8, const N: usize = 2>
    where
        T: Clone,
        &'a T: Debug,
    {
        name: &'a str,
        value: &'b T,
        #[primary]
        span: Span,
        #[label("here")]
        spans: [Span; N],
    }
    let all: All<'_, '_> = All { name: "n", value: &3, span: at(0), spans: [at(1), at(2)] };
    let expected = Diagnostic::error(None, at(0), "n 3")
        .with_secondary(at(1), "here")
        .with_secondary(at(2), "here");
    assert_eq!(all.into_diagnostic(), expected);
}

#[test]
fn a_generic_diagnostic_may_contain_others() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "outer")]
    struct Outer<T, S: ToSpan> {
        #[primary]
        span: S,
        #[child]
        inner: Option<T>,
    }
    let inner = Diagnostic::note(None, at(2), "inner");
    let expected = Diagnostic::error(None, at(1), "outer")
        .with_child(Child::note("inner").with_label(at(2), ""));
    assert_eq!(Outer { span: &at(1), inner: Some(inner) }.into_diagnostic(), expected);
}

#[test]
fn an_enum_may_be_generic() {
    #[derive(Diagnostic)]
    #[diagnostic(error)]
    enum Either<L, R: Display> {
        #[diagnostic(message = "left {0}")]
        Left(L, #[primary] Span),
        #[diagnostic(message = "right {0:>3}")]
        Right(R, #[primary] Span),
        #[diagnostic(transparent)]
        Other(Box<Either<L, R>>),
    }
    fn message<L: Display, R: Display>(either: Either<L, R>) -> String {
        either.into_diagnostic().message().to_owned()
    }
    assert_eq!(message(Either::<u8, u8>::Left(1, at(0))), "left 1");
    let right = Either::<u8, u8>::Right(2, at(0));
    assert_eq!(message(Either::Other(Box::new(right))), "right   2");
}

#[test]
fn bounds_are_those_of_the_values_of_a_collection() {
    type Maybe<T> = Option<T>;

    #[derive(Diagnostic)]
    #[diagnostic(error, without_location, message = "m")]
    struct Collections<T> {
        #[note("deque {deque}")]
        deque: VecDeque<T>,
        #[note("set {set:?}")]
        set: Rc<BTreeSet<T>>,
        #[note("slice {slice}")]
        slice: Box<[T]>,
        #[note]
        own: Arc<Vec<T>>,
    }
    let error = Collections {
        deque: VecDeque::from([1]),
        set: Rc::new(BTreeSet::from([2])),
        slice: Box::from([3]),
        own: Arc::new(vec![4]),
    };
    let diagnostic = error.into_diagnostic();
    assert!(diagnostic.notes().eq(["deque 1", "set 2", "slice 3", "4"]));

    // The program writes the bound, because the macro cannot know what the alias is.
    #[derive(Diagnostic)]
    #[diagnostic(error, without_location, message = "m")]
    struct Alias<T: Display, U>
    where
        U: Debug,
    {
        #[note("a {a}")]
        a: Maybe<T>,
        #[note("b {b:?}")]
        b: Maybe<U>,
    }
    let diagnostic = Alias { a: Some(1), b: Some("x") }.into_diagnostic();
    assert!(diagnostic.notes().eq(["a 1", "b \"x\""]));
}
