//! What the tables of `docs/moving-from-miette.md` say about the attributes of fields.

use vitte_diag::{Diagnostic, FileId, IntoDiagnostic, Span, code};

fn at(lo: usize) -> Span {
    Span::from_range(FileId::new(0), lo..lo + 1)
}

#[derive(Diagnostic)]
#[diagnostic(note, message = "declared here")]
struct Declared(#[primary] Span);

#[derive(thiserror::Error, Diagnostic, Debug)]
#[diagnostic(error, code = "typ::any")]
enum Problem {
    #[error("wrong arguments")]
    Arguments {
        #[primary("this call")]
        call: Span,
        #[label("an argument")]
        arguments: Vec<Span>,
        #[label("declared here")]
        declared: Option<Span>,
        #[help]
        advice: Option<String>,
    },
    #[error("not a number")]
    #[diagnostic(without_location, help = "write digits")]
    Number(#[from] std::num::ParseIntError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Other(Box<Diagnostic>),
}

#[derive(Diagnostic)]
#[diagnostic(warning, message = "related")]
struct Related {
    #[primary]
    at: Span,
    #[child]
    all: Vec<Declared>,
}

#[test]
fn fields_become_labels_and_help() {
    let arguments = vec![at(4), at(6)];
    let advice = Some("remove one".to_owned());
    let problem = Problem::Arguments { call: at(1), arguments, declared: None, advice };
    let expected = Diagnostic::error(code!("typ::any"), at(1), "wrong arguments")
        .with_label("this call")
        .with_secondary(at(4), "an argument")
        .with_secondary(at(6), "an argument")
        .with_help("remove one");
    assert_eq!(problem.into_diagnostic(), expected);
}

#[test]
fn causes_related_and_transparent_errors_are_kept() {
    let number: Problem = "12x".parse::<u8>().unwrap_err().into();
    let number = Diagnostic::from(number);
    assert_eq!(number.children()[0].message(), "caused by: invalid digit found in string");
    assert_eq!((number.help(), number.code()), (Some("write digits"), Some(code!("typ::any"))));
    let inner = Diagnostic::warning(None, at(1), "inner").with_label("kept");
    assert_eq!(Problem::Other(inner.clone().into()).into_diagnostic(), inner);
    let related = Related { at: at(0), all: vec![Declared(at(2)), Declared(at(3))] };
    let related = related.into_diagnostic();
    let labels = related.children().iter().map(|child| child.labels().len());
    assert_eq!(labels.collect::<Vec<_>>(), [1, 1]);
}
