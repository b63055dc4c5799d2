//! The `vitte` binary, for the tests of this package.

use std::process::ExitCode;

fn main() -> ExitCode {
    vitte_cli::main(std::env::args_os())
}
