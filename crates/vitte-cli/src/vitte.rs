//! The `vitte` binary.

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::crash::CrashArgs;
use crate::diag::Diag;
use crate::log;
#[cfg(feature = "lsp")]
use crate::lsp::Lsp;

/// Inspect compiler diagnostics and crash reports
#[derive(Parser)]
#[command(name = "vitte", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Explain, convert, merge and count diagnostics
    #[command(subcommand, arg_required_else_help = true)]
    Diag(Diag),
    /// List, show, compare, replay, upload and remove crash reports
    Crash(Box<CrashArgs>),
    /// Serve the diagnostics of any compiler that is run as a command to editors
    #[cfg(feature = "lsp")]
    Lsp(Box<Lsp>),
}

/// Runs `vitte` with these arguments, of which the first is the program's name. Reads standard input; writes to
/// standard output and standard error.
///
/// Returns exit code 0 on success, 1 if a replayed crash was not reproduced or there are new diagnostics, and 2 if something could not be
/// read, written or understood.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()) * 2);
        }
    };
    #[cfg(feature = "lsp")]
    let arguments = match arguments.command {
        // The server writes to standard output on a thread of its own, so it must not be locked.
        Command::Lsp(lsp) => return lsp.run(),
        command => Arguments { command },
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let done = match arguments.command {
        Command::Diag(diag) => diag.run(&mut out),
        Command::Crash(crash) => crash.run(&mut out),
        #[cfg(feature = "lsp")]
        Command::Lsp(_) => Ok(ExitCode::SUCCESS),
    };
    match done.and_then(|code| out.flush().map(|()| code)) {
        Ok(code) => code,
        // The reader closed the pipe: it needs no more output.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(2),
        Err(error) => {
            _ = writeln!(log::stderr(), "vitte: cannot write the output: {error}");
            ExitCode::from(2)
        }
    }
}
