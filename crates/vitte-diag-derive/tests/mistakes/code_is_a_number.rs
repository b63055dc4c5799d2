use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, code = 308, message = "m")]
struct Error {
    #[primary]
    span: Span,
}

fn main() {}
