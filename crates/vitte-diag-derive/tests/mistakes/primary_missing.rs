use vitte_diag::Diagnostic;

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
struct Problem {
    expected: u8,
}

fn main() {}
