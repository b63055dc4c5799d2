//! The macro beside `#[derive(thiserror::Error)]`.

use std::error::Error as _;
use std::num::ParseIntError;

use thiserror::Error;
use vitte_diag::{Child, Diagnostic, IntoDiagnostic, Severity, Span, code};

use crate::at;

fn not_a_number() -> ParseIntError {
    "12x".parse::<u32>().unwrap_err()
}

#[derive(Debug, Error, Diagnostic)]
#[error("cannot read the limit `{name}`")]
#[diagnostic(error, code = "CFG0001", help = "write a number")]
struct Limit {
    name: String,
    #[primary("this is `{name}`")]
    span: Span,
    source: ParseIntError,
}

#[derive(Debug, Error, Diagnostic)]
#[diagnostic(error, without_location)]
enum Config {
    #[error("the file is empty")]
    Empty,
    #[error(transparent)]
    #[diagnostic(transparent)]
    Limit(#[from] Limit),
    #[error("not a number")]
    Number(#[from] ParseIntError),
    #[error("not {expected}")]
    Other {
        expected: &'static str,
        #[source]
        why: Option<ParseIntError>,
        #[note]
        details: String,
    },
}

fn limit() -> Limit {
    Limit { name: "jobs".to_owned(), span: at(4), source: not_a_number() }
}

#[test]
fn the_message_is_that_of_thiserror() {
    let expected = Diagnostic::error(code!("CFG0001"), at(4), "cannot read the limit `jobs`")
        .with_label("this is `jobs`")
        .with_help("write a number")
        .with_child(Child::note("caused by: invalid digit found in string"));
    assert_eq!(limit().into_diagnostic(), expected);
    assert_eq!(limit().to_string(), expected.message());
    assert!(limit().source().is_some());
}

#[test]
fn variants_have_their_own_messages() {
    let without = |text: &'static str| Diagnostic::without_location(Severity::Error, None, text);
    let cause = || Child::note("caused by: invalid digit found in string");
    assert_eq!(Config::Empty.into_diagnostic(), without("the file is empty"));
    assert_eq!(Config::from(limit()).into_diagnostic(), limit().into_diagnostic());
    let number = Config::from(not_a_number()).into_diagnostic();
    assert_eq!(number, without("not a number").with_child(cause()));
    let other =
        Config::Other { expected: "x", why: Some(not_a_number()), details: "details".to_owned() };
    let expected = without("not x").with_child(cause()).with_note("details");
    assert_eq!(other.into_diagnostic(), expected);
}

#[test]
fn a_generic_error_needs_no_bound() {
    #[derive(Debug, Error, Diagnostic)]
    #[error("expected {0}")]
    #[diagnostic(error)]
    struct Expected<T>(T, #[primary] Span);
    assert_eq!(Expected(3, at(0)).into_diagnostic().message(), "expected 3");
}

#[test]
fn an_implied_source_may_have_other_attributes() {
    #[derive(Debug, Error, Diagnostic)]
    #[diagnostic(error, without_location)]
    enum Reading {
        #[error("number")]
        Number(
            #[from]
            #[note("it was {0:?}")]
            ParseIntError,
        ),
        #[error("limit")]
        Limit(
            #[from]
            #[child]
            Limit,
        ),
    }
    let number = Reading::from(not_a_number()).into_diagnostic();
    assert_eq!(number.notes().count(), 1);
    assert_eq!(number.children().len(), 1, "the cause");
    let limit = Reading::from(limit()).into_diagnostic();
    let messages: Vec<&str> = limit.children().iter().map(Child::message).collect();
    let expected = [
        "cannot read the limit `jobs` [CFG0001]",
        "write a number",
        "caused by: invalid digit found in string",
    ];
    assert_eq!(messages, expected);
}

#[test]
fn an_error_that_is_shown_as_the_message_is_not_a_cause_too() {
    #[derive(Debug, Error)]
    #[error("cannot read")]
    struct Unreadable(#[source] ParseIntError);

    #[derive(Debug, Error, Diagnostic)]
    #[diagnostic(error, without_location)]
    enum Failed {
        #[error(transparent)]
        Number(#[from] ParseIntError),
        #[error(transparent)]
        Unreadable { source: Unreadable },
        #[error(transparent)]
        Other(Box<dyn std::error::Error>),
        #[error(transparent)]
        #[diagnostic(message = "no configuration")]
        Named(Unreadable),
        #[error(transparent)]
        Labelled(#[from] Diagnostic),
    }
    let show = |error: Failed| {
        let diagnostic = error.into_diagnostic();
        let children: Vec<String> =
            diagnostic.children().iter().map(|child| child.message().to_owned()).collect();
        (diagnostic.message().to_owned(), children)
    };
    let expected = |message: &str, children: &[&str]| {
        (message.to_owned(), children.iter().copied().map(str::to_owned).collect())
    };
    let number = "invalid digit found in string";
    let cause = "caused by: invalid digit found in string";
    let unreadable = || Unreadable(not_a_number());
    assert_eq!(show(Failed::from(not_a_number())), expected(number, &[]));
    let source = Failed::Unreadable { source: unreadable() };
    assert_eq!(show(source), expected("cannot read", &[cause]));
    assert_eq!(show(Failed::Other(unreadable().into())), expected("cannot read", &[cause]));
    assert_eq!(show(Failed::Named(unreadable())), expected("no configuration", &[]));
    // Its labels would be lost.
    let labelled = Failed::from(Diagnostic::error(None, at(1), "m").with_label("here"));
    assert_eq!(show(labelled), expected("error: m", &["caused by: error: m"]));
}
