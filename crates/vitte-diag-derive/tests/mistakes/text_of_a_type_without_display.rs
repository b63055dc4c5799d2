use vitte_diag::{Diagnostic, Span};

struct Plain;

#[derive(Diagnostic)]
#[diagnostic(error, message = "{plain}")]
struct Problem {
    #[primary]
    span: Span,
    plain: Plain,
}

fn main() {}
