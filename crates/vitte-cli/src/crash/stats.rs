//! `vitte crash stats`: counts crashes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use clap::Args;
use serde::Serialize;
use vitte_capsule::{Fingerprint, IndexEntry};

use super::directory::Directory;
use super::page::{OutputArgs, Style, TextOutput, crashes, cut, number, size};
use super::selection::Selection;
use super::shell::{CommandResult, Shell};
use super::summary::{complete_message, kind};

/// The arguments of `vitte crash stats`.
#[derive(Debug, Args)]
pub(super) struct Stats {
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    output: OutputArgs,
    /// Write one JSON document
    #[arg(long)]
    json: bool,
}

/// Names and fingerprints that are shown on a terminal: those with the most crashes.
const MAX_ROWS: usize = 10;
/// Days that are shown on a terminal: the last ones.
const MAX_DAYS: usize = 31;
/// The width of the longest bar in cells.
const MAX_BAR_CELLS: usize = 40;

impl Stats {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        let index = self.directory.index(shell)?;
        let mut counter = Counter::default();
        index.entries().filter(|entry| self.selection.matches(entry)).for_each(|entry| {
            counter.add(&entry);
        });
        let mut counts = counter.finish();
        let mut page = self.output.page();
        if self.json || !page.is_cut() {
            for defect in &mut counts.fingerprints {
                defect.message = complete_message(&defect.latest, &defect.message, &index);
            }
        }
        if self.json {
            return shell.json(&counts);
        }
        if self.directory.report_empty(&index, shell)? {
            return Ok(());
        }
        counts.show(&mut page);
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}

/// The counts while the index is read.
#[derive(Default)]
struct Counter {
    counts: Counts,
    kinds: BTreeMap<String, usize>,
    modules: BTreeMap<String, usize>,
    versions: BTreeMap<String, usize>,
    days: BTreeMap<String, usize>,
    defects: HashMap<Fingerprint, Defect>,
}

/// The finished counts; also the JSON document.
#[derive(Default, Serialize)]
struct Counts {
    crashes: usize,
    bytes: u64,
    defects: usize,
    first: Option<String>,
    last: Option<String>,
    kinds: Vec<Count>,
    modules: Vec<Count>,
    versions: Vec<Count>,
    fingerprints: Vec<Defect>,
    days: Vec<Count>,
}

#[derive(Serialize)]
struct Count {
    name: String,
    crashes: usize,
}

/// The crashes of one fingerprint.
#[derive(Serialize)]
struct Defect {
    fingerprint: Fingerprint,
    crashes: usize,
    first: String,
    last: String,
    /// The message of the last crash.
    message: String,
    /// The id of the last crash.
    #[serde(skip)]
    latest: String,
}

impl Counter {
    /// Counts a crash. The oldest crash must be added first.
    fn add(&mut self, entry: &IndexEntry) {
        let counts = &mut self.counts;
        counts.crashes += 1;
        counts.bytes += entry.bytes;
        counts.first.get_or_insert_with(|| entry.timestamp.clone());
        counts.last = Some(entry.timestamp.clone());
        for (map, name) in [
            (&mut self.kinds, kind(entry)),
            (&mut self.modules, &entry.program),
            (&mut self.versions, &format!("{} {}", entry.program, entry.version)),
            (&mut self.days, entry.id.get(..10).unwrap_or_default()),
        ] {
            match map.get_mut(name) {
                Some(count) => *count += 1,
                None => _ = map.insert(name.to_owned(), 1),
            }
        }
        let defect = self.defects.entry(entry.fingerprint).or_insert_with(|| Defect {
            fingerprint: entry.fingerprint,
            crashes: 0,
            first: entry.timestamp.clone(),
            last: String::new(),
            message: String::new(),
            latest: String::new(),
        });
        defect.crashes += 1;
        entry.timestamp.clone_into(&mut defect.last);
        entry.message.clone_into(&mut defect.message);
        entry.id.clone_into(&mut defect.latest);
    }

