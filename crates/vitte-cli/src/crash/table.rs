//! The table of `list` and `search`: one row for each crash.

use clap::Args;
use comfy_table::{Table, presets};
use vitte_capsule::{Index, IndexEntry};
use vitte_diag::Frame;
use vitte_diag::text::width_of;

use super::page::{Style, TextOutput, crashes, cut, number};

/// Limits the number of rows.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Limit {
    /// Show only the newest N [default: 50; with --json all]
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
    /// Show all
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

impl Limit {
    /// Returns the maximum number of rows. JSON has no row that says that others were omitted, so it has all by default.
    pub(super) fn max(self, is_json: bool) -> usize {
        let default = if is_json || self.all { usize::MAX } else { 50 };
        self.limit.unwrap_or(default)
    }
}

/// The newest of the crashes that match.
pub(super) struct Newest<T> {
    /// The crashes to show, the oldest first.
    pub(super) shown: Vec<T>,
    /// The number of all crashes that match.
    pub(super) total: usize,
}

impl<T> Newest<T> {
    /// Takes the newest `max` of the `entries` for which `matches` returns `Some` and whose files exist, and converts
    /// each with `make`. If `matches_all`, entries beyond `max` are counted without reading them.
    pub(super) fn of<M>(
        index: &Index,
        entries: impl DoubleEndedIterator<Item = IndexEntry>,
        max: usize,
        matches_all: bool,
        matches: impl Fn(&IndexEntry) -> Option<M>,
        make: impl Fn(IndexEntry, M) -> T,
    ) -> Self {
        let (mut shown, mut total) = (Vec::new(), 0);
        for (seen, entry) in entries.rev().enumerate() {
            let is_full = shown.len() >= max;
            if is_full && matches_all {
                total += index.len() - seen;
                break;
            }
            let Some(matched) = matches(&entry) else { continue };
            if is_full {
                total += 1;
            } else if index.file_exists(&entry) {
                total += 1;
                shown.push(make(entry, matched));
            }
        }
        shown.reverse();
        Self { shown, total }
    }
}

/// Characters of a message that are used: more than any terminal shows on a line.
const MAX_CHARS: usize = 1000;
/// On narrower terminals the time is omitted; the id contains it too.
const MIN_WIDTH_FOR_TIME: usize = 120;
/// The minimum width of the message, however narrow the terminal is.
const MIN_MESSAGE_CELLS: usize = 16;
/// The maximum width of each column before the message, on a narrow and on a wide terminal: id, time, module, kind,
/// function, and the field that a search matched.
const MAX_COLUMN_CELLS: [(usize, usize); 6] =
    [(32, 32), (0, 24), (10, 20), (10, 20), (16, 32), (11, 11)];

/// The cells of a row: safe texts without line feeds.
#[derive(Clone, Debug)]
pub(super) struct Row {
    id: String,
    time: String,
    module: String,
    kind: String,
    function: String,
    /// The field that a search matched.
    found_in: Option<&'static str>,
    message: String,
}

impl Row {
    pub(super) fn of(entry: &IndexEntry, index: &Index, found_in: Option<&'static str>) -> Self {
        let column = |text: &str| cut(text, 60);
        Self {
            id: entry
                .id
                .get(..index.shortest_prefix_len(&entry.id))
                .unwrap_or(&entry.id)
                .to_owned(),
            time: column(&entry.timestamp),
            module: column(&entry.program),
            kind: column(kind(entry)),
            function: cut(&short_name(innermost_function(entry)), 60),
            found_in,
            message: cut(&entry.message, MAX_CHARS),
        }
    }

    /// Returns the columns before the message, and the message.
    fn columns(self, has_time: bool) -> (Vec<String>, String) {
        let time = has_time.then_some(self.time);
        let found_in = self.found_in.map(str::to_owned);
        let columns =
            [Some(self.id), time, Some(self.module), Some(self.kind), Some(self.function)];
        (columns.into_iter().chain([found_in]).flatten().collect(), self.message)
    }
}

/// Returns the name of the signal or, if there is none, the kind.
pub(super) fn kind(entry: &IndexEntry) -> &str {
    entry.signal.as_deref().unwrap_or(entry.kind.as_str())
}

/// Returns the innermost function of the program itself.
fn innermost_function(entry: &IndexEntry) -> &str {
    let functions = &entry.functions;
    let own = functions.iter().find(|function| !Frame::new(function.as_str()).is_runtime());
    own.or(functions.first()).map_or("", String::as_str)
}

/// Shortens a path to its last two names: `vittec::front::blocks::close` becomes `blocks::close`.
fn short_name(function: &str) -> String {
    if function.contains(['<', '{', ' ']) {
        return function.to_owned();
    }
    let mut parts = function.rsplit("::");
    match (parts.next(), parts.next(), parts.next()) {
        (Some(last), Some(before), Some(_)) => format!("{before}::{last}"),
        _ => function.to_owned(),
    }
}

