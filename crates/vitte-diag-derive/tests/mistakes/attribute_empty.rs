use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
