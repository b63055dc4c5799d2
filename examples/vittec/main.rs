//! `vittec`: a small front end for the Vitte language that shows how a compiler links vitte-diag.
//!
//! It lexes, recognises the top level, skips bodies to their `.end` and checks names.

mod driver;
mod front;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use driver::{Check, Outcome};
use vitte_diag::{ColorChoice, HumanEmitter, JsonEmitter, registry};

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
        /// How errors are written: human to standard error, json (one object a line) to standard output
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        error_format: Format,
        /// Whether human output is coloured
        #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
        color: Color,
        /// Files and folders; - is standard input
        #[arg(required = true, value_name = "FILE|DIR")]
        paths: Vec<OsString>,
    },
    /// Explains an error code such as E0001
    Explain {
        /// The code
        code: String,
    },
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Human,
    Json,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Check { error_format, color, paths } => check(&paths, error_format, color),
        Command::Explain { code } => explain(&code),
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

fn check(paths: &[OsString], format: Format, color: Color) -> io::Result<ExitCode> {
    let color = match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let check = Check::run(paths, &mut io::stdin());
    let outcome = match format {
        Format::Human => {
            let (outcome, summary) = check.emit(&mut HumanEmitter::stderr(color))?;
            driver::write_summary(&mut io::stderr(), summary, check.inputs.len())?;
            outcome
        }
        Format::Json => check.emit(&mut JsonEmitter::new(io::stdout()))?.0,
    };
    Ok(match outcome {
        Outcome::Clean => ExitCode::SUCCESS,
        Outcome::Errors => ExitCode::from(1),
        Outcome::Unreadable => ExitCode::from(2),
    })
}

fn explain(code: &str) -> io::Result<ExitCode> {
    let Some(page) = registry::explain(&code.to_uppercase()) else {
        let known: Vec<_> = registry::pages().map(|page| page.code.to_string()).collect();
        writeln!(
            io::stderr(),
            "vittec: there is no code `{}`; the codes are {}",
            vitte_diag::text::one_line(code),
            known.join(", ")
        )?;
        return Ok(ExitCode::from(2));
    };
    io::stdout().write_all(page.text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
