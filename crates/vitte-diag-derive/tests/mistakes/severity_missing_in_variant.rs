use vitte_diag::Diagnostic;

#[derive(Diagnostic)]
#[diagnostic(message = "m", without_location)]
enum Problem {
    First,
    #[diagnostic(note)]
    Second,
}

fn main() {}
