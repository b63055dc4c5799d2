//! The golden tests of the front end: `tests/ui/**/*.vitte`.

use std::process::ExitCode;

use vitte_diag::{DiagnosticBag, Policy};
use vitte_golden::{Case, Suite};
use vittec::front;

fn main() -> ExitCode {
    Suite::new("tests/ui").extension("vitte").comment("#").comment("//").run(check)
}

fn check(case: &mut Case) -> DiagnosticBag {
    case.source().map(|file| front::check(file, &Policy::default())).unwrap_or_default()
}
