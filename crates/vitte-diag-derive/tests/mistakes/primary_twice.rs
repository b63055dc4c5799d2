use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
struct Problem {
    #[primary]
    first: Span,
    #[primary]
    second: Span,
}

fn main() {}
