use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
#[note]
#[help("a", "b")]
struct Problem {
    #[primary]
    span: Span,
}

fn main() {}
