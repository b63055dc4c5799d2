//! Counts diagnostics by the values of some of their fields.

mod table;

use std::collections::HashMap;
use std::sync::Arc;

use clap::ValueEnum;
pub(super) use table::Table;
use table::{END, NONE};
use vitte_diag::{Severity, Summary};

use super::line::{Fields, TAGS};
use super::owners::Owners;

/// What diagnostics are counted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Dimension {
    Code,
    File,
    Directory,
    Owner,
    Severity,
    Tag,
}

impl Dimension {
    /// Returns the name in headers and in JSON.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::File => "file",
            Self::Directory => "directory",
            Self::Owner => "owner",
            Self::Severity => "severity",
            Self::Tag => "tag",
        }
    }
}

/// The dimensions of a table, and what their values come from.
#[derive(Clone, Debug)]
pub(super) struct Grouping {
    pub(super) by: Vec<Dimension>,
    pub(super) owners: Option<Arc<Owners>>,
}

/// The number of diagnostics of each severity, the most severe first.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Counts([u64; 4]);

const SEVERITIES: [Severity; 4] =
    [Severity::Fatal, Severity::Error, Severity::Warning, Severity::Note];

impl Counts {
    fn add(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(count, other)| *count += other);
    }

    /// Returns the counts of one diagnostic.
    const fn one(severity: Severity) -> Self {
        Self(match severity {
            Severity::Fatal => [1, 0, 0, 0],
            Severity::Error => [0, 1, 0, 0],
            Severity::Warning => [0, 0, 1, 0],
            Severity::Note => [0, 0, 0, 1],
        })
    }

    pub(super) fn total(self) -> u64 {
        self.0.iter().sum()
    }

    pub(super) fn summary(self) -> Summary {
        let mut summary = Summary::default();
        [summary.fatal, summary.errors, summary.warnings, summary.notes] = self.0;
        summary
    }
}

/// Returns the value of a severity, for which more severe ones are first.
const fn severity_value(severity: Severity) -> &'static str {
    match severity {
        Severity::Fatal => "0",
        Severity::Error => "1",
        Severity::Warning => "2",
        Severity::Note => "3",
    }
}

/// Returns the severity of a value.
pub(super) fn severity_of(value: &str) -> Option<Severity> {
    SEVERITIES.into_iter().find(|severity| severity_value(*severity) == value)
}

/// Counts the diagnostics of a block.
#[derive(Debug)]
pub(super) struct Counter<'g> {
    groupings: &'g [Grouping],
    key: Vec<u8>,
    owners: HashMap<String, Option<String>>,
    counted: Counted,
}

/// The counts of a block, with a table for each grouping.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) all: Counts,
    pub(super) tables: Vec<Table>,
}

impl Counted {
    /// Creates the counts of no diagnostics.
    pub(super) fn new(groupings: &[Grouping]) -> Self {
        let tables = groupings.iter().map(|_| Table::default()).collect();
        Self { all: Counts::default(), tables }
    }

    /// Creates the counts of no diagnostics, for a block: they can be [appended](Self::append) to these.
    pub(super) fn empty_part(&self) -> Self {
        let tables = self.tables.iter().map(Table::empty_part).collect();
        Self { all: Counts::default(), tables }
    }

    /// Adds the counts of the diagnostics that follow.
    pub(super) fn append(&mut self, following: &Self) {
        self.all.add(following.all);
        let tables = self.tables.iter_mut().zip(&following.tables);
        tables.for_each(|(table, following)| table.append(following));
    }
}

impl<'g> Counter<'g> {
    pub(super) fn new(groupings: &'g [Grouping], counted: Counted) -> Self {
        Self { groupings, key: Vec::new(), owners: HashMap::new(), counted }
    }

    pub(super) fn count(&mut self, fields: &Fields<'_>) {
        let Self { groupings, key, owners, counted } = self;
        let one = Counts::one(fields.severity);
        counted.all.add(one);
        for (grouping, table) in groupings.iter().zip(&mut counted.tables) {
            let has_tags = grouping.by.contains(&Dimension::Tag);
            let mut tags = TAGS.into_iter().filter(|tag| has_tags && fields.has_tag(*tag));
            let mut tag = tags.next();
            // A diagnostic with two tags is counted for both.
            loop {
                key.clear();
                for dimension in &grouping.by {
                    push_value(
                        *dimension,
                        fields,
                        tag.map(|tag| tag.as_str()),
                        grouping,
                        owners,
                        key,
                    );
                    key.push(END);
                }
                table.add(key, one);
                tag = tags.next();
                if tag.is_none() {
                    break;
                }
            }
        }
    }

    pub(super) fn finish(self) -> Counted {
        self.counted
    }
}

/// Appends the value of a dimension.
fn push_value(
    dimension: Dimension,
    fields: &Fields<'_>,
    tag: Option<&str>,
    grouping: &Grouping,
    owners: &mut HashMap<String, Option<String>>,
    key: &mut Vec<u8>,
) {
    let mut push = |value: Option<&str>| match value {
        Some(value) => key.extend_from_slice(value.as_bytes()),
        None => key.push(NONE),
    };
    match dimension {
        Dimension::Code => push(fields.code),
        Dimension::Severity => push(Some(severity_value(fields.severity))),
        Dimension::Tag => push(tag),
        Dimension::File => push(fields.path.as_ref().map(|path| path.get()).as_deref()),
        Dimension::Directory => {
            let path = fields.path.as_ref().map(|path| path.get());
            push(path.as_deref().map(directory));
        }
        Dimension::Owner => {
            let Some(path) = fields.path.as_ref().map(|path| path.get()) else { return push(None) };
            if !owners.contains_key(&*path) {
                let owner = grouping.owners.as_ref().and_then(|owners| owners.of(&path));
                owners.insert(path.clone().into_owned(), owner);
            }
            push(owners.get(&*path).and_then(Option::as_deref));
        }
    }
}

/// Returns the directory of a path: `.` for a file without one.
fn directory(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((directory, _)) => directory,
        None => ".",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_the_path_without_the_file() {
        let paths = ["a.c", "src/a.c", "/a.c", "/src/a.c", "src/x/a.c"];
        assert_eq!(paths.map(directory), [".", "src", "/", "/src", "src/x"]);
    }
}
