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

/// Without optimisation, the variables of all arms of a `match` have room of their own on the stack.
#[test]
fn an_enum_with_many_variants_needs_little_stack() {
    macro_rules! many {
        ($($variant:ident)*) => {
            #[derive(Diagnostic)]
            #[diagnostic(error, message = "a name", note = "{name} {span:?}")]
            enum Many {
                $(
                    #[note("0 {name} {span:?}")]
                    #[note("1 {name} {span:?}")]
                    #[note("2 {name} {span:?}")]
                    #[note("3 {name} {span:?}")]
                    #[note("4 {name} {span:?}")]
                    #[note("5 {name} {span:?}")]
                    #[note("6 {name} {span:?}")]
                    #[note("7 {name} {span:?}")]
                    #[note("8 {name} {span:?}")]
                    #[note("9 {name} {span:?}")]
                    #[note("10 {name} {span:?}")]
                    #[note("11 {name} {span:?}")]
                    #[note("12 {name} {span:?}")]
                    #[note("13 {name} {span:?}")]
                    #[note("14 {name} {span:?}")]
                    #[note("15 {name} {span:?}")]
                    $variant {
                        name: String,
                        #[primary("5 {name} {span:?}")]
                        #[suggestion("6 {name} {span:?}", code = "7 {name} {span:?}")]
                        #[suggestion("8 {name} {span:?}", code = "9 {name} {span:?}")]
                        span: Span,
                    },
                )*
            }

            fn all() -> Vec<Many> {
                vec![$(Many::$variant { name: String::new(), span: at(1) }),*]
            }
        };
    }
    many! {
        A0 A1 A2 A3 A4 A5 A6 A7 B0 B1 B2 B3 B4 B5 B6 B7 C0 C1 C2 C3 C4 C5 C6 C7 D0 D1 D2 D3 D4 D5 D6 D7
        E0 E1 E2 E3 E4 E5 E6 E7 F0 F1 F2 F3 F4 F5 F6 F7 G0 G1 G2 G3 G4 G5 G6 G7 H0 H1 H2 H3 H4 H5 H6 H7
    }
    let thread = std::thread::Builder::new().stack_size(64 << 10);
    let all = all();
    let count = thread.spawn(|| all.into_iter().map(Diagnostic::from).count());
    assert_eq!(count.unwrap().join().unwrap(), 64);
}
