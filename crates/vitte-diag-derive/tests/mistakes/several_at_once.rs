use vitte_diag::{Diagnostic, Span};

#[derive(Diagnostic)]
#[diagnostic(eror, code = "no code", message = "{fond}")]
struct Problem {
    found: u8,
    #[child(hint, "{x}")]
    #[suggestion("s", code = "{y}", applicability = "sure")]
    other: Span,
}

fn main() {}
