//! `vittec`: a small front end for the Vitte language that shows how a compiler links vitte-diag.
//!
//! It lexes, recognises the top level, skips bodies to their `.end` and checks names.

mod driver;
mod fix;
mod front;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use driver::{Check, Outcome};
use vitte_diag::cli::DiagnosticArgs;
use vitte_diag::{Policy, Stream, Tool, json};

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
    let result = match Arguments::parse().command {
        Command::Check { diagnostics, fix, dry_run, paths } => {
            let tool = Tool::default();
            match diagnostics.policy(&tool) {
                Ok(policy) if dry_run => fix::dry_run(&paths, policy),
                Ok(policy) if fix => fix::fix(&paths, &policy, &diagnostics, &tool),
                Ok(policy) => check(&paths, &policy, &diagnostics, &tool),
                Err(error) => usage(&error.to_string()),
            }
        }
        Command::Explain { code } => explain(&code),
        Command::Schema => {
            io::stdout().write_all(json::SCHEMA.as_bytes()).map(|()| ExitCode::SUCCESS)
        }
    };
    match result {
        Ok(code) => code,
        // Whoever read the output has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(2),
        Err(error) => {
            _ = writeln!(io::stderr(), "vittec: cannot write the output: {error}");
            ExitCode::from(2)
        }
    }
}

fn check(
    paths: &[OsString],
    policy: &Policy,
    arguments: &DiagnosticArgs,
    tool: &Tool,
) -> io::Result<ExitCode> {
    let check = Check::run(paths, &mut io::stdin(), policy);
    let outcome = show(&check, arguments, tool, 0)?;
    Ok(outcome.exit_code())
}

/// Shows what a check found, and for people how much that was.
fn show(
    check: &Check,
    arguments: &DiagnosticArgs,
    tool: &Tool,
    fixed: usize,
) -> io::Result<Outcome> {
    let (outcome, summary) = check.emit(&mut *arguments.emitter(tool))?;
    // A program is told where its output is not all that there is.
    if arguments.error_format.stream() == Stream::Stderr || summary.not_shown > 0 || fixed > 0 {
        driver::write_summary(&mut io::stderr(), summary, check.inputs.len(), fixed)?;
    }
    Ok(outcome)
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
