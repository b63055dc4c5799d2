use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m", without_location)]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
