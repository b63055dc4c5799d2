use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
struct Problem {
    #[primary]
    span: Span,
    #[child(note)]
    other: Span,
}

fn main() {}
