use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
struct Problem {
    #[primary]
    span: Span,
    #[child(hint, "here")]
    other: Span,
}

fn main() {}
