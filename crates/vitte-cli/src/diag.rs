//! `vitte diag`: works on the JSON diagnostics of any compiler.

mod comparison;
mod convert;
mod count;
mod diff;
mod filter;
mod globs;
mod input;
mod line;
mod merge;
mod missing;
mod origin;
mod owners;
mod root;
mod schema;
mod select;
mod sources;
mod stats;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Subcommand;
use convert::Convert;
use diff::Diff;
use filter::Filter;
use merge::Merge;
use schema::Schema;
use stats::{Stats, Top};
use vitte_diag::Tool;

use crate::log;

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
    /// Compare two runs: which diagnostics are new, and which are fixed
    Diff(Box<Diff>),
    /// Keep the diagnostics that match all conditions
    Filter(Box<Filter>),
    /// Merge the diagnostics of several compile jobs: sorted, without duplicates
    Merge(Merge),
    /// Count diagnostics
    Stats(Stats),
    /// Show the most frequent codes, files or owners
    Top(Top),
    /// Print the JSON Schema of the input, or a table for it
    Schema(Schema),
}

impl Diag {
    /// Runs the command. Returns exit code 2 if some input could not be read; the error is one of writing `out`.
    pub(crate) fn run(self, out: &mut dyn Write) -> io::Result<ExitCode> {
        let is_complete = match self {
            Self::Explain { code } => explain(&code, out),
            Self::Convert(convert) => return convert.run(out),
            Self::Diff(diff) => return diff.run(out),
            Self::Filter(filter) => filter.run(out),
            Self::Merge(merge) => merge.run(out),
            Self::Stats(stats) => stats.run(out),
            Self::Top(top) => top.run(out),
            Self::Schema(schema) => schema.run(out),
        };
        is_complete
            .map(|is_complete| if is_complete { ExitCode::SUCCESS } else { ExitCode::from(2) })
    }
}

fn explain(code: &str, out: &mut dyn Write) -> io::Result<bool> {
    match Tool::default().explain(code) {
        Ok(page) => out.write_all(page.text.as_bytes()).map(|()| true),
        Err(error) => writeln!(log::stderr(), "vitte: {error}").map(|()| false),
    }
}
