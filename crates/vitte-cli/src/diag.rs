//! `vitte diag`: works on the JSON diagnostics of any compiler.

mod convert;
mod input;
mod merge;
mod stats;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Subcommand;
use convert::Convert;
use input::Input;
use vitte_diag::Tool;

/// Reads the JSON Lines that a compiler writes with --error-format=json
#[derive(Subcommand)]
pub(crate) enum Diag {
    /// Explain a code such as E0001
    Explain {
        /// The code
        code: String,
    },
    /// Convert diagnostics to another format
    Convert(Box<Convert>),
    /// Merge the diagnostics of several compile jobs: sorted, without duplicates
    Merge {
        /// Output of --error-format=json [default: standard input]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Count diagnostics by severity, code and file
    Stats {
        /// Output of --error-format=json [default: standard input]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

impl Diag {
    /// Runs the command. Returns false if some input could not be read; the error is one of writing `out`.
    pub(crate) fn run(self, out: &mut dyn Write) -> io::Result<bool> {
        let read =
            |files: &[PathBuf]| Input::read(files, &mut io::stdin().lock(), &mut io::stderr());
        match self {
            Self::Explain { code } => explain(&code, out),
            Self::Convert(convert) => convert.run(out),
            Self::Merge { files } => {
                let input = read(&files)?;
                out.write_all(&merge::merge(&input.diagnostics)?)?;
                Ok(!input.has_errors)
            }
            Self::Stats { files } => {
                let input = read(&files)?;
                out.write_all(stats::stats(&input.diagnostics).as_bytes())?;
                Ok(!input.has_errors)
            }
        }
    }
}

fn explain(code: &str, out: &mut dyn Write) -> io::Result<bool> {
    match Tool::default().explain(code) {
        Ok(page) => out.write_all(page.text.as_bytes()).map(|()| true),
        Err(error) => writeln!(io::stderr(), "vitte: {error}").map(|()| false),
    }
}
