use vitte_diag::Diagnostic;

#[derive(Diagnostic)]
#[diagnostic(error, message = "m {}")]
struct Problem;
#[cfg(any())]
struct Other {
}

fn main() {}
