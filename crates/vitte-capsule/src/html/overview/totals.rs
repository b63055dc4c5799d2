//! The tables of versions and functions, and the names of programs and kinds.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use vitte_diag::Frame;

use super::super::limits;
use crate::repository::CrashGroup;

/// Maximum number of rows of a table.
const MAX_ROWS: usize = 12;
pub(super) const MAX_NAME_BYTES: usize = 120;

/// A row of a table.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Total {
    pub(super) name: String,
    pub(super) crashes: usize,
    /// The number of groups.
    pub(super) groups: usize,
    /// The number of groups whose first crash is in this row.
    pub(super) new_groups: usize,
}

impl Total {
    pub(super) fn crash_count(&self) -> String {
        limits::with_separators(self.crashes)
    }
}

/// The rows with the most crashes.
pub(super) struct Totals {
    pub(super) rows: Vec<Total>,
    /// The number of other rows.
    pub(super) omitted: usize,
}

/// Counts while the groups are read, by name.
#[derive(Default)]
struct Counts(BTreeMap<String, [usize; 3]>);

impl Counts {
    fn add(&mut self, name: &str, crashes: usize, is_new: bool) {
        let [all, groups, new] = self.0.entry(name.to_owned()).or_default();
        *all += crashes;
        *groups += 1;
        *new += usize::from(is_new);
    }

    fn finish(self) -> Totals {
        let mut rows: Vec<_> = self.0.into_iter().collect();
        rows.sort_by_key(|(_, [crashes, ..])| Reverse(*crashes));
        let omitted = rows.len().saturating_sub(MAX_ROWS);
        let rows = rows.into_iter().take(MAX_ROWS).map(|(name, [crashes, groups, new_groups])| {
            Total { name: limits::short_line(&name, MAX_NAME_BYTES), crashes, groups, new_groups }
        });
        Totals { rows: rows.collect(), omitted }
    }
}

/// Returns the programs and versions.
pub(super) fn versions(groups: &[CrashGroup]) -> Totals {
    let mut counts = Counts::default();
    for group in groups {
        for (version, crashes) in &group.versions {
            counts.add(version, *crashes, *version == group.first_version);
        }
    }
    counts.finish()
}

/// Returns the innermost functions of the program. The crashes of a group count for the function of its last one.
pub(super) fn functions(groups: &[CrashGroup]) -> Totals {
    let mut counts = Counts::default();
    for group in groups.iter().filter(|group| !group.function.is_empty()) {
        counts.add(&short_name(&group.function), group.crashes, false);
    }
    counts.finish()
}

/// Returns the name of a function without type parameters, closures and hashes.
pub(super) fn short_name(function: &str) -> String {
    Frame::new(function).short_name()
}

/// Returns the title of the page: `Crashes of vittec`.
pub(super) fn title(groups: &[CrashGroup]) -> String {
    let programs: BTreeSet<&str> = groups.iter().map(|group| group.program.as_str()).collect();
    match programs.first() {
        Some(program) if programs.len() == 1 && !program.is_empty() => {
            format!("Crashes of {}", limits::short_line(program, MAX_NAME_BYTES))
        }
        Some(_) if programs.len() > 1 => {
            format!("Crashes of {}", limits::counted("program", programs.len()))
        }
        _ => "Crashes".to_owned(),
    }
}

/// Returns a number of crashes with its noun: `1,234 crashes`.
pub(super) fn crashes(count: usize) -> String {
    let noun = if count == 1 { "crash" } else { "crashes" };
    format!("{} {noun}", limits::with_separators(count))
}
