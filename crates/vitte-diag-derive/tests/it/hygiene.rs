//! Names of the program that are like those of generated code, and programs with unusual settings.

use vitte_diag::{Diagnostic, IntoDiagnostic, Span};

use crate::at;

/// A program without the names of the prelude, with its own modules `std`, `core` and `vitte_diag`, and with strict lints.
mod strict {
    #![no_implicit_prelude]
    #![allow(missing_debug_implementations, reason = "a derive of `Debug` would need the prelude")]
    #![deny(warnings, missing_docs, unused, clippy::pedantic, clippy::nursery)]

    use ::vitte_diag::{Diagnostic, Span};

    pub mod std {}
    pub mod core {}
    pub mod vitte_diag {}

    #[derive(Diagnostic)]
    #[diagnostic(error, code = "E1", message = "{name} {field_0:?}", help = "h")]
    #[note("n {name}")]
    pub struct Strict<'a> {
        pub name: &'a str,
        #[primary("here {self_}")]
        pub field_0: Span,
        pub self_: u8,
        #[label("l {name}")]
        pub label: ::std::option::Option<Span>,
        #[label]
        pub labels: ::std::vec::Vec<(Span, ::std::string::String)>,
        #[note("text {text}")]
        pub text: ::std::option::Option<u8>,
        #[help]
        pub help: ::std::option::Option<::std::string::String>,
        #[child(note, "c", label = "d")]
        pub child: Span,
        #[child]
        pub diagnostic: Diagnostic,
        #[suggestion("s", code = "{name}")]
        pub span: Span,
        #[source]
        pub source: ::std::boxed::Box<dyn ::std::error::Error>,
        pub unused: (),
    }

    #[derive(Diagnostic)]
    #[diagnostic(error, without_location)]
    pub enum Each {
        #[diagnostic(message = "some")]
        Some,
        #[diagnostic(message = "{None}")]
        #[allow(non_snake_case)]
        None { None: u8 },
        #[diagnostic(transparent)]
        Ok(::std::boxed::Box<Self>),
    }
}

/// A program that forbids lints, in which no code may allow them.
mod forbids {
    #![forbid(deprecated, unused_qualifications, clippy::all, clippy::pedantic)]
    #![forbid(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

    use vitte_diag::{Diagnostic, Span};

    #[derive(Diagnostic)]
    #[diagnostic(error, code = "E1", message = "{text}")]
    pub(super) struct Forbids {
        #[note]
        pub(super) text: String,
        #[primary("here")]
        pub(super) at: Span,
    }
}

/// A program that compiles although deprecated items are used where it allows them.
mod deprecated {
    #![deny(deprecated)]

    use vitte_diag::{Diagnostic, Span, ToSpan};

    #[deprecated]
    pub(super) struct OldSpan;

    #[allow(deprecated)]
    impl ToSpan for OldSpan {
        fn to_span(&self) -> Span {
            Span::DUMMY
        }
    }

