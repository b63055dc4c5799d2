//! Enums: defaults, variants, transparent variants.

use vitte_diag::{Child, Diagnostic, IntoDiagnostic, Severity, Span, Tag, code};

use crate::at;

#[derive(Diagnostic)]
#[diagnostic(warning, message = "a read error")]
struct Reading {
    #[primary]
    span: Span,
}

#[derive(Diagnostic)]
#[diagnostic(error, code = "E0001", help = "read the manual", note = "a default")]
enum Problem {
    #[diagnostic(message = "illegal character `{character}`")]
    Character {
        character: char,
        #[primary]
        span: Span,
    },
    #[diagnostic(warning, code = "W0001", message = "`{0}` and {0:?}", unnecessary)]
    #[help("own help")]
    Tuple(&'static str, #[primary("here")] Span),
    #[diagnostic(fatal, message = "out of memory", without_location, note = "own note")]
    Unit,
    #[diagnostic(transparent)]
    Reading(Reading),
    #[diagnostic(transparent)]
    Any { inner: Box<Diagnostic> },
}

#[test]
fn variants_use_the_defaults_of_the_enum() {
    let character = Problem::Character { character: 'é', span: at(1) }.into_diagnostic();
    let expected = Diagnostic::error(code!("E0001"), at(1), "illegal character `é`")
        .with_help("read the manual")
        .with_note("a default");
    assert_eq!(character, expected);
    let expected = Diagnostic::warning(code!("W0001"), at(2), "`x` and \"x\"")
        .with_tag(Tag::Unnecessary)
        .with_label("here")
        .with_help("own help")
        .with_note("a default");
    assert_eq!(Problem::Tuple("x", at(2)).into_diagnostic(), expected);
    let expected = Diagnostic::without_location(Severity::Fatal, code!("E0001"), "out of memory")
        .with_help("read the manual")
        .with_note("own note");
    assert_eq!(Problem::Unit.into_diagnostic(), expected);
}

#[test]
fn a_transparent_variant_is_its_field() {
    let reading = || Diagnostic::warning(None, at(3), "a read error");
    assert_eq!(Problem::Reading(Reading { span: at(3) }).into_diagnostic(), reading());
    assert_eq!(Problem::Any { inner: Box::new(reading()) }.into_diagnostic(), reading());
    #[derive(Diagnostic)]
    #[diagnostic(transparent)]
    struct Wrapper(Reading);
    assert_eq!(Wrapper(Reading { span: at(3) }).into_diagnostic(), reading());
}

#[test]
fn an_enum_may_be_without_location_by_default() {
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "cannot link", without_location)]
    enum Linker {
        Failed,
        #[diagnostic(message = "undefined symbol `{name}`")]
        Undefined {
            name: String,
            #[primary]
            used: Span,
            #[child(note, "also here")]
            others: Vec<Span>,
        },
    }
    let failed = Diagnostic::without_location(Severity::Error, None, "cannot link");
    assert_eq!(Linker::Failed.into_diagnostic(), failed);
    let undefined =
        Linker::Undefined { name: "f".to_owned(), used: at(1), others: vec![at(2), at(3)] };
    let expected = Diagnostic::error(None, at(1), "undefined symbol `f`")
        .with_child(Child::note("also here").with_label(at(2), ""))
        .with_child(Child::note("also here").with_label(at(3), ""));
    assert_eq!(undefined.into_diagnostic(), expected);
}

#[test]
fn an_enum_without_variants_compiles() {
    #[derive(Diagnostic)]
    enum Never {}
    fn convert(never: Never) -> Diagnostic {
        never.into()
    }
    let _: fn(Never) -> Diagnostic = convert;
}
