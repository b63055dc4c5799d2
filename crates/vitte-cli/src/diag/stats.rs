//! `vitte diag stats`: counts diagnostics by severity, code and file.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use comfy_table::{CellAlignment, Table, presets};
use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{Code, Severity, Summary, text};

/// Returns the tables, with the most frequent rows first.
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
pub(super) fn stats(diagnostics: &[JsonDiagnostic<'_>]) -> String {
    let mut summary = Summary::default();
    let mut codes: BTreeMap<(Option<Code>, Reverse<Severity>), u64> = BTreeMap::new();
    // `None` counts the diagnostics without a location.
    let mut files: BTreeMap<Option<&str>, Summary> = BTreeMap::new();
    for diagnostic in diagnostics {
        summary.add(diagnostic.severity);
        *codes.entry((diagnostic.code, Reverse(diagnostic.severity))).or_default() += 1;
        files.entry(diagnostic.path()).or_default().add(diagnostic.severity);
    }
    let count = files.keys().flatten().count();
    let mut out = format!("{summary} in {count} {}\n", text::plural("file", count));
    if diagnostics.is_empty() {
        return out;
    }

    let mut rows: Vec<_> = codes.into_iter().collect();
    rows.sort_by_key(|&(key, count)| (Reverse(count), key));
    let rows = rows.into_iter().map(|((code, Reverse(severity)), count)| {
        let code = code.map_or("(no code)", |code| code.as_str()).to_owned();
        vec![code, severity.to_string(), count.to_string()]
    });
    out += &table(&["code", "severity", "count"], &[2], rows);

    let mut rows: Vec<_> = files.into_iter().collect();
    rows.sort_by_key(|&(file, counts)| (Reverse(counts.total()), file));
    let rows = rows.into_iter().map(|(file, counts)| {
        let numbers = [counts.fatal + counts.errors, counts.warnings, counts.notes];
        let numbers = numbers.iter().map(ToString::to_string);
        let file = file.map_or("(no file)".into(), text::one_line);
        numbers.chain([file.into_owned()]).collect()
    });
    out += &table(&["errors", "warnings", "notes", "file"], &[0, 1, 2], rows);
    out
}

/// Formats a table without borders; the columns in `numbers` are right-aligned.
fn table(header: &[&str], numbers: &[usize], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header.iter().copied()).add_rows(rows);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if numbers.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("\n{}\n", table.trim_fmt())
}
