use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
enum Problem {
    Unit,
    Tuple(Span),
}

fn main() {}
