//! A line for each crash.

use clap::Args;
use comfy_table::{Table, presets};
use vitte_capsule::{Entry, Index};
use vitte_diag::Frame;
use vitte_diag::text::width_of;

use super::look::{Ink, Page, crashes, cut, number};

/// Which part of a list is shown.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Limit {
    /// Show the newest N alone [default: 50, and all with --json]
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
    /// Show all
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

impl Limit {
    /// How many are shown; a program that reads JSON is not told of any that it does not get.
    pub(super) fn most(self, is_json: bool) -> usize {
        let default = if is_json || self.all { usize::MAX } else { 50 };
        self.limit.unwrap_or(default)
    }
}

/// The newest crashes of a kind.
pub(super) struct Newest<T> {
    /// The oldest of them first.
    pub(super) shown: Vec<T>,
    /// How many there are of the kind.
    pub(super) total: usize,
}

impl<T> Newest<T> {
    /// At most so many of those `entries` of an index that `takes` takes, and whose files are there; `make`
    /// makes what is kept of each. Where all are taken, no more of the index is read than is shown.
    pub(super) fn of<M>(
        index: &Index,
        entries: impl DoubleEndedIterator<Item = Entry>,
        most: usize,
        takes_all: bool,
        takes: impl Fn(&Entry) -> Option<M>,
        make: impl Fn(Entry, M) -> T,
    ) -> Self {
        let (mut shown, mut total) = (Vec::new(), 0);
        for (seen, entry) in entries.rev().enumerate() {
            let is_full = shown.len() >= most;
            if is_full && takes_all {
                total += index.len() - seen;
                break;
            }
            let Some(taken) = takes(&entry) else { continue };
            if is_full {
                total += 1;
            } else if index.is_there(&entry) {
                total += 1;
                shown.push(make(entry, taken));
            }
        }
        shown.reverse();
        Self { shown, total }
    }
}

/// The most characters of a message that are kept: more than any terminal shows on a line.
const MOST_CHARS: usize = 1000;
/// A terminal of fewer cells has no room for the timestamp, which says what the id says.
const ROOM_FOR_TIME: usize = 120;
/// What a message has at least, however narrow the terminal is.
const LEAST_MESSAGE: usize = 16;
/// The most cells of each column before the message, on a narrow terminal and on a wide one: the id, the
/// time, the module, the kind, the function, where it matched.
const MOST_CELLS: [(usize, usize); 6] = [(32, 32), (0, 24), (10, 20), (10, 20), (16, 32), (11, 11)];

/// What the table shows of a crash: texts that are safe, on one line each.
#[derive(Clone, Debug)]
pub(super) struct Row {
    id: String,
    time: String,
    module: String,
    kind: String,
    function: String,
    /// Where a search found something.
    found_in: Option<&'static str>,
    message: String,
}

impl Row {
    pub(super) fn of(entry: &Entry, index: &Index, found_in: Option<&'static str>) -> Self {
        let column = |text: &str| cut(text, 60);
        Self {
            id: entry.id.get(..index.shortest(&entry.id)).unwrap_or(&entry.id).to_owned(),
            time: column(&entry.timestamp),
            module: column(&entry.module),
            kind: column(kind(entry)),
            function: cut(&short_name(top(entry)), 60),
            found_in,
            message: cut(&entry.message, MOST_CHARS),
        }
    }

    /// The columns before the message.
    fn columns(self, has_time: bool) -> (Vec<String>, String) {
        let time = has_time.then_some(self.time);
        let found_in = self.found_in.map(str::to_owned);
        let columns =
            [Some(self.id), time, Some(self.module), Some(self.kind), Some(self.function)];
        (columns.into_iter().chain([found_in]).flatten().collect(), self.message)
    }
}

/// What is shown as the kind of a crash: the name of its signal, where it has one.
pub(super) fn kind(entry: &Entry) -> &str {
    entry.signal.as_deref().unwrap_or(&entry.kind)
}

/// The innermost function of the program itself.
fn top(entry: &Entry) -> &str {
    let functions = &entry.functions;
    let own = functions.iter().find(|function| !Frame::new(function.as_str()).is_runtime());
    own.or(functions.first()).map_or("", String::as_str)
}

/// The end of the path that a function's name is: `blocks::close` of `vittec::front::blocks::close`.
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

/// Adds the table of some crashes, on lines of at most the page's width where the other columns leave
/// room for a message, and says how many there are.
///
/// ```text
/// id                       module  kind     function       message
/// 2025-10-22T13-05-42-123  vittec  SIGSEGV  blocks::close  invalid memory reference
/// 2025-10-22T13-06-12      vittec  panic    main           attempt to subtract with ov...
///
/// showing 2 of 1,234 crashes; --all shows all
/// ```
pub(super) fn show(newest: &Newest<Row>, page: &mut Page) {
    let Newest { shown, total } = newest;
    let width = page.width();
    let has_time = width >= ROOM_FOR_TIME;
    let is_search = shown.first().is_some_and(|row| row.found_in.is_some());
    let names = ["id", "time", "module", "kind", "function", "in"];
    let is_shown = |name: &str| (has_time || name != "time") && (is_search || name != "in");
    let (mut header, most): (Vec<&str>, Vec<usize>) = names
        .into_iter()
        .zip(MOST_CELLS.map(|(narrow, wide)| if has_time { wide } else { narrow }))
        .filter(|(name, _)| is_shown(name))
        .unzip();
    let rows: Vec<(Vec<String>, String)> = shown
        .iter()
        .map(|row| {
            let (columns, message) = row.clone().columns(has_time);
            let columns = columns.iter().zip(&most).map(|(text, most)| cut(text, *most));
            (columns.collect(), message)
        })
        .collect();
    // The widest of each column, and the two blanks behind it.
    let taken = header.iter().enumerate().map(|(index, name)| {
        let own = rows.iter().filter_map(|(row, _)| row.get(index)).map(|text| width_of(text));
        own.fold(name.len(), usize::max) + 2
    });
    let room = width.saturating_sub(taken.sum()).max(LEAST_MESSAGE);
    header.push("message");
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    for (mut columns, message) in rows {
        columns.push(cut(&message, room));
        table.add_row(columns);
    }
    table.column_iter_mut().for_each(|column| _ = column.set_padding((0, 2)));
    let table = table.trim_fmt();
    let mut lines = table.lines();
    page.line(Ink::Heading, lines.next().unwrap_or_default());
    // No line begins with a command of a workflow: an id stands first.
    lines.for_each(|line| page.whole(line));
    page.gap();
    let crashes = crashes(*total);
    match shown.len() {
        shown if shown < *total => {
            let shown = number(shown);
            page.line(Ink::Plain, format!("showing {shown} of {crashes}; --all shows all"));
        }
        _ => page.line(Ink::Plain, crashes),
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
        let mut page = Page::new(Terminal::default().with_width(width));
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
            "there is always some of it"
        );
        let rows = rows.map(|row| Row { found_in: Some("message"), ..row });
        assert!(table(&rows, 2, 80).contains("  front::close  message  invalid"));
    }

    #[test]
    fn names_of_functions_are_short_where_they_can_be() {
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
