use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
struct Problem {
    #[label(primary, "here")]
    span: Span,
}

fn main() {}
