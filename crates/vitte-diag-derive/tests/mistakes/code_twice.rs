use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, code = "E1", message = "m")]
#[diagnostic(code = "E2")]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
