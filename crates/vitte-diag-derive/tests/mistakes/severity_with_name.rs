use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(severity = "error", message = "m")]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
