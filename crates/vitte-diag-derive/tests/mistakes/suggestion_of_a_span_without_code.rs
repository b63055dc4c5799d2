use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
struct Problem {
    #[primary]
    span: Span,
    #[suggestion("s")]
    other: Span,
}

fn main() {}