    fn finish(self) -> Counts {
        let all = |map: BTreeMap<String, usize>| -> Vec<Count> {
            map.into_iter().map(|(name, crashes)| Count { name, crashes }).collect()
        };
        let by_count = |map| {
            let mut counts = all(map);
            counts.sort_by_key(|count| Reverse(count.crashes));
            counts
        };
        let defects = self.defects.len();
        let mut fingerprints: Vec<Defect> = self.defects.into_values().collect();
        fingerprints.sort_by_key(|defect| (Reverse(defect.crashes), defect.fingerprint));
        Counts {
            defects,
            kinds: by_count(self.kinds),
            modules: by_count(self.modules),
            versions: by_count(self.versions),
            fingerprints,
            days: all(self.days),
            ..self.counts
        }
    }
}

impl Counts {
    /// ```text
    /// 4 crashes of 2 fingerprints, 12.3 KiB, from 2025-10-22T13:05:42.123Z to 2025-11-01T00:00:00Z
    ///
    /// crashes  kind
    ///       3  panic
    ///       1  SIGSEGV
    ///
    /// crashes  fingerprint  first       last        message
    ///       3  1a2b3c4d     2025-10-22  2025-11-01  attempt to subtract with overflow
    ///
    /// crashes  day
    ///       3  2025-10-22  ##############################
    ///       1  2025-11-01  ##########
    /// ```
    fn show(&self, page: &mut TextOutput) {
        let max_rows = page.max_entries(MAX_ROWS);
        let of = super::page::count(self.defects, "fingerprint", "fingerprints");
        page.line(Style::Plain, format!("{} of {of}, {}", crashes(self.crashes), size(self.bytes)));
        if let (Some(first), Some(last)) = (&self.first, &self.last) {
            page.line(Style::Plain, format!("from {first} to {last}"));
        }
        for (what, counts) in
            [("kind", &self.kinds), ("module", &self.modules), ("version", &self.versions)]
        {
            page.heading(&format!("crashes  {what}"));
            let lines = counts.iter().take(max_rows);
            lines.for_each(|count| page.line(Style::Plain, row(count.crashes, &count.name)));
            add_rest(counts.len(), max_rows, page);
        }
        page.heading("crashes  fingerprint  first       last        message");
        for defect in self.fingerprints.iter().take(max_rows) {
            let (short, message) = (defect.fingerprint.short(), &defect.message);
            let (first, last) = (day(&defect.first), day(&defect.last));
            let text = format!("{short:11}  {first:10}  {last:10}  {message}");
            page.line(Style::Plain, row(defect.crashes, &text));
        }
        add_rest(self.defects, max_rows, page);
        page.heading("crashes  day");
        let max = self.days.iter().map(|count| count.crashes).max().unwrap_or(1);
        let earlier = self.days.len().saturating_sub(page.max_entries(MAX_DAYS));
        let earlier_crashes = self.days.iter().take(earlier).map(|count| count.crashes).sum();
        if earlier > 0 {
            page.line(Style::Plain, row(earlier_crashes, "on earlier days"));
        }
        for Count { name, crashes } in self.days.iter().skip(earlier) {
            let bar = "#".repeat((crashes * MAX_BAR_CELLS).div_ceil(max));
            page.styled(&[
                (Style::Plain, &row(*crashes, name)),
                (Style::Secondary, &format!("  {bar}")),
            ]);
        }
    }
}

/// Returns a table row: the number of crashes, right-aligned, then a text.
fn row(crashes: usize, text: &str) -> String {
    format!("{:>7}  {text}", number(crashes))
}

/// Adds the number of rows that are not shown.
fn add_rest(count: usize, shown: usize, page: &mut TextOutput) {
    if count > shown {
        page.line(Style::Secondary, row_of_more(count - shown));
    }
}

fn row_of_more(more: usize) -> String {
    format!("         ... and {} more", number(more))
}

/// Returns the date of a timestamp.
fn day(timestamp: &str) -> String {
    cut(timestamp.get(..10).unwrap_or(timestamp), 10)
}
