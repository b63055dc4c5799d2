use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "found {found.name} {found()}")]
struct Problem {
    #[primary]
    span: Span,
    expected: u8,
    found: u8,
}

fn main() {}
