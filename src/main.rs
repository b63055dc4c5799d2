//! The `vitte` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    vitte_diag::cli::main(std::env::args_os())
}
