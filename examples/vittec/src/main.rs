//! `vittec`: a small front end for the Vitte language that shows how a compiler uses `vitte-diag`.
//!
//! It splits sources into tokens, parses items but not the bodies of functions, and checks names.

mod crash;
mod driver;
mod fix;
mod lsp;

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use crash::{CrashKind, CrashRequest};
use driver::{Check, usage};
use vitte_diag::cli::DiagnosticArgs;
use vitte_diag::{Policy, Tool, json};
use vittec::capture;

/// Check Vitte source files.
#[derive(Parser)]
#[command(name = "vittec", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const CHECK_EXIT_CODES: &str =
    "Exit codes: 0 no errors, 1 errors, 2 usage or I/O error, 101 crash of the compiler";

#[derive(Subcommand)]
enum Command {
    /// Check files, and every .vitte file below directories
    #[command(after_help = CHECK_EXIT_CODES)]
    Check {
        #[command(flatten)]
        diagnostics: DiagnosticArgs,
        /// Apply machine-applicable suggestions, then check again
        #[arg(long)]
        fix: bool,
        /// Crash on purpose: KIND, or KIND@LINE
        #[arg(long, value_name = "KIND[@LINE]", hide = true)]
        crash: Option<CrashRequest>,
        /// With --fix, print a diff and change no files
        #[arg(long, requires = "fix")]
        dry_run: bool,
        /// Files and directories; - is standard input
        #[arg(required = true, value_name = "FILE|DIR")]
        paths: Vec<OsString>,
    },
    /// Serve an editor with the Language Server Protocol, on standard input and output
    Lsp {
        #[command(flatten)]
        diagnostics: DiagnosticArgs,
    },
    /// Explain a code such as E0001
    Explain {
        /// The code
        code: String,
    },
    /// Print the JSON Schema of --error-format=json
    Schema,
}

fn main() -> ExitCode {
    // Must be first: in the reporter, the second process that reports a crash, this call does not return.
    #[cfg(feature = "crash")]
    let handler = handler();
    let command = Arguments::parse().command;
    #[cfg(feature = "crash")]
    if let (Ok(guard), Command::Check { diagnostics, .. }) = (&handler, &command) {
        guard.set_format(diagnostics.format(), diagnostics.terminal());
    }
    capture::run_main(|| match command.run() {
        Ok(code) => Ok(code),
        Err(Failure::Output(error)) => {
            // A closed pipe is not an error: the reader has read enough.
            if error.kind() != io::ErrorKind::BrokenPipe {
                _ = writeln!(io::stderr(), "vittec: cannot write the output: {error}");
            }
            Ok(ExitCode::from(2))
        }
        Err(Failure::Uncaught(error)) => Err(error),
    })
}

/// Installs the crash handler. It is active until the result is dropped.
#[cfg(feature = "crash")]
fn handler() -> Result<vitte_crash::CrashGuard, vitte_crash::InstallError> {
    use std::time::Duration;
    // Reading the debug information of a debug build takes longer, and tests run many processes at once.
    let timeout = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });
    vitte_crash::CrashHandler::builder()
        .program("vittec")
        .version(env!("CARGO_PKG_VERSION"))
        .timeout(timeout)
        .dump_on(vitte_crash::Signal::Quit)
        .watchdog(Duration::from_secs(10))
        .install()
}

/// An error that ends the compiler.
enum Failure {
    /// The output cannot be written.
    Output(io::Error),
    /// An unexpected error, which is reported as a crash.
    Uncaught(Box<dyn Error>),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Command {
    fn run(self) -> Result<ExitCode, Failure> {
        if let Self::Check { crash: Some(CrashRequest { kind: CrashKind::Error, .. }), .. } = self {
            return Err(Failure::Uncaught(crash::error()));
        }
        let code = match self {
            Self::Check { diagnostics, fix, crash, dry_run, paths } => {
                let tool = Tool::default();
                if let Err(error) = diagnostics.read_baseline() {
                    return Ok(usage(&error.to_string())?);
                }
                match diagnostics.policy(&tool) {
                    Ok(policy) if dry_run => fix::dry_run(&paths, policy),
                    Ok(policy) if fix => fix::fix(&paths, &policy, &diagnostics, &tool),
                    Ok(policy) => check(&paths, &policy, crash, &diagnostics, &tool),
                    Err(error) => usage(&error.to_string()),
                }
            }
            Self::Lsp { diagnostics } => match diagnostics.policy(&Tool::default()) {
                Ok(policy) => Ok(lsp::serve(policy)),
                Err(error) => usage(&error.to_string()),
            },
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
    crash: Option<CrashRequest>,
    arguments: &DiagnosticArgs,
    tool: &Tool,
) -> io::Result<ExitCode> {
    let mut check = Check::run(paths, &mut io::stdin(), policy, crash);
    if let Err(error) = arguments.apply_baseline(&mut check.bag, &check.sources) {
        return usage(&error.to_string());
    }
    let outcome = check.show(arguments, tool, 0)?;
    Ok(outcome.exit_code())
}

fn explain(code: &str) -> io::Result<ExitCode> {
    match Tool::default().explain(code) {
        Ok(page) => io::stdout().write_all(page.text.as_bytes()).map(|()| ExitCode::SUCCESS),
        Err(error) => usage(&error.to_string()),
    }
}
