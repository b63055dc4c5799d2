//! The derive macro of [vitte-diag](https://docs.rs/vitte-diag), which re-exports it as `vitte_diag::Diagnostic` with the
//! feature `derive`. [`Diagnostic`] describes it.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod attribute;
mod code;
mod errors;
mod expand;
mod field;
mod head;
mod item;
mod plan;
mod text;
mod words;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use errors::Errors;

/// Makes a struct, or each variant of an enum, a diagnostic.
///
/// It implements `IntoDiagnostic` for the type, and `From<Type>` for `Diagnostic`. So an error is pushed with
/// `bag.push(error.into())`, and `?` returns it from a function whose error is a `Diagnostic`. The code is what one would write
/// by hand, and costs as much.
///
/// ```
/// use vitte_diag::{Diagnostic, IntoDiagnostic, Span};
///
/// #[derive(Diagnostic)]
/// #[diagnostic(error, code = "E0308", message = "mismatched types", help = "change the value")]
/// struct Mismatch<'a> {
///     expected: &'a str,
///     found: String,
///     #[primary("expected `{expected}`, found `{found}`")]
///     value: Span,
///     #[label("the type is declared here")]
///     declared: Option<Span>,
/// }
/// # let mut sources = vitte_diag::SourceMap::new();
/// # let file = sources.add("a.src", "let x: num = \"1\"\n")?;
/// # let span = |text: &str| {
/// #     let at = sources.file(file).unwrap().text().find(text).unwrap();
/// #     sources.span(file, at..at + text.len()).unwrap()
/// # };
///
/// let error = Mismatch {
///     expected: "num",
///     found: "text".to_owned(),
///     value: span("\"1\""),
///     declared: Some(span("num")),
/// };
/// assert_eq!(
///     error.into_diagnostic().render(&sources),
///     r#"error[E0308]: mismatched types
///  --> a.src:1:14
///   |
/// 1 | let x: num = "1"
///   |        ---   ^^^ expected `num`, found `text`
///   |        |
///   |        the type is declared here
///   |
///   = help: change the value
/// "#
/// );
/// # Ok::<(), vitte_diag::SourceError>(())
/// ```
///
/// # Attributes of a type or a variant
///
/// `#[diagnostic(…)]` has these arguments, in any order, and may be repeated:
///
/// | argument | meaning |
/// |---|---|
/// | `fatal`, `error`, `warning`, `note` | the severity; one is needed |
/// | `code = "E0308"`, `code = codes::E0308` | the code: a literal, which is checked, or an expression for a `Code` or an `Option<Code>` |
/// | `message = "…"` | the message; without it that of `Display`, for instance of `thiserror` |
/// | `help = "…"`, `note = "…"` | help and notes, as `#[help("…")]` and `#[note("…")]` |
/// | `unnecessary`, `deprecated` | the tags |
/// | `without_location` | allows that there is no `#[primary]` |
/// | `transparent` | the diagnostic is that of the only field |
/// | `crate = path` | the path of `vitte_diag`, if it is not `::vitte_diag` |
///
/// At an enum they are the defaults of its variants. Help and notes of a variant replace those of the enum.
///
/// # Attributes of a field
///
/// | attribute | type of the field | adds |
/// |---|---|---|
/// | `#[primary]`, `#[primary("…")]` | a span, or an `Option` of one; `None` is a diagnostic without a location | the primary label; exactly one is needed |
/// | `#[label("…")]`, `#[label]` | spans | a secondary label each |
/// | `#[label]` | `(Span, String)`, `Label`, or an `Option` or `Vec` of them | labels with texts of their own |
/// | `#[note("…")]`, `#[help("…")]` | spans | a child with a label each |
/// | | `bool` | the text, if it is true |
/// | | any other type | the text, for each value of an `Option`, `Vec` or other collection |
/// | `#[note]`, `#[help]` | what implements `Display` | the value as text |
/// | `#[child(LEVEL, "…")]` | as for `#[note("…")]` | children with a level: `note`, `help`, `warning`, `error` |
/// | `#[child(LEVEL, "…", label = "…")]` | spans | children whose labels have texts |
/// | `#[child]`, `#[child(LEVEL)]` | a type that implements `IntoDiagnostic`, `Child`, or an `Option`, `Vec`, `Box` of them | a child, and children for its help, notes and children |
/// | `#[suggestion("…", code = "…", applicability = "…")]` | spans | one suggestion, with an edit at each span |
/// | `#[suggestion("…", applicability = "…")]` | `Edit`, `(Span, String)`, or an `Option` or `Vec` of them | one suggestion with these edits |
/// | `#[suggestion]` | `Suggestion`, or an `Option` or `Vec` of them | the suggestions |
/// | `#[trace]` | `TraceStep`, or an `Option` or `Vec` of them | steps of the trace |
/// | `#[file]` | `FileId`, or an `Option` of it | the file, for a diagnostic about a whole file |
/// | `#[source]` | an error, a pointer to one, or an `Option` or `Vec` of them | children: "caused by: …" |
///
/// "Spans" are a `Span`, a type that implements `ToSpan`, and references, `Option`s, `Vec`s, arrays and slices of them. A field may
/// have several attributes. The applicability is `machine-applicable`, `maybe-incorrect`, `has-placeholders`, or `unspecified`, which
/// is the default.
///
/// # Texts
///
/// A text is a string literal. `{name}` is the value of a field, `{0}` that of a field of a tuple, with the formats of `std::fmt`, as
/// in `{name:?}` or `{0:>width$}`. `{{` and `}}` are braces. In a text that is there for each value of a field, the name of this field
/// is the value.
///
/// # Examples
///
/// Spans with texts, nested diagnostics, and texts for each value:
///
/// ```
/// use vitte_diag::{Diagnostic, IntoDiagnostic, Span};
///
/// #[derive(Diagnostic)]
/// #[diagnostic(error, code = "E0277", message = "`{name}` cannot be sorted")]
/// struct NotSorted {
///     name: &'static str,
///     #[primary]
///     call: Span,
///     #[child]
///     reasons: Vec<RequiredBy>,
///     #[note("`{known}` can be sorted")]
///     known: Vec<&'static str>,
/// }
///
/// #[derive(Diagnostic)]
/// #[diagnostic(note, message = "required by this bound")]
/// struct RequiredBy {
///     #[primary]
///     bound: Span,
/// }
/// # let mut sources = vitte_diag::SourceMap::new();
/// # let file = sources.add("a.src", "fn sort(T: Ord)\nsort(job)\n")?;
/// # let span = |text: &str| {
/// #     let at = sources.file(file).unwrap().text().find(text).unwrap();
/// #     sources.span(file, at..at + text.len()).unwrap()
/// # };
///
/// let error = NotSorted {
///     name: "Job",
///     call: span("sort(job)"),
///     reasons: vec![RequiredBy { bound: span("Ord") }],
///     known: vec!["num", "text"],
/// };
/// assert_eq!(
///     error.into_diagnostic().render(&sources),
///     "error[E0277]: `Job` cannot be sorted
///  --> a.src:2:1
///   |
/// 2 | sort(job)
///   | ^^^^^^^^^
///   |
///   = note: `num` can be sorted
///   = note: `text` can be sorted
/// note: required by this bound
///  --> a.src:1:12
///   |
/// 1 | fn sort(T: Ord)
///   |            ^^^
/// "
/// );
/// # Ok::<(), vitte_diag::SourceError>(())
/// ```
///
/// An enum with defaults, a suggestion, and a variant that is another error:
///
/// ```
/// use vitte_diag::{Diagnostic, IntoDiagnostic, Span};
///
/// #[derive(Diagnostic)]
/// #[diagnostic(error)]
/// enum SyntaxError {
///     #[diagnostic(code = "E0001", message = "expected `{0}`")]
///     Expected(
///         &'static str,
///         #[primary]
///         #[suggestion("add it", code = "{0}", applicability = "machine-applicable")]
///         Span,
///     ),
///     #[diagnostic(fatal, message = "the file ends in a string")]
///     #[note("a string ends with `\"`")]
///     EndInString {
///         #[primary("the string begins here")]
///         start: Span,
///     },
///     #[diagnostic(transparent)]
///     Name(NameError),
/// }
///
/// #[derive(Diagnostic)]
/// #[diagnostic(warning, code = "W0001", message = "`{0}` is never used", unnecessary)]
/// struct NameError(String, #[primary] Span);
/// # let mut sources = vitte_diag::SourceMap::new();
/// # let file = sources.add("a.src", "let x = 1\n")?;
///
/// let end = sources.span(file, 9..9)?;
/// assert_eq!(
///     SyntaxError::Expected(";", end).into_diagnostic().render(&sources),
///     "error[E0001]: expected `;`
///  --> a.src:1:10
///   |
/// 1 | let x = 1
///   |          ^
///   |
/// help: add it
///   |
/// 1 | let x = 1;
///   |          +
/// "
/// );
/// # Ok::<(), vitte_diag::SourceError>(())
/// ```
///
/// Together with `thiserror`, whose `Display` is the message. As there, a field with `#[source]` or `#[from]`, or with the name
/// `source`, is the cause. With `#[error(transparent)]`, only the sources of the field are causes:
///
/// ```
/// use vitte_diag::{Diagnostic, FileId, IntoDiagnostic};
///
/// #[derive(Debug, thiserror::Error, Diagnostic)]
/// #[diagnostic(error, code = "CFG0001")]
/// #[error("the limit `{text}` is not a number")]
/// struct BadLimit {
///     text: String,
///     source: std::num::ParseIntError,
///     #[file]
///     file: FileId,
/// }
/// # let mut sources = vitte_diag::SourceMap::new();
/// # let file = sources.add("a.cfg", "limit = 12x\n")?;
///
/// let source = "12x".parse::<u32>().unwrap_err();
/// let error = BadLimit { text: "12x".to_owned(), source, file };
/// assert_eq!(
///     error.into_diagnostic().render(&sources),
///     "error[CFG0001]: the limit `12x` is not a number
///  --> a.cfg
///   = note: caused by: invalid digit found in string
/// "
/// );
/// # Ok::<(), vitte_diag::SourceError>(())
/// ```
#[proc_macro_derive(
    Diagnostic,
    attributes(diagnostic, primary, label, note, help, child, suggestion, trace, file, source)
)]
pub fn derive_diagnostic(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let item = item::read(&input, &mut errors);
    if errors.is_empty() {
        return expand::expand(&input, &item).into();
    }
    let mut tokens = expand::fallback(&input, &item);
    tokens.extend(errors.into_tokens());
    tokens.into()
}
