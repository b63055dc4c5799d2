use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(eror, message = "m")]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
