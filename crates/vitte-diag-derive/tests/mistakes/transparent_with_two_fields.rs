use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
enum Problem {
    #[diagnostic(transparent)]
    Two(Span, u8),
}

fn main() {}
