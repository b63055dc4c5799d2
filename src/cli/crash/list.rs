//! `vitte crash list`: a line for each report.

use std::io::{self, Write};

use comfy_table::{Table, presets};
use serde::Serialize;

use crate::code::Code;
use crate::crash::CrashReport;
use crate::text::{self, cells, one_line, width_of};

/// The main fields of a report.
#[derive(Serialize)]
struct Main<'a> {
    id: &'a str,
    timestamp: &'a str,
    version: &'a str,
    module: &'a str,
    thread: &'a str,
    signal: Option<&'a str>,
    code: Code,
    message: &'a str,
    session: &'a str,
}

/// Writes the main fields of a report as one line of JSON.
pub(super) fn write_json(report: &CrashReport, out: &mut dyn Write) -> io::Result<()> {
    let main = Main {
        id: &report.id,
        timestamp: &report.timestamp,
        version: &report.version,
        module: &report.module,
        thread: &report.thread,
        signal: report.signal.as_deref(),
        code: report.code,
        message: &report.message,
        session: &report.session,
    };
    serde_json::to_writer(&mut *out, &main)?;
    out.write_all(b"\n")
}

/// The most characters of a message that are kept: more than any terminal shows on a line.
const MOST_CHARS: usize = 1000;

/// The most cells of a column that is not the last.
const MOST_CELLS: usize = 20;

/// A terminal of fewer cells has no room for the timestamp, which says what the id says.
const ROOM_FOR_TIME: usize = 100;

/// What a message has at least, however narrow the terminal is.
const LEAST_MESSAGE: usize = 16;

/// What the table shows of a report: texts that are safe, on one line each.
#[derive(Debug)]
pub(super) struct Row {
    id: String,
    time: String,
    module: String,
    kind: String,
    thread: String,
    message: String,
}

impl Row {
    pub(super) fn of(report: &CrashReport) -> Self {
        let column = |text: &str| cut(text, MOST_CELLS);
        let kind = report.signal.as_deref().unwrap_or(report.code.as_str());
        Self {
            id: report.id.clone(),
            time: cut(&report.timestamp, 30),
            module: column(&report.module),
            kind: column(kind),
            thread: column(&report.thread),
            message: cut(&report.message, MOST_CHARS),
        }
    }
}

/// A text on one line of at most `room` cells; dots stand where more of it is.
fn cut(text: &str, room: usize) -> String {
    let head: String = text.chars().take(MOST_CHARS).collect();
    let line = one_line(&head);
    if head.len() == text.len() && width_of(&line) <= room {
        return line.into_owned();
    }
    let dots = "...";
    let fits = cells(&line, 1).take_while(|cluster| cluster.end + dots.len() <= room);
    let mut shown: String = fits.map(|cluster| cluster.text).collect();
    shown.truncate(shown.trim_end().len());
    shown + dots
}

/// The table of some reports, on lines of at most `width` cells where the other columns leave room
/// for a message.
///
/// ```text
/// id                     module  kind     thread    message
/// 2025-10-22T13-05-42    vittec  SIGSEGV  main      invalid memory reference
/// 2025-10-22T13-05-42-2  vittec  F0001    worker-1  attempt to subtract with ov...
/// ```
pub(super) fn table(rows: &[Row], width: usize) -> String {
    let mut header = vec!["id", "time", "module", "kind", "thread", "message"];
    let has_time = width >= ROOM_FOR_TIME;
    if !has_time {
        header.remove(1);
    }
    let columns = |row: &Row| {
        let Row { id, time, module, kind, thread, .. } = row;
        let time = has_time.then_some(time);
        [Some(id), time, Some(module), Some(kind), Some(thread)]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<String>>()
    };
    let before = rows.iter().map(columns).collect::<Vec<_>>();
    // The widest of each column, and the two blanks behind it.
    let taken = header.iter().enumerate().take(header.len() - 1).map(|(index, name)| {
        let own = before.iter().filter_map(|row| row.get(index)).map(|text| width_of(text));
        own.fold(name.len(), usize::max) + 2
    });
    let room = width.saturating_sub(taken.sum()).max(LEAST_MESSAGE);
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for (mut columns, row) in before.into_iter().zip(rows) {
        columns.push(cut(&row.message, room));
        table.add_row(columns);
    }
    table.column_iter_mut().for_each(|column| _ = column.set_padding((0, 2)));
    // No line begins with a command of a workflow: an id stands first.
    let count = text::plural("crash report", rows.len());
    format!("{}\n\n{} {count}\n", table.trim_fmt(), rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, kind: &str, thread: &str, message: &str) -> Row {
        Row {
            id: id.into(),
            time: "2025-10-22T13:05:42.123Z".into(),
            module: "vittec".into(),
            kind: kind.into(),
            thread: thread.into(),
            message: message.into(),
        }
    }

    #[test]
    fn a_table_fits_its_terminal() {
        let rows = [
            row("2025-10-22T13-05-42", "SIGSEGV", "main", "invalid memory reference"),
            row("2025-10-22T13-05-42-2", "F0001", "worker-1", "attempt to subtract with overflow"),
        ];
        let expected = "\
id                     module  kind     thread    message
2025-10-22T13-05-42    vittec  SIGSEGV  main      invalid memory reference
2025-10-22T13-05-42-2  vittec  F0001    worker-1  attempt to subtract with ov...

2 crash reports
";
        assert_eq!(table(&rows, 80), expected);
        assert!(table(&rows, 100).contains("  2025-10-22T13:05:42.123Z  "));
        for width in 70..200 {
            let table = table(&rows, width);
            assert!(table.lines().all(|line| line.len() <= width), "{width}:\n{table}");
        }
        assert!(table(&rows[..1], 1).contains("  invalid memor..."), "there is always some of it");
    }

    #[test]
    fn texts_are_cut_between_what_a_reader_takes_for_characters() {
        assert_eq!(cut("whole", 5), "whole");
        assert_eq!(cut("a text", 5), "a...");
        assert_eq!(cut("日本語の文", 9), "日本語...");
        assert_eq!(cut("日本語の文", 8), "日本...");
        assert_eq!(cut("a\n\u{1b}[2J", 20), "a\\n␛[2J");
        assert_eq!(cut("\u{202e}abcdefgh", 12), "<U+202E>a...");
        assert_eq!(cut(&"x".repeat(1 << 20), MOST_CHARS).len(), MOST_CHARS);
        assert!(cut(&"\u{200b}".repeat(1 << 20), 20).len() < 4 * MOST_CHARS);
    }
}