    #[deprecated]
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "m")]
    pub(super) struct Old(#[primary] pub(super) Span);

    #[derive(Diagnostic)]
    #[diagnostic(error, message = "m")]
    pub(super) enum New {
        #[deprecated]
        Old(#[primary] Span),
        New(
            #[primary]
            #[expect(deprecated)]
            OldSpan,
        ),
    }
}

#[test]
fn constants_may_have_the_names_of_usual_variables() {
    mod names {
        #![allow(non_upper_case_globals, non_camel_case_types, dead_code)]
        use vitte_diag::{Diagnostic, Span};

        pub(super) struct diagnostic;
        pub(super) static message: u8 = 0;
        pub(super) const error: u8 = 0;
        pub(super) const field_0: u8 = 0;
        pub(super) const text_0: u8 = 0;
        pub(super) const _value: u8 = 0;

        #[derive(Diagnostic)]
        #[diagnostic(error, message = "m")]
        pub(super) struct Named {
            #[note("n {help}")]
            #[help]
            pub(super) help: Option<String>,
            #[primary]
            pub(super) at: Span,
            #[note("n")]
            pub(super) is_noted: Option<u8>,
        }
    }
    let named = names::Named { help: Some("h".to_owned()), at: at(0), is_noted: Some(1) };
    assert_eq!(named.into_diagnostic().notes().count(), 2);
}

#[test]
fn lints_are_only_allowed_for_what_is_deprecated() {
    let error = forbids::Forbids { text: "t".to_owned(), at: at(0) };
    assert_eq!(error.into_diagnostic().notes().count(), 1);
    #[expect(deprecated)]
    let old = [
        deprecated::Old(at(0)).into_diagnostic(),
        deprecated::New::Old(at(0)).into_diagnostic(),
        deprecated::New::New(deprecated::OldSpan).into_diagnostic(),
    ];
    assert!(old.iter().all(|one| one.message() == "m"));
}

#[test]
fn generated_code_needs_no_prelude() {
    let strict = strict::Strict {
        name: "n",
        field_0: at(0),
        self_: 1,
        label: None,
        labels: vec![(at(2), "a".to_owned())],
        text: Some(1),
        help: Some("help".to_owned()),
        child: at(3),
        diagnostic: Diagnostic::error(None, at(4), "inner"),
        span: at(5),
        source: "cause".into(),
        unused: (),
    };
    assert_eq!(strict.into_diagnostic().children().len(), 3);
    let none = strict::Each::Ok(Box::new(strict::Each::None { None: 3 }));
    assert_eq!(none.into_diagnostic().message(), "3");
    assert_eq!(strict::Each::Some.into_diagnostic().message(), "some");
}

/// A crate that re-exports the engine under another name.
mod renamed {
    pub mod inner {
        pub use vitte_diag as engine;
    }

    #[derive(Debug, inner::engine::Diagnostic)]
    #[diagnostic(crate = self::inner::engine, error, code = "E1", message = "m {0}")]
    pub struct Renamed(
        pub u8,
        #[primary] pub inner::engine::Span,
        #[label("l")] pub Vec<inner::engine::Span>,
    );
}

#[test]
fn the_engine_may_have_another_name() {
    let error = renamed::Renamed(1, at(0), vec![at(1)]).into_diagnostic();
    assert_eq!((error.message(), error.labels().count()), ("m 1", 2));
}

macro_rules! make {
    ($name:ident, $text:literal, $field:ident, $span:ty, $code:expr) => {
        #[derive(Diagnostic)]
        #[diagnostic(error, message = $text, code = $code)]
        struct $name {
            $field: u8,
            #[primary($text)]
            place: $span,
        }
    };
}

make!(Made, "made {value}", value, Span, "E7");

#[test]
fn a_macro_may_write_the_struct() {
    let made = Made { value: 3, place: at(1) }.into_diagnostic();
    assert_eq!((made.message(), made.code().map(|code| code.as_str())), ("made 3", Some("E7")));
}

#[test]
fn attributes_may_be_conditional() {
    #[derive(Diagnostic)]
    #[cfg_attr(all(), diagnostic(error, message = "a"))]
    #[cfg_attr(any(), diagnostic(warning))]
    struct Conditional {
        #[cfg_attr(all(), primary)]
        span: Span,
        #[cfg(any())]
        #[primary]
        absent: Absent,
    }
    assert_eq!(Conditional { span: at(1) }.into_diagnostic(), Diagnostic::error(None, at(1), "a"));
}

/// Methods and traits with the names that generated code calls.
#[test]
fn methods_of_the_program_are_not_called() {
    #[expect(
        dead_code,
        clippy::wrong_self_convention,
        reason = "it is in scope, but must not be called"
    )]
    trait Confusing {
        fn into_diagnostic(&self) {}
        fn add(&self) {}
        fn add_note(&self) {}
        fn to_string(&self) {}
    }
    impl<T: ?Sized> Confusing for T {}
    #[derive(Diagnostic)]
    #[diagnostic(error, message = "a", help = "b", without_location)]
    struct Plain {
        #[note("n {text}")]
        text: String,
        #[note]
        own: u8,
        #[source]
        source: std::fmt::Error,
    }
    let plain = Plain { text: "t".to_owned(), own: 1, source: std::fmt::Error };
    let diagnostic = Diagnostic::from(plain);
    assert_eq!(diagnostic.notes().collect::<Vec<_>>(), ["n t", "1"]);
}
