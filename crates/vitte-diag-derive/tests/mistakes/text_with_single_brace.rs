use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "a { b", help = "a } b")]
struct Problem {
    #[primary]
    span: Span,
    expected: u8,
    found: u8,
}

fn main() {}
