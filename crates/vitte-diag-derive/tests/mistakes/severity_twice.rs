use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, warning, message = "m")]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
