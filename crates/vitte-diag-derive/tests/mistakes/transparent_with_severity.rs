use vitte_diag::Diagnostic;

#[derive(Diagnostic)]
enum Problem {
    #[diagnostic(error, transparent)]
    One(Diagnostic),
}

fn main() {}
