use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
