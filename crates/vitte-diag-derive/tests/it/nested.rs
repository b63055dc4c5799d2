//! Nested diagnostics.

use std::sync::Arc;

use vitte_diag::{Child, Diagnostic, IntoDiagnostic, Span, code};

use crate::at;

#[derive(Diagnostic, Clone)]
#[diagnostic(note, message = "required by `{name}`", help = "remove the bound")]
struct RequiredBy {
    name: &'static str,
    #[primary("this bound")]
    bound: Span,
    #[child]
    outer: Option<Box<RequiredBy>>,
}

impl std::fmt::Debug for RequiredBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

fn required(name: &'static str, lo: u32) -> RequiredBy {
    RequiredBy { name, bound: at(lo), outer: None }
}

fn child(text: &'static str, lo: u32) -> Child {
    Child::note(text).with_label(at(lo), "this bound")
}

#[test]
fn nested_diagnostics_become_children() {
    #[derive(Diagnostic)]
    #[diagnostic(error, code = "E0277", message = "{all:?}", without_location)]
    struct Unsatisfied {
        #[child]
        all: Vec<RequiredBy>,
        #[child(help)]
        shared: Arc<RequiredBy>,
        #[child]
        ready: Child,
        #[child(warning)]
        optional: Option<Child>,
        #[child]
        plain: Result2,
    }
    /// Implements the trait by hand.
    struct Result2;
    impl IntoDiagnostic for Result2 {
        fn into_diagnostic(self) -> Diagnostic {
            Diagnostic::error(code!("E1"), at(9), "by hand")
        }
    }
    let mut first = required("f", 1);
    first.outer = Some(Box::new(required("g", 2)));
    let error = Unsatisfied {
        all: vec![first, required("h", 3)],
        shared: Arc::new(required("i", 4)),
        ready: Child::help("ready"),
        optional: Some(Child::help("optional")),
        plain: Result2,
    };
    let help = || Child::help("remove the bound");
    let expected =
        Diagnostic::without_location(vitte_diag::Severity::Error, code!("E0277"), "[f, h]")
            .with_child(child("required by `f`", 1))
            .with_child(help())
            .with_child(child("required by `g`", 2))
            .with_child(help())
            .with_child(child("required by `h`", 3))
            .with_child(help())
            .with_child(Child::help("required by `i`").with_label(at(4), "this bound"))
            .with_child(help())
            .with_child(Child::help("ready"))
            .with_child(Child::warning("optional"))
            .with_child(Child::error("by hand [E1]").with_label(at(9), ""));
    assert_eq!(error.into_diagnostic(), expected);
}

#[test]
fn texts_may_use_fields_that_were_moved_before() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "{0}")]
    struct Moved(
        #[note] String,
        #[primary] Span,
        #[help("again {0}, {0:?}, {1:?}")] bool,
        #[label] Span,
        #[suggestion("use {0} at {5:?}")] Vec<(Span, String)>,
        u8,
        #[note("{3:?}")] (),
    );
    let moved = Moved("x".into(), at(1), true, at(2), vec![(at(3), "y".into())], 7, ());
    let expected = Diagnostic::error(None, at(1), "x")
        .with_note("x")
        .with_help(format!("again x, \"x\", {:?}", at(1)))
        .with_secondary(at(2), "")
        .with_suggestion(vitte_diag::Suggestion::single(
            "use x at 7",
            vitte_diag::Edit::replace(at(3), "y"),
            vitte_diag::Applicability::Unspecified,
        ))
        .with_note(format!("{:?}", at(2)));
    assert_eq!(moved.into_diagnostic(), expected);
}
