use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic = "error"]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
