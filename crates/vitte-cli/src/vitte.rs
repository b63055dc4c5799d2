//! The `vitte` binary.

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::crash::CrashArgs;
use crate::diag::Diag;

/// Tools of the Vitte project.
#[derive(Parser)]
#[command(name = "vitte", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Explains, converts, joins and counts diagnostics
    #[command(subcommand, arg_required_else_help = true)]
    Diag(Diag),
    /// Lists, shows, compares, sends and removes crashes
    Crash(CrashArgs),
}

/// What `vitte` does with these arguments, the program's name first. Reads standard input, and writes
/// to standard output and standard error.
///
/// The exit code is 0, or 2 where something could not be read, written or understood. It is 1 where a crash
/// was replayed and did not come back.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()) * 2);
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let done = match arguments.command {
        Command::Diag(diag) => diag.run(&mut out).map(|is_good| match is_good {
            true => ExitCode::SUCCESS,
            false => ExitCode::from(2),
        }),
        Command::Crash(crash) => crash.run(&mut out),
    };
    match done.and_then(|code| out.flush().map(|()| code)) {
        Ok(code) => code,
        // Whoever read the output has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(2),
        Err(error) => {
            _ = writeln!(io::stderr(), "vitte: cannot write the output: {error}");
            ExitCode::from(2)
        }
    }
}
