use vitte_diag::{Diagnostic, Span};

struct Plain;

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
struct Problem {
    #[primary]
    span: Span,
    #[note("why {plain}")]
    plain: Option<Plain>,
}

fn main() {}
