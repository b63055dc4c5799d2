use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, code = "no code", message = "m")]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
