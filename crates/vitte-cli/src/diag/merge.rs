//! `vitte diag merge`: merges the output of several compile jobs.
//!
//! ```text
//! lines ─▶ records ─▶ chunk ─▶ sorted ─┬▶ run in a temporary file ─┐
//!          key + line   of a thread    └▶ (all fits in memory) ────┴▶ merged, each record once ─▶ lines
//! ```

mod key;
mod sorter;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use sorter::Sorter;
use vitte_diag::text;

use super::input::{BlockLines, InputArgs, Mode, Output, parse_size};
use super::line::{self, Scratch};
use crate::log;

/// The arguments of `vitte diag merge`.
#[derive(Args)]
pub(crate) struct Merge {
    /// Use at most about SIZE of memory; what is larger is sorted on disk
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = parse_size)]
    memory: usize,
    /// Sort on the disk of DIR [default: the system's directory for temporary files]
    #[arg(long, value_name = "DIR")]
    temp_dir: Option<PathBuf>,
    #[command(flatten)]
    input: InputArgs,
}

impl Merge {
    /// Writes the JSON Lines without duplicates, sorted by file, offset, severity (most severe first), code and message. A
    /// diagnostic about a whole file comes before the others of the file, and those without a location come last. The
    /// result does not depend on the input order. Returns false if some input could not be read.
    ///
    /// Nothing is written before everything is read and sorted.
    pub(super) fn run(self, out: &mut dyn Write) -> io::Result<bool> {
        let dir = self.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
        let sorter = Arc::new(Sorter::new(self.memory, self.input.jobs(), dir.clone()));
        let shared = Arc::clone(&sorter);
        let work = move |lines: &mut BlockLines<'_>| {
            let (mut scratch, mut key, mut done) = (Scratch::default(), Vec::new(), Ok(()));
            let mut chunk = shared.chunk();
            lines.each(|line, _| {
                let read = line::read(line, &mut scratch)?;
                if done.is_ok() {
                    key::write(&read.fields, &mut key);
                    done = shared.push(&mut chunk, &key, read.json);
                }
                Ok(())
            });
            shared.put_back(chunk);
            done
        };
        let mut failed = None;
        let read = self.input.read(Mode::Collect, work, &mut |output, _| match output {
            Output::Block(_, Err(error)) => {
                let stop = io::Error::other(error.to_string());
                failed = Some(error);
                Err(stop)
            }
            Output::Block(_, Ok(())) | Output::Idle | Output::End => Ok(()),
        });
        let sorted = match failed {
            Some(error) => Err(error),
            None => sorter.sort(),
        };
        let dir = dir.to_string_lossy();
        let dir = text::one_line(&dir);
        match sorted {
            Err(error) => {
                let what = "cannot sort on disk: cannot write temporary data in";
                writeln!(
                    log::stderr(),
                    "vitte: {what} `{dir}`: {error}; --temp-dir names another directory"
                )?;
                Ok(false)
            }
            Ok(mut sorted) => {
                let is_complete = read?;
                while let Some(line) = sorted.next_line().map_err(|error| {
                    io::Error::new(
                        error.kind(),
                        format!("temporary data in `{dir}` cannot be read: {error}"),
                    )
                })? {
                    out.write_all(line)?;
                    out.write_all(b"\n")?;
                }
                out.flush()?;
                Ok(is_complete)
            }
        }
    }
}
