//! `vittec`: a small front end for the Vitte language that shows how a compiler links vitte-diag.
//!
//! It lexes, recognises the top level, skips bodies to their `.end` and checks names.

mod crash;
mod driver;
mod fix;

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use crash::{Crash, Kind};
use driver::Check;
use vitte_diag::cli::DiagnosticArgs;
use vitte_diag::{Policy, Tool, json};
use vittec::capture;

/// Checks Vitte source files.
#[derive(Parser)]
#[command(name = "vittec", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks files, and every .vitte file below folders
    Check {
        #[command(flatten)]
        diagnostics: DiagnosticArgs,
        /// Mend what can be mended safely, then check again
        #[arg(long)]
        fix: bool,
        /// Crash on purpose: KIND, or KIND@LINE
        #[arg(long, value_name = "KIND[@LINE]", hide = true)]
        crash: Option<Crash>,
        /// With --fix: change nothing, print a diff of what would change
        #[arg(long, requires = "fix")]
        dry_run: bool,
        /// Files and folders; - is standard input
        #[arg(required = true, value_name = "FILE|DIR")]
        paths: Vec<OsString>,
    },
    /// Explains an error code such as E0001
    Explain {
        /// The code
        code: String,
    },
    /// Prints the JSON Schema of --error-format=json
    Schema,
}

fn main() -> ExitCode {
    // Before all else: where this process is to report the crash of another one, that is all it does.
    #[cfg(feature = "crash")]
    let handler = handler();
    let command = Arguments::parse().command;
    #[cfg(feature = "crash")]
    if let (Ok(guard), Command::Check { diagnostics, .. }) = (&handler, &command) {
        guard.set_format(diagnostics.error_format, diagnostics.terminal());
    }
    capture::run_main(|| match command.run() {
        Ok(code) => Ok(code),
        Err(Failure::Output(error)) => {
            // Whoever read the output has read enough.
            if error.kind() != io::ErrorKind::BrokenPipe {
                _ = writeln!(io::stderr(), "vittec: cannot write the output: {error}");
            }
            Ok(ExitCode::from(2))
        }
        Err(Failure::Uncaught(error)) => Err(error),
    })
}

/// Makes the crashes of this process diagnostics, until the result is dropped.
#[cfg(feature = "crash")]
fn handler() -> Result<vitte_crash::CrashGuard, vitte_crash::InstallError> {
    use std::time::Duration;
    // A debug build has much to read, and may be one of many that run at once.
    let limit = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });
    vitte_crash::CrashHandler::builder()
        .program("vittec")
        .version(env!("CARGO_PKG_VERSION"))
        .timeout(limit)
        .install()
}

/// What ends the compiler early.
enum Failure {
    /// The output cannot be written.
    Output(io::Error),
    /// What nobody has thought of.
    Uncaught(Box<dyn Error>),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Command {
    fn run(self) -> Result<ExitCode, Failure> {
        if let Self::Check { crash: Some(Crash { kind: Kind::Error, .. }), .. } = self {
            return Err(Failure::Uncaught(crash::error()));
        }
        let code = match self {
            Self::Check { diagnostics, fix, crash, dry_run, paths } => {
                let tool = Tool::default();
                match diagnostics.policy(&tool) {
                    Ok(policy) if dry_run => fix::dry_run(&paths, policy),
                    Ok(policy) if fix => fix::fix(&paths, &policy, &diagnostics, &tool),
                    Ok(policy) => check(&paths, &policy, crash, &diagnostics, &tool),
                    Err(error) => usage(&error.to_string()),
                }
            }
            Self::Explain { code } => explain(&code),
            Self::Schema => {
                io::stdout().write_all(json::SCHEMA.as_bytes()).map(|()| ExitCode::SUCCESS)
            }
        };
        Ok(code?)
    }
}

fn check(
    paths: &[OsString],
    policy: &Policy,
    crash: Option<Crash>,
    arguments: &DiagnosticArgs,
    tool: &Tool,
) -> io::Result<ExitCode> {
    let check = Check::run(paths, &mut io::stdin(), policy, crash);
    let outcome = check.show(arguments, tool, 0)?;
    Ok(outcome.exit_code())
}

fn explain(code: &str) -> io::Result<ExitCode> {
    match Tool::default().explain(code) {
        Ok(page) => io::stdout().write_all(page.text.as_bytes()).map(|()| ExitCode::SUCCESS),
        Err(error) => usage(&error.to_string()),
    }
}

fn usage(error: &str) -> io::Result<ExitCode> {
    writeln!(io::stderr(), "vittec: {error}")?;
    Ok(ExitCode::from(2))
}
