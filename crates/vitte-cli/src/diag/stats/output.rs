//! Writes counts.

use std::io::{self, Write};

use vitte_diag::text;

use super::table::{self, Column};
use super::{shown, without};
use crate::diag::count::{Counted, Counts, Dimension, Grouping, Table, severity_of};

/// What is written.
pub(super) struct Shown<'a> {
    pub(super) groupings: &'a [Grouping],
    pub(super) counted: &'a Counted,
    /// The maximum number of rows of a table.
    pub(super) max: usize,
}

/// The value of the row of all diagnostics that have no row.
const OTHER: &str = "(other)";

impl Shown<'_> {
    fn tables(&self) -> impl Iterator<Item = (&Grouping, &Table)> {
        self.groupings.iter().zip(&self.counted.tables)
    }

    /// Writes the tables, with the most frequent rows first.
    ///
    /// ```text
    /// 2 errors, 1 warning in 2 files
    ///
    /// code   severity  count
    /// E0001  error         2
    /// W0100  warning       1
    ///
    /// errors  warnings  notes  file
    ///      2         0      0  src/a.vitte
    ///      0         1      0  src/b.vitte
    /// ```
    pub(super) fn write_tables(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{}", self.counted.all.summary())?;
        let by_file = self.tables().find(|(grouping, _)| grouping.by == [Dimension::File]);
        if let Some((_, table)) = by_file {
            let count =
                table.rows().filter(|(values, _)| values.iter().any(Option::is_some)).count();
            let more = if table.other.total() > 0 { "more than " } else { "" };
            write!(out, " in {more}{count} {}", text::plural("file", count))?;
        }
        writeln!(out)?;
        if self.counted.all.total() > 0 {
            for (grouping, table) in self.tables() {
                writeln!(out)?;
                self.write_table(grouping, table, out)?;
            }
        }
        Ok(())
    }

    fn write_table(
        &self,
        grouping: &Grouping,
        table: &Table,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let by_severity = grouping.by.contains(&Dimension::Severity);
        let number = |header| Column { header, is_number: true };
        let values = grouping.by.iter().map(|by| Column { header: by.name(), is_number: false });
        let columns: Vec<_> = if by_severity {
            values.chain([number("count")]).collect()
        } else {
            ["errors", "warnings", "notes"].map(number).into_iter().chain(values).collect()
        };
        let cells = |values: Vec<String>, counts: Counts| {
            let summary = counts.summary();
            let numbers = [summary.fatal + summary.errors, summary.warnings, summary.notes];
            let numbers = numbers.map(|number| number.to_string());
            match by_severity {
                true => values.into_iter().chain([counts.total().to_string()]).collect(),
                false => numbers.into_iter().chain(values).collect::<Vec<_>>(),
            }
        };
        let rows = || {
            let rows = table.rows().take(self.max).map(|(values, counts)| {
                let values = grouping.by.iter().zip(values);
                cells(values.map(|(by, value)| shown(*by, value)).collect(), counts)
            });
            let other = (table.other.total() > 0 && self.max == usize::MAX).then(|| {
                let values =
                    (0..grouping.by.len()).map(|index| if index == 0 { OTHER } else { "" });
                cells(values.map(str::to_owned).collect(), table.other)
            });
            rows.chain(other)
        };
        table::write(&columns, rows, out)?;
        let more = table.len().saturating_sub(self.max);
        if more > 0 {
            writeln!(out, "\n{}", text::more("row", more))?;
        }
        Ok(())
    }

    /// Writes one object: the numbers of all diagnostics, and the rows of the only table.
    pub(super) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{{{},\"rows\":[", numbers(self.counted.all))?;
        for (grouping, table) in self.tables() {
            let other = Some(table.other).filter(|other| other.total() > 0);
            for (index, (values, counts)) in table.rows().take(self.max).enumerate() {
                out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
                out.write_all(b"{")?;
                for (by, value) in grouping.by.iter().zip(values) {
                    let value = value.map(|value| exact(*by, value));
                    let json = serde_json::to_string(&value)?;
                    write!(out, "\"{}\":{},", by.name(), text::escape_json(&json))?;
                }
                write!(out, "{}}}", numbers(counts))?;
            }
            write!(out, "\n]")?;
            if let Some(other) = other {
                write!(out, ",\"other\":{{{}}}", numbers(other))?;
            }
        }
        writeln!(out, "}}")
    }

    /// Writes a header and the rows of the only table.
    pub(super) fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        for (grouping, table) in self.tables() {
            let names = grouping.by.iter().map(|by| by.name());
            let header: Vec<_> =
                names.chain(["fatal", "errors", "warnings", "notes", "count"]).collect();
            write!(out, "{}\r\n", header.join(","))?;
            let line = |values: Vec<String>, counts: Counts| {
                let summary = counts.summary();
                let numbers = [
                    summary.fatal,
                    summary.errors,
                    summary.warnings,
                    summary.notes,
                    counts.total(),
                ];
                let values =
                    values.iter().map(|value| text::csv_field(&text::one_line(value)).into_owned());
                let cells: Vec<_> = values.chain(numbers.iter().map(ToString::to_string)).collect();
                cells.join(",") + "\r\n"
            };
            for (values, counts) in table.rows().take(self.max) {
                let values = grouping.by.iter().zip(values);
                let values = values
                    .map(|(by, value)| value.map_or(String::new(), |value| exact(*by, value)));
                out.write_all(line(values.collect(), counts).as_bytes())?;
            }
            if table.other.total() > 0 {
                let values = grouping.by.iter().map(|_| OTHER.to_owned()).collect();
                out.write_all(line(values, table.other).as_bytes())?;
            }
        }
        Ok(())
    }
}

/// Returns the value for programs.
fn exact(by: Dimension, value: &str) -> String {
    match by {
        Dimension::Severity => {
            severity_of(value).map_or(without(by).to_owned(), |severity| severity.to_string())
        }
        _ => value.to_owned(),
    }
}

/// Returns the counts as fields of a JSON object.
fn numbers(counts: Counts) -> String {
    let summary = counts.summary();
    format!(
        "\"fatal\":{},\"errors\":{},\"warnings\":{},\"notes\":{},\"count\":{}",
        summary.fatal,
        summary.errors,
        summary.warnings,
        summary.notes,
        counts.total()
    )
}
