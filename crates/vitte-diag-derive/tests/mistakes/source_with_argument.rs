use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
struct Problem {
    #[primary]
    span: Span,
    #[source("why")]
    cause: std::fmt::Error,
}

fn main() {}
