use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m", crate = "engine")]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
