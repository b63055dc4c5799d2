//! `vitte diag stats` and `vitte diag top`: count diagnostics.

mod output;
mod table;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use output::Shown;
use vitte_diag::text;

use super::count::{Counted, Counter, Dimension, Grouping, Table};
use super::input::{BlockLines, InputArgs, Mode, Output};
use super::line::{self, Scratch};
use super::owners::Owners;
use crate::log;

/// The arguments of `vitte diag stats`.
#[derive(Args)]
pub(crate) struct Stats {
    /// Count by these values together: code, file, directory, owner, severity, tag [default: two tables, by code and
    /// severity, and by file]
    #[arg(
        long,
        value_name = "NAME,…",
        value_enum,
        value_delimiter = ',',
        hide_possible_values = true
    )]
    by: Vec<Dimension>,
    #[command(flatten)]
    counting: Counting,
}

/// The arguments of `vitte diag top`.
#[derive(Args)]
pub(crate) struct Top {
    /// Count by these values together: code, file, directory, owner, severity, tag
    #[arg(
        long,
        value_name = "NAME,…",
        value_enum,
        value_delimiter = ',',
        default_value = "code",
        hide_possible_values = true
    )]
    by: Vec<Dimension>,
    /// Show N rows
    #[arg(short = 'n', long = "number", value_name = "N", default_value_t = 10)]
    number: usize,
    #[command(flatten)]
    counting: Counting,
}

/// What both commands have.
#[derive(Args)]
struct Counting {
    /// The output: table, json or csv
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, hide_possible_values = true)]
    format: TableFormat,
    /// The file with the owners [default: CODEOWNERS in .github, ., docs or .gitlab]
    #[arg(long, value_name = "FILE")]
    owners: Option<PathBuf>,
    #[command(flatten)]
    input: InputArgs,
}

/// How counts are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum TableFormat {
    /// Aligned columns, for people
    #[default]
    Table,
    /// One JSON object
    Json,
    /// RFC 4180
    Csv,
}

impl Stats {
    /// Runs the command. Returns false if some input could not be read.
    pub(super) fn run(self, out: &mut dyn Write) -> io::Result<bool> {
        let Self { by, counting } = self;
        if by.is_empty() && counting.format == TableFormat::Table {
            return counting.run(
                &[vec![Dimension::Code, Dimension::Severity], vec![Dimension::File]],
                None,
                out,
            );
        }
        let default = || vec![Dimension::Code, Dimension::Severity];
        let by = if by.is_empty() { default() } else { by };
        counting.run(&[by], None, out)
    }
}

impl Top {
    /// Runs the command. Returns false if some input could not be read.
    pub(super) fn run(self, out: &mut dyn Write) -> io::Result<bool> {
        self.counting.run(&[self.by], Some(self.number), out)
    }
}

impl Counting {
    /// Counts by the dimensions of each table, and writes the tables with at most `max` rows.
    fn run(
        &self,
        tables: &[Vec<Dimension>],
        max: Option<usize>,
        out: &mut dyn Write,
    ) -> io::Result<bool> {
        let needs_owners = tables.iter().flatten().any(|dimension| *dimension == Dimension::Owner);
        let owners = match needs_owners.then(|| Owners::load(self.owners.as_deref())).transpose() {
            Ok(owners) => owners.map(Arc::new),
            Err(error) => return writeln!(log::stderr(), "vitte: {error}").map(|()| false),
        };
        let grouping = |by: &Vec<Dimension>| Grouping { by: unique(by), owners: owners.clone() };
        let groupings: Vec<Grouping> = tables.iter().map(grouping).collect();
        let (mut counted, is_complete) = self.count(&groupings)?;
        counted.tables.iter_mut().for_each(Table::sort);
        let shown =
            Shown { groupings: &groupings, counted: &counted, max: max.unwrap_or(usize::MAX) };
        match self.format {
            TableFormat::Table => shown.write_tables(&mut log::text(&mut *out))?,
            TableFormat::Json => shown.write_json(out)?,
            TableFormat::Csv => shown.write_csv(out)?,
        }
        Ok(is_complete)
    }

    /// Counts all diagnostics. Returns false if some input could not be read.
    fn count(&self, groupings: &[Grouping]) -> io::Result<(Counted, bool)> {
        let mut all = Counted::new(groupings);
        let part = all.empty_part();
        let groupings = groupings.to_vec();
        let work = move |lines: &mut BlockLines<'_>| {
            let (mut counter, mut scratch) =
                (Counter::new(&groupings, part.empty_part()), Scratch::default());
            lines.each(|line, _| {
                counter.count(&line::read(line, &mut scratch)?.fields);
                Ok(())
            });
            counter.finish()
        };
        let is_complete = self.input.read(Mode::Collect, work, &mut |output, _| {
            if let Output::Block(_, counted) = output {
                all.append(&counted);
            }
            Ok(())
        })?;
        Ok((all, is_complete))
    }
}

/// Returns the dimensions without repetitions.
fn unique(by: &[Dimension]) -> Vec<Dimension> {
    let mut unique = Vec::new();
    for dimension in by {
        if !unique.contains(dimension) {
            unique.push(*dimension);
        }
    }
    unique
}

/// Returns what is shown for the diagnostics without a value.
const fn without(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Code => "(no code)",
        Dimension::File | Dimension::Directory => "(no file)",
        Dimension::Owner => "(no owner)",
        Dimension::Severity => "(no severity)",
        Dimension::Tag => "(no tag)",
    }
}

/// Returns the shown form of a value: safe, and on one line.
fn shown(dimension: Dimension, value: Option<&str>) -> String {
    let Some(value) = value else { return without(dimension).to_owned() };
    match dimension {
        Dimension::Severity => super::count::severity_of(value)
            .map(|severity| severity.to_string())
            .unwrap_or_default(),
        _ => text::one_line(value).into_owned(),
    }
}
