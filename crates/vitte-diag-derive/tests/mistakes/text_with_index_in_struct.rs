use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "found {0}")]
struct Problem {
    #[primary]
    span: Span,
    expected: u8,
    found: u8,
}

fn main() {}
