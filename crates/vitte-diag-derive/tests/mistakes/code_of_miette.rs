use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, code(typ::mismatch), url("https://example.com"), message = "m")]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
