//! Each attribute, compared with what one writes by hand.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use vitte_diag::{
    Applicability, Child, Code, Diagnostic, DiagnosticBag, Edit, FileId, IntoDiagnostic, Severity,
    Span, Suggestion, Tag, ToSpan, TraceStep, code,
};

use crate::at;

const E0308: Code = code!("E0308");

#[derive(Diagnostic)]
#[diagnostic(
    error,
    code = "E0308",
    message = "expected `{expected}`, found `{found}`",
    help = "change it"
)]
struct Mismatch<'a> {
    expected: &'a str,
    found: String,
    #[primary("this is a `{found}`")]
    value: Span,
    #[label("declared as `{expected}`")]
    declared: Option<Span>,
    #[label]
    others: Vec<Span>,
    #[note("a {{note}}")]
    reason: Option<Span>,
    #[note("because {why}")]
    why: Option<String>,
    #[help]
    advice: Vec<String>,
    #[child(warning, "this too", label = "here")]
    too: [Span; 1],
    #[suggestion("write `{expected}`", code = "{expected}", applicability = "maybe-incorrect")]
    fix: Option<Span>,
}

fn mismatch() -> Mismatch<'static> {
    Mismatch {
        expected: "num",
        found: "text".to_owned(),
        value: at(10),
        declared: Some(at(0)),
        others: vec![at(3), at(5)],
        reason: Some(at(7)),
        why: Some("of that".to_owned()),
        advice: vec!["one".to_owned(), "two".to_owned()],
        too: [at(9)],
        fix: Some(at(10)),
    }
}

#[test]
fn a_struct_becomes_a_diagnostic() {
    let fix = Edit::replace(at(10), "num");
    let expected = Diagnostic::error(E0308, at(10), "expected `num`, found `text`")
        .with_label("this is a `text`")
        .with_help("change it")
        .with_secondary(at(0), "declared as `num`")
        .with_secondary(at(3), "")
        .with_secondary(at(5), "")
        .with_child(Child::note("a {note}").with_label(at(7), ""))
        .with_note("because of that")
        .with_help("one")
        .with_help("two")
        .with_child(Child::warning("this too").with_label(at(9), "here"))
        .with_suggestion(Suggestion::single("write `num`", fix, Applicability::MaybeIncorrect));
    assert_eq!(mismatch().into_diagnostic(), expected);
    assert_eq!(Diagnostic::from(mismatch()), expected);
    let mut bag = DiagnosticBag::new();
    bag.push(mismatch().into());
    assert!(bag.has_errors());
}

#[test]
fn an_absent_value_adds_nothing() {
    let error = Mismatch {
        declared: None,
        others: vec![],
        reason: None,
        why: None,
        advice: vec![],
        fix: None,
        ..mismatch()
    };
    let expected = Diagnostic::error(E0308, at(10), "expected `num`, found `text`")
        .with_label("this is a `text`")
        .with_help("change it")
        .with_child(Child::warning("this too").with_label(at(9), "here"));
    assert_eq!(error.into_diagnostic(), expected);
}

#[test]
fn an_error_is_returned_with_a_question_mark() {
    #[expect(clippy::result_large_err, reason = "it is returned once")]
    fn check() -> Result<(), Diagnostic> {
        Err(mismatch())?
    }
    assert_eq!(check(), Err(mismatch().into_diagnostic()));
}

