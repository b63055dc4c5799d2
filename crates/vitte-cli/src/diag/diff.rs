//! `vitte diag diff`: which diagnostics are new, and which are fixed.

mod output;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use output::Summary;
use vitte_diag::text;

use super::comparison::{MemoryArgs, Run};
use super::input::InputArgs;
use super::origin::Origin;
use crate::log;

/// The arguments of `vitte diag diff`.
#[derive(Args)]
pub(crate) struct Diff {
    /// The inputs: json, rustc, gcc, lsp or sarif; OLD may also be a baseline
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, hide_possible_values = true)]
    from: Origin,
    /// The output: human, json or sarif
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, hide_possible_values = true)]
    to: OutputFormat,
    /// The sources of NEW [default: the current directory]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// The sources of OLD; without them, it is compared by files, messages and positions
    #[arg(long, value_name = "DIR")]
    old_root: Option<PathBuf>,
    #[command(flatten)]
    memory: MemoryArgs,
    /// A baseline, or the diagnostics of an earlier run
    #[arg(value_name = "OLD")]
    old: PathBuf,
    #[command(flatten)]
    input: InputArgs,
}

/// What `vitte diag diff` writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum OutputFormat {
    /// New and fixed diagnostics, one line each, and their numbers
    #[default]
    Human,
    /// One JSON object per line
    Json,
    /// SARIF 2.1.0 with `baselineState`
    Sarif,
}

impl Diff {
    /// Runs the command. Returns exit code 1 if there are new diagnostics, and 2 if some input could not be read.
    pub(super) fn run(&self, out: &mut dyn Write) -> io::Result<ExitCode> {
        let mut dirs = [&self.root, &self.old_root].into_iter().flatten();
        if let Some(dir) = dirs.find(|dir| !dir.is_dir()) {
            let dir = dir.to_string_lossy();
            writeln!(log::stderr(), "vitte: no such directory `{}`", text::one_line(&dir))?;
            return Ok(ExitCode::from(2));
        }
        let (old, new) = match self.open() {
            Ok(runs) => runs,
            Err(error) => return fail(&error),
        };
        let (is_complete, unchanged) = match self.memory.compare(&old, &new) {
            Ok(compared) => compared,
            Err(error) => return fail(&error.to_string()),
        };
        let Summary { new: count, .. } = output::write(self.to, &old, &new, &unchanged, out)?;
        out.flush()?;
        Ok(match (is_complete, count) {
            (false, _) => ExitCode::from(2),
            (true, 0) => ExitCode::SUCCESS,
            (true, _) => ExitCode::from(1),
        })
    }

    fn open(&self) -> Result<(Run, Run), String> {
        let temp_dir = &self.memory.temp_dir();
        if self.old == Path::new("-") && self.input.has_stdin() {
            return Err("OLD and NEW cannot both be standard input".to_owned());
        }
        let old = self.input.with_files(vec![self.old.clone()]);
        let old = Run::open(self.from, &old, self.old_root.as_deref(), temp_dir)?;
        let root = self.root.as_deref().unwrap_or(Path::new("."));
        let new = Run::open(self.from, &self.input, Some(root), temp_dir)?;
        Ok((old, new))
    }
}

fn fail(error: &str) -> io::Result<ExitCode> {
    writeln!(log::stderr(), "vitte: {error}").map(|()| ExitCode::from(2))
}
