use vitte_diag::Diagnostic;

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
union Problem {
    first: u8,
    second: u8,
}

fn main() {}
