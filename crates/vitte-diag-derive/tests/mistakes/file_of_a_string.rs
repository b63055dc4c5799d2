use vitte_diag::Diagnostic;

#[derive(Diagnostic)]
#[diagnostic(error, message = "m")]
struct Problem {
    #[file]
    path: String,
}

fn main() {}
