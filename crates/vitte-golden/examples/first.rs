//! A first suite, for a compiler that knows one error.

use std::process::ExitCode;

use vitte_diag::{DiagnosticBag, Span, code};
use vitte_golden::{Case, Suite};

fn main() -> ExitCode {
    Suite::new("tests/ui").extension("my").run(compile)
}

/// Calls your compiler.
fn compile(case: &mut Case) -> DiagnosticBag {
    let mut bag = DiagnosticBag::new();
    if let Some(at) = case.text().find('@') {
        let span = Span::between(case.file(), at, at + 1);
        bag.push_error(code!("LEX0001"), span, "illegal character `@`");
    }
    bag
}