#[test]
fn the_severity_is_the_first_word() {
    #[derive(Diagnostic)]
    #[diagnostic(fatal, message = "a")]
    struct Fatal(#[primary] Span);
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a")]
    struct Error(#[primary] Span);
    #[derive(Diagnostic)]
    #[diagnostic(warning, message = "a")]
    struct Warning(#[primary] Span);
    #[derive(Diagnostic)]
    #[diagnostic(note, message = "a")]
    struct Note(#[primary] Span);
    assert_eq!(Fatal(at(0)).into_diagnostic(), Diagnostic::fatal(None, at(0), "a"));
    assert_eq!(Error(at(0)).into_diagnostic(), Diagnostic::error(None, at(0), "a"));
    assert_eq!(Warning(at(0)).into_diagnostic(), Diagnostic::warning(None, at(0), "a"));
    assert_eq!(Note(at(0)).into_diagnostic(), Diagnostic::note(None, at(0), "a"));
}

#[test]
fn the_code_is_a_literal_or_an_expression() {
    #[derive(Diagnostic)]
    #[diagnostic(error, code = "clippy::needless_return", message = "a")]
    struct Literal(#[primary] Span);
    #[derive(Diagnostic)]
    #[diagnostic(error, code = E0308, message = "a")]
    struct Constant(#[primary] Span);
    #[derive(Diagnostic)]
    #[diagnostic(error, code = Some(E0308), message = "a")]
    struct Optional(#[primary] Span);
    #[derive(Diagnostic)]
    #[diagnostic(error, code = vitte_diag::codes::E0001, message = "a")]
    struct Path(#[primary] Span);
    let codes = [
        Literal(at(0)).into_diagnostic(),
        Constant(at(0)).into_diagnostic(),
        Optional(at(0)).into_diagnostic(),
        Path(at(0)).into_diagnostic(),
    ];
    let codes = codes.map(|diagnostic| diagnostic.code().map(|code| code.as_str()));
    let expected = ["clippy::needless_return", "E0308", "E0308", "E0001"];
    assert_eq!(codes, expected.map(Some));
}

#[test]
fn texts_of_the_type_and_tags_are_added() {
    #[derive(Diagnostic)]
    #[diagnostic(warning, message = "unused: `{0}`", unnecessary, note = "one")]
    #[note("two {0}")]
    #[help("remove `{0}`")]
    #[diagnostic(help = "or use it", deprecated)]
    struct Unused(&'static str, #[primary] Span);
    let expected = Diagnostic::warning(None, at(4), "unused: `x`")
        .with_tag(Tag::Unnecessary)
        .with_tag(Tag::Deprecated)
        .with_help("remove `x`")
        .with_help("or use it")
        .with_note("one")
        .with_note("two x");
    assert_eq!(Unused("x", at(4)).into_diagnostic(), expected);
}

#[test]
fn the_location_may_be_absent() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "no `main`", without_location)]
    struct NoMain;
    #[derive(Diagnostic)]
    #[diagnostic(warning, message = "no license")]
    struct NoLicense {
        #[file]
        file: FileId,
    }
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a")]
    struct Maybe {
        #[primary("here")]
        span: Option<Span>,
        #[file]
        file: Option<FileId>,
    }
    let file = FileId::new(3);
    let no_main = Diagnostic::without_location(Severity::Error, None, "no `main`");
    assert_eq!(NoMain.into_diagnostic(), no_main);
    let no_license = Diagnostic::for_file(Severity::Warning, None, file, "no license");
    assert_eq!(NoLicense { file }.into_diagnostic(), no_license);
    let both = Maybe { span: Some(at(1)), file: Some(file) };
    assert_eq!(both.into_diagnostic(), Diagnostic::error(None, at(1), "a").with_label("here"));
    // A label that is not there has no text.
    let only_file = Maybe { span: None, file: Some(file) };
    assert_eq!(only_file.into_diagnostic(), Diagnostic::for_file(Severity::Error, None, file, "a"));
    let neither = Maybe { span: None, file: None };
    let expected = Diagnostic::without_location(Severity::Error, None, "a");
    assert_eq!(neither.into_diagnostic(), expected);
    // But one with a span that is a dummy keeps it.
    let dummy = Maybe { span: Some(Span::DUMMY), file: None };
    assert_eq!(dummy.into_diagnostic(), expected.with_label("here"));
}

#[test]
fn the_traits_decide_which_types_are_spans() {
    struct Place(u32);
    impl ToSpan for Place {
        fn to_span(&self) -> Span {
            at(self.0)
        }
    }
    type Alias = Option<Vec<Span>>;
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a")]
    struct Spans<'a> {
        #[primary]
        own: Option<Place>,
        #[label("reference")]
        reference: &'a Span,
        #[label("slice")]
        slice: &'a [Span],
        #[label("alias")]
        alias: Alias,
        #[label("pointer")]
        pointer: Box<Span>,
        #[label("shared")]
        shared: Vec<Rc<Place>>,
        #[note("array")]
        array: Arc<[Span]>,
    }
    // A pair has a text of its own.
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a")]
    struct Pairs(#[primary] Span, #[label] Vec<(Span, String)>, #[label] (Span, &'static str));
    let pairs = Pairs(at(0), vec![(at(1), "one".to_owned())], (at(2), "two"));
    let expected = Diagnostic::error(None, at(0), "a")
        .with_secondary(at(1), "one")
        .with_secondary(at(2), "two");
    assert_eq!(pairs.into_diagnostic(), expected);
    let spans = Spans {
        own: Some(Place(1)),
        reference: &at(2),
        slice: &[at(3)],
        alias: Some(vec![at(4)]),
        pointer: Box::new(at(5)),
        shared: vec![Rc::new(Place(6))],
        array: Arc::new([at(7)]),
    };
    let expected = Diagnostic::error(None, at(1), "a")
        .with_secondary(at(2), "reference")
        .with_secondary(at(3), "slice")
        .with_secondary(at(4), "alias")
        .with_secondary(at(5), "pointer")
        .with_secondary(at(6), "shared")
        .with_child(Child::note("array").with_label(at(7), ""));
    assert_eq!(spans.into_diagnostic(), expected);
}

#[test]
fn texts_of_fields_are_added_for_each_value() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a", without_location)]
    struct Texts<'a> {
        #[note("once: {number:>3}")]
        number: u8,
        #[note("reference: {reference}")]
        reference: &'a str,
        #[help("each: {each:?}")]
        each: &'a [char],
        #[child(warning, "queue: {queue}")]
        queue: VecDeque<u8>,
        #[note("only if it is true")]
        yes: bool,
        #[note("never")]
        no: bool,
        #[note("never behind a reference")]
        no_reference: &'a bool,
        #[note]
        own: Option<u8>,
        #[child(help, "with another: {own:?}")]
        unit: (),
    }
    let texts = Texts {
        number: 7,
        reference: "r",
        each: &['x', 'y'],
        queue: [1, 2].into(),
        yes: true,
        no: false,
        no_reference: &false,
        own: Some(9),
        unit: (),
    };
    let expected = Diagnostic::without_location(Severity::Error, None, "a")
        .with_note("once:   7")
        .with_note("reference: r")
        .with_help("each: 'x'")
        .with_help("each: 'y'")
        .with_child(Child::warning("queue: 1"))
        .with_child(Child::warning("queue: 2"))
        .with_note("only if it is true")
        .with_note("9")
        .with_child(Child::help("with another: Some(9)"));
    assert_eq!(texts.into_diagnostic(), expected);
}

#[test]
fn a_field_may_have_several_attributes() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a `{name}`")]
    struct Several {
        #[note]
        #[help("see `{name}`")]
        name: String,
        #[suggestion("remove it", code = "")]
        #[suggestion("rename it", code = "{name:?}_{name}", applicability = "has-placeholders")]
        #[primary("here")]
        #[child(note, "again")]
        span: Span,
    }
    let several = Several { name: "n".to_owned(), span: at(1) };
    let suggestion = |text: &'static str, code: &'static str, applicability| {
        Suggestion::single(text, Edit::replace(at(1), code), applicability)
    };
    let expected = Diagnostic::error(None, at(1), "a `n`")
        .with_label("here")
        .with_help("see `n`")
        .with_note("n")
        .with_child(Child::note("again").with_label(at(1), ""))
        .with_suggestion(suggestion("remove it", "", Applicability::Unspecified))
        .with_suggestion(suggestion("rename it", "\"n\"_n", Applicability::HasPlaceholders));
    assert_eq!(several.into_diagnostic(), expected);
}

#[test]
fn formats_are_those_of_std() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "{type:#06x}|{r#type:?}|{name:<w$.p$}|", without_location)]
    struct Named<'a> {
        r#type: u8,
        name: &'a str,
        w: usize,
        p: usize,
    }
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "{0:>1$}|{0:<1$.2$}|{{{0}}}|{0:é^5}", without_location)]
    struct Tuple(&'static str, usize, usize);
    let message = |error: Diagnostic| error.message().to_owned();
    assert_eq!(message(Tuple("abc", 5, 2).into()), "  abc|ab   |{abc}|éabcé");
    let named = Named { r#type: 10, name: "abc", w: 4, p: 1 };
    assert_eq!(message(named.into()), "0x000a|10|a   |");
}

#[test]
fn a_trace_has_the_steps_of_its_fields() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a")]
    struct Expanded {
        #[primary]
        span: Span,
        #[trace]
        first: TraceStep,
        #[trace]
        others: Vec<TraceStep>,
        #[trace]
        absent: Option<TraceStep>,
    }
    let step = |text: &'static str, lo| TraceStep::expansion(text).with_span(at(lo));
    let expanded = Expanded {
        span: at(0),
        first: step("in `sum!`", 1),
        others: vec![step("in `mean!`", 2), step("in `all!`", 3)],
        absent: None,
    };
    let expected = Diagnostic::error(None, at(0), "a")
        .with_step(step("in `sum!`", 1))
        .with_step(step("in `mean!`", 2))
        .with_step(step("in `all!`", 3));
    assert_eq!(expanded.into_diagnostic(), expected);
}
