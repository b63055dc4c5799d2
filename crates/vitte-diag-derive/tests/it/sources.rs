//! `#[source]`: the causes of a diagnostic.

use std::error::Error;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use vitte_diag::{Child, Diagnostic, IntoDiagnostic, Span};

use crate::at;

#[derive(Debug)]
struct Inner<'a>(&'a str);

impl fmt::Display for Inner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Inner<'_> {}

#[derive(Debug)]
struct Outer(Inner<'static>);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("outer")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

fn outer() -> Outer {
    Outer(Inner("inner"))
}

#[test]
fn the_chain_of_a_source_becomes_children() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a")]
    struct Failed<'a> {
        #[primary]
        span: Span,
        #[source]
        plain: Outer,
        #[source]
        borrowed: Inner<'a>,
        #[source]
        boxed: Box<dyn Error>,
        #[source]
        sendable: Option<Box<dyn Error + Send + Sync>>,
        #[source]
        shared: Arc<Outer>,
        #[source]
        object: Rc<dyn Error>,
        #[source]
        several: Vec<Outer>,
        #[source]
        reference: &'a dyn Error,
        #[source]
        absent: Option<Outer>,
        #[source]
        diagnostic: Diagnostic,
    }
    let text = String::from("borrowed");
    let failed = Failed {
        span: at(0),
        plain: outer(),
        borrowed: Inner(&text),
        boxed: Box::new(outer()),
        sendable: Some("text".into()),
        shared: Arc::new(outer()),
        object: Rc::new(outer()),
        several: vec![outer(), outer()],
        reference: &Inner("reference"),
        absent: None,
        diagnostic: Diagnostic::error(None, at(5), "labelled").with_label("here"),
    };
    let chain = ["caused by: outer", "caused by: inner"];
    let mut texts: Vec<&str> = chain.to_vec();
    texts.push("caused by: borrowed");
    texts.extend(chain);
    texts.push("caused by: text");
    texts.extend([chain, chain, chain, chain].concat());
    texts.push("caused by: reference");
    let mut expected = Diagnostic::error(None, at(0), "a");
    for text in texts {
        expected.add_child(Child::note(text.to_owned()));
    }
    expected.add_child(Child::note("caused by: error: labelled").with_label(at(5), "here"));
    assert_eq!(failed.into_diagnostic(), expected);
}

#[test]
fn a_generic_source_needs_no_bound() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a", without_location)]
    struct Failed<E> {
        #[source]
        error: Option<E>,
    }
    let failed = Failed { error: Some(outer()) }.into_diagnostic();
    assert_eq!(failed.children().len(), 2);
}

#[test]
fn a_diagnostic_behind_a_pointer_keeps_its_labels() {
    fn labelled() -> Diagnostic {
        Diagnostic::error(None, at(5), "labelled").with_label("here")
    }
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a", without_location)]
    enum Failed {
        Boxed(#[source] Box<Diagnostic>),
        Shared(#[source] Option<Arc<Diagnostic>>),
        Counted(#[source] Rc<Diagnostic>),
        Object(#[source] Box<dyn Error>),
        Sendable(#[source] Vec<Box<dyn Error + Send + Sync + 'static>>),
        Deep(#[source] Arc<dyn Error>),
    }
    let cause = Child::note("caused by: error: labelled").with_label(at(5), "here");
    for failed in [
        Failed::Boxed(Box::new(labelled())),
        Failed::Shared(Some(Arc::new(labelled()))),
        Failed::Counted(Rc::new(labelled())),
        Failed::Object(Box::new(labelled())),
        Failed::Sendable(vec![Box::new(labelled())]),
        Failed::Deep(Arc::new(Box::new(labelled()))),
    ] {
        assert_eq!(failed.into_diagnostic().children(), std::slice::from_ref(&cause));
    }
}
