use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(error, message = "found {found}")]
struct Problem(#[primary] Span, u8);
#[cfg(any())]
struct Other {
}

fn main() {}
