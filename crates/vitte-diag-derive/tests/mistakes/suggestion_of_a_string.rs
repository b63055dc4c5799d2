use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
struct Problem {
    #[primary]
    span: Span,
    #[suggestion("why", code = "here")]
    name: String,
    #[suggestion]
    other: Span,
}

fn main() {}
