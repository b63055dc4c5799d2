use vitte_diag::Diagnostic;

#[derive(Diagnostic)]
#[diagnostic(transparent)]
enum Problem {
    #[diagnostic(transparent)]
    One(Diagnostic),
}

fn main() {}
