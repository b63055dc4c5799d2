use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic("error", message = "m")]
struct Quoted(#[primary] Span);

#[derive(Diagnostic)]
#[diagnostic(warning("m"), unnecessary(true), crate("a"))]
struct Called(#[primary] Span);

#[derive(Diagnostic)]
#[diagnostic(level = "error", message = "m")]
struct Named(#[primary] Span);

fn main() {}
