use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "{found:y} {found:.*}")]
struct Problem {
    #[primary]
    span: Span,
    expected: u8,
    found: u8,
}

fn main() {}
