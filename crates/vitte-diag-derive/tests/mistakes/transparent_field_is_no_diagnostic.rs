use vitte_diag::Diagnostic;

#[derive(Diagnostic)]
#[diagnostic(transparent)]
struct Problem {
    inner: u8,
}

fn main() {}
