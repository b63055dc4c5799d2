use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(severity(Warning), message = "m")]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
