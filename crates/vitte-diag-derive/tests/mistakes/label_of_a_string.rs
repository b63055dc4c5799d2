use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
struct Problem {
    #[primary]
    span: Span,
    #[label("here")]
    name: String,
    #[label]
    other: u8,
}

fn main() {}
