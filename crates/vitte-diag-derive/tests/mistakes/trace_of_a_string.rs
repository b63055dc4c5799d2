use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
struct Problem {
    #[primary]
    span: Span,
    #[trace]
    step: String,
}

fn main() {}
