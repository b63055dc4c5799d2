//! `vitte crash list`: a line for each crash.

use std::collections::HashMap;

use clap::Args;
use vitte_capsule::{Fingerprint, Index, IndexEntry};

use super::list_args::ListArgs;
use super::newest::Newest;
use super::page::{TextOutput, number, safe};
use super::shell::{CommandResult, Shell};
use super::summary::{self, complete_message, crashes_by_fingerprint};
use super::table::{self, Column};

/// The arguments of `vitte crash list`.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    list: ListArgs,
    /// Write JSON Lines: the index entry of each crash
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        let index = self.list.directory.index(shell)?;
        let is_any = self.list.selection.is_empty();
        let matches = |entry: &IndexEntry| is_any || self.list.selection.matches(entry);
        let mut newest = Newest::of(&index, self.list.limit.max(self.json), is_any, matches);
        if self.json {
            for mut entry in newest.shown {
                entry.message = complete_message(&entry.id, &entry.message, &index);
                writeln!(shell.out, "{}", serde_json::to_string(&entry)?)?;
            }
            return Ok(());
        }
        if newest.total == 0 {
            let is_empty = index.is_empty() || is_any;
            let directory = &self.list.directory;
            let why = if is_empty { directory.no_crashes() } else { directory.no_match(&index) };
            return Ok(writeln!(shell.out, "{why}")?);
        }
        let mut page = self.list.output.page();
        if !page.is_cut() {
            for entry in &mut newest.shown {
                entry.message = complete_message(&entry.id, &entry.message, &index);
            }
        }
        show(&newest.shown, &index, &crashes_by_fingerprint(&index), &mut page);
        newest.show_count(&mut page);
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}

/// Adds a table with a row for each crash. The id is its shortest unique prefix, which contains the time; where lines
/// are not cut, it is the whole id. `count` is the number of crashes with the same fingerprint. The tests that
/// failed have a column if there are any.
///
/// ```text
/// id                       count  kind     place                 message
/// 2025-10-22T13-05-42-123      3  SIGSEGV  src/shapes.vitte:3:4  invalid memory reference
/// 2025-10-22T13-06-12          1  panic    src/main.vitte:1:1    attempt to subtract with ov...
/// ```
pub(super) fn show(
    entries: &[IndexEntry],
    index: &Index,
    counts: &HashMap<Fingerprint, usize>,
    page: &mut TextOutput,
) {
    let cells = |cell: &dyn Fn(&IndexEntry) -> String| -> Vec<String> {
        entries.iter().map(|entry| safe(&cell(entry))).collect()
    };
    let is_cut = page.is_cut();
    let id = |entry: &IndexEntry| {
        let end = if is_cut { index.shortest_prefix_len(&entry.id) } else { entry.id.len() };
        entry.id.get(..end).unwrap_or(&entry.id).to_owned()
    };
    let count = |entry: &IndexEntry| number(counts.get(&entry.fingerprint).copied().unwrap_or(1));
    let mut modules = cells(&|entry| entry.program.clone());
    if is_cut && modules.windows(2).all(|pair| pair.first() == pair.last()) {
        // The column distinguishes nothing. One without content is omitted.
        modules.iter_mut().for_each(String::clear);
    }
    let places = cells(&|entry| summary::place(entry).to_owned());
    let has_places = places.iter().any(|place| !place.is_empty());
    let function = Column::text("function", MAX_FUNCTION_CELLS, cells(&summary::function));
    let mut columns = vec![
        Column::text("id", usize::MAX, cells(&id)),
        Column::number("count", cells(&count)),
        Column::text("module", MAX_NAME_CELLS, modules).optional(),
        Column::text("kind", MAX_NAME_CELLS, cells(&|entry| summary::kind(entry).to_owned())),
        // Without locations in the sources, the function is the best that is known.
        if has_places { function.optional() } else { function },
        Column::path("place", MAX_PLACE_CELLS, places),
        Column::text("message", usize::MAX, cells(&|entry| entry.message.clone())),
    ];
    let tests = cells(&|entry| entry.test.clone().unwrap_or_default());
    if tests.iter().any(|test| !test.is_empty()) {
        columns.insert(2, Column::text("test", MAX_TEST_CELLS, tests));
    }
    table::show(columns, page);
}

/// The maximum width of columns on a terminal, in cells.
const MAX_NAME_CELLS: usize = 14;
const MAX_FUNCTION_CELLS: usize = 20;
const MAX_PLACE_CELLS: usize = 22;
const MAX_TEST_CELLS: usize = 32;
