//! Case d: 400, 800 and 1,600 labels on one line, label i over the 900 cells from i on, each with a message.
//!
//! Each message is in its own row, with a bar for each label whose message follows, so the output grows with the
//! square of the number of labels. All of it is drawn. By default, vitte-diag shortens the line and omits labels,
//! which is the last row. A library that would need more than about 20 seconds for the next size is stopped. For the
//! first size, this is decided by a run with 200 labels, which is not in the table.

use std::sync::Arc;
use std::time::Duration;

use super::BY_DEFAULT;
use crate::check;
use crate::libraries::{ALL, Library, Settings};
use crate::measure::{Lane, Scale, in_turns};
use crate::table;
use crate::work::{Diagnostic, Label, Work};

/// The maximum time of a run before one with twice as many labels: an eighth of 20 seconds, because the time may grow
/// with the cube of the number of labels.
const MAX_TIME: Duration = Duration::from_millis(20_000 / 8);

/// Runs the case and prints its table.
pub fn run(scale: Scale) {
    let sizes = scale.pick([200, 400, 800, 1_600], [10, 20, 40, 80]);
    let works: Vec<_> = sizes.iter().map(|&count| work(count, scale.pick(900, 50))).collect();
    let uncut = Settings { uncut: true, ..Settings::default() };
    let mut rows: Vec<Row> = ALL.iter().map(|&library| Row::new(library, uncut)).collect();
    rows.push(Row { name: BY_DEFAULT, ..Row::new(ALL[0], Settings::default()) });
    for work in &works {
        measure(&mut rows, work, scale);
    }
    let base = rows[0].times.clone();
    let rows: Vec<_> = rows.iter().map(|row| row.cells(&base)).collect();
    let [_, first, second, third] = sizes.map(table::count);
    let title = format!("**d.** {first}, {second} and {third} labels that overlap on one line, ms");
    let header = [
        "library",
        &first,
        &second,
        &third,
        &format!("{second} to vitte-diag"),
        "growth",
        &format!("bytes of {second}"),
    ];
    table::print(&title, &header, &rows);
}

/// Returns a diagnostic with `count` labels of `cells` cells each, all on the second line.
fn work(count: usize, cells: usize) -> Work {
    let first = "let short = 1\n";
    let line = "abcdefghi ".repeat((count + cells).div_ceil(10));
    let label = |index| Label {
        range: first.len() + index..first.len() + index + cells,
        message: format!("part {index:05}"),
    };
    let diagnostic = Diagnostic {
        message: "these parts overlap".into(),
        labels: (0..count).map(label).collect(),
        help: None,
        notes: Vec::new(),
        first_line: 2,
    };
    Work { text: Arc::new(format!("{first}{line}\n")), diagnostics: vec![diagnostic] }
}

struct Row {
    name: &'static str,
    library: &'static dyn Library,
    settings: Settings,
    /// The times of the sizes that were run.
    times: Vec<Duration>,
    bytes: Vec<usize>,
    /// Why the larger sizes were not run.
    end: Option<&'static str>,
}

/// Runs one size for all rows that have not ended, in turns.
fn measure(rows: &mut [Row], work: &Work, scale: Scale) {
    for row in &mut *rows {
        if row.times.last().is_some_and(|&time| time > MAX_TIME) {
            row.end = Some("too long");
        }
    }
    let mut rows: Vec<_> = rows.iter_mut().filter(|row| row.end.is_none()).collect();
    let lanes = rows.iter().map(|row| Lane {
        name: row.name.into(),
        prepared: row.library.prepare(work, row.settings),
    });
    let one = &work.diagnostics[0];
    let measured = in_turns(lanes, scale.rounds(), |name, output| {
        let output = check::plain(output);
        assert!(output.contains(&one.message), "{name}: the message is missing");
        if name != BY_DEFAULT {
            check::has_texts(name, &output, one);
        }
    });
    for (row, one) in rows.iter_mut().zip(measured) {
        match one.time {
            Some(time) => row.times.push(time),
            None => row.end = Some("panics"),
        }
        row.bytes.push(one.bytes);
    }
}

impl Row {
    fn new(library: &'static dyn Library, settings: Settings) -> Self {
        let (times, bytes) = (Vec::new(), Vec::new());
        Self { name: library.name(), library, settings, times, bytes, end: None }
    }

    fn cells(&self, base: &[Duration]) -> Vec<String> {
        let end = || self.end.unwrap_or_default().to_owned();
        let time =
            |index: usize| self.times.get(index).map_or_else(end, |&time| table::millis(time));
        let seconds = |index: usize| self.times.get(index).map(Duration::as_secs_f64);
        let ratio = seconds(2).map_or_else(end, |time| table::ratio(time, base[2].as_secs_f64()));
        let growth = seconds(3).zip(seconds(2)).map(|(double, time)| table::number(double / time));
        vec![
            self.name.into(),
            time(1),
            time(2),
            time(3),
            ratio,
            growth.unwrap_or_default(),
            self.bytes.get(2).map(|&bytes| table::count(bytes)).unwrap_or_default(),
        ]
    }
}
