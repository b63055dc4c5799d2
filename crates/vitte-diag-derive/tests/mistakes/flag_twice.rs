use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m", unnecessary, unnecessary)]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
