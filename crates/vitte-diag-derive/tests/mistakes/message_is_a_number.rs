use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = 5)]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
