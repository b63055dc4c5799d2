use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message)]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
