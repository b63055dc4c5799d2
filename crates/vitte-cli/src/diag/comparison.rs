//! Compares two runs of a compiler.
//!
//! ```text
//! OLD ─▶ identities ─┐
//!                    ├▶ parts by kind ─▶ matches ─▶ OLD and NEW again ─▶ output
//! NEW ─▶ identities ─┘
//! ```
//!
//! Each run is read twice, so that no diagnostic is in memory: first for its identity, then for the output.

mod parts;
mod run;

use std::io;
use std::path::PathBuf;

use clap::Args;
pub(super) use parts::{Parts, Unchanged};
pub(super) use run::{One, Run};

use super::input::parse_size;

/// How much memory a comparison takes.
#[derive(Args)]
pub(super) struct MemoryArgs {
    /// Use about SIZE of memory to compare runs, and disk beyond that
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = parse_size)]
    memory: usize,
    /// The directory for temporary files [default: $TMPDIR or /tmp]
    #[arg(long, value_name = "DIR")]
    temp_dir: Option<PathBuf>,
}

impl MemoryArgs {
    pub(super) fn temp_dir(&self) -> PathBuf {
        self.temp_dir.clone().unwrap_or_else(std::env::temp_dir)
    }

    /// Compares the runs. Returns false if some input could not be read.
    pub(super) fn compare(&self, old: &Run, new: &Run) -> io::Result<(bool, Unchanged)> {
        let mut parts = Parts::new(self.memory, self.temp_dir());
        let is_old_complete = old.each(true, &mut |one| parts.push_old(one.identity()))?;
        let is_new_complete = new.each(true, &mut |one| parts.push_new(one.identity()))?;
        Ok((is_old_complete && is_new_complete, parts.compare()?))
    }
}