/// Adds the table and the number of crashes. Rows fit the page's width unless the columns before the message leave
/// less than [`MIN_MESSAGE_CELLS`].
///
/// ```text
/// id                       module  kind     function       message
/// 2025-10-22T13-05-42-123  vittec  SIGSEGV  blocks::close  invalid memory reference
/// 2025-10-22T13-06-12      vittec  panic    main           attempt to subtract with ov...
///
/// showing 2 of 1,234 crashes; --all shows all
/// ```
pub(super) fn show(newest: &Newest<Row>, page: &mut TextOutput) {
    let Newest { shown, total } = newest;
    let width = page.width();
    let has_time = width >= MIN_WIDTH_FOR_TIME;
    let is_search = shown.first().is_some_and(|row| row.found_in.is_some());
    let names = ["id", "time", "module", "kind", "function", "in"];
    let is_shown = |name: &str| (has_time || name != "time") && (is_search || name != "in");
    let (mut header, max_cells): (Vec<&str>, Vec<usize>) = names
        .into_iter()
        .zip(MAX_COLUMN_CELLS.map(|(narrow, wide)| if has_time { wide } else { narrow }))
        .filter(|(name, _)| is_shown(name))
        .unzip();
    let rows: Vec<(Vec<String>, String)> = shown
        .iter()
        .map(|row| {
            let (columns, message) = row.clone().columns(has_time);
            let columns = columns.iter().zip(&max_cells).map(|(text, max)| cut(text, *max));
            (columns.collect(), message)
        })
        .collect();
    // The widest cell of each column, and two blanks after it.
    let used = header.iter().enumerate().map(|(index, name)| {
        let own = rows.iter().filter_map(|(row, _)| row.get(index)).map(|text| width_of(text));
        own.fold(name.len(), usize::max) + 2
    });
    let message_width = width.saturating_sub(used.sum()).max(MIN_MESSAGE_CELLS);
    header.push("message");
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    for (mut columns, message) in rows {
        columns.push(cut(&message, message_width));
        table.add_row(columns);
    }
    table.column_iter_mut().for_each(|column| _ = column.set_padding((0, 2)));
    let table = table.trim_fmt();
    let mut lines = table.lines();
    page.line(Style::Heading, lines.next().unwrap_or_default());
    // No line can be taken for a GitHub workflow command (`::error`): each begins with an id.
    lines.for_each(|line| page.verbatim(line));
    page.gap();
    let crashes = crashes(*total);
    match shown.len() {
        shown if shown < *total => {
            let shown = number(shown);
            page.line(Style::Plain, format!("showing {shown} of {crashes}; --all shows all"));
        }
        _ => page.line(Style::Plain, crashes),
    }
}

#[cfg(test)]
mod tests {
    use vitte_diag::Terminal;

    use super::*;

    fn row(id: &str, kind: &str, function: &str, message: &str) -> Row {
        Row {
            id: id.into(),
            time: "2025-10-22T13:05:42.123Z".into(),
            module: "vittec".into(),
            kind: kind.into(),
            function: short_name(function),
            found_in: None,
            message: message.into(),
        }
    }

    fn table(rows: &[Row], total: usize, width: u16) -> String {
        let mut page = TextOutput::new(Terminal::default().with_width(width));
        show(&Newest { shown: rows.to_vec(), total }, &mut page);
        page.finish()
    }

    #[test]
    fn a_table_fits_its_terminal() {
        let rows = [
            row("2025-10-22T13-05-42-1", "SIGSEGV", "vittec::front::close", "invalid reference"),
            row("2025-10-22T13-05-43", "panic", "main", "attempt to subtract with overflow"),
        ];
        let expected = "\
id                     module  kind     function      message
2025-10-22T13-05-42-1  vittec  SIGSEGV  front::close  invalid reference
2025-10-22T13-05-43    vittec  panic    main          attempt to subtract wit...

2 crashes
";
        assert_eq!(table(&rows, 2, 80), expected);
        assert!(table(&rows, 120, 120).contains("  2025-10-22T13:05:42.123Z  "));
        assert!(
            table(&rows, 1234, 80).ends_with("\nshowing 2 of 1,234 crashes; --all shows all\n")
        );
        for width in 77..200 {
            let table = table(&rows, 2, width);
            assert!(table.lines().all(|line| line.len() <= width.into()), "{width}:\n{table}");
        }
        assert!(
            table(&rows[1..], 1, 1).contains("  attempt to su..."),
            "the message never disappears"
        );
        let rows = rows.map(|row| Row { found_in: Some("message"), ..row });
        assert!(table(&rows, 2, 80).contains("  front::close  message  invalid"));
    }

    #[test]
    fn paths_of_functions_are_shortened() {
        for (name, short) in [
            ("vittec::front::blocks::close", "blocks::close"),
            ("vittec::main", "vittec::main"),
            ("main", "main"),
            ("", ""),
            ("<a::B as c::D>::e", "<a::B as c::D>::e"),
        ] {
            assert_eq!(short_name(name), short);
        }
    }
}
