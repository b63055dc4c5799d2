use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, mesage = "m")]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
