//! The `vitte` binary.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    vitte_cli::main(std::env::args_os())
}
