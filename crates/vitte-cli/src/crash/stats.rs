//! `vitte crash stats`: how many crashes there are, of what, and when.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use clap::Args;
use serde::Serialize;
use vitte_capsule::{Entry, Fingerprint};

use super::folder::Folder;
use super::look::{Ink, Look, Page, crashes, cut, number, size};
use super::selection::Selection;
use super::shell::{Done, Shell};
use super::table::kind;

/// The arguments of `vitte crash stats`.
#[derive(Debug, Args)]
pub(super) struct Stats {
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    look: Look,
    /// Write one JSON document
    #[arg(long)]
    json: bool,
}

/// Fingerprints that are shown: those with the most crashes.
const TOP: usize = 10;
/// The most days that are shown to people: the last ones.
const DAYS: usize = 31;
/// Cells of the longest bar.
const BAR: usize = 40;

impl Stats {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> Done {
        let index = self.folder.index(shell)?;
        let mut counted = Counted::default();
        index.entries().filter(|entry| self.selection.takes(entry)).for_each(|entry| {
            counted.add(&entry);
        });
        let counts = counted.finish();
        if self.json {
            return shell.json(&counts);
        }
        if self.folder.says_nothing(&index, shell)? {
            return Ok(());
        }
        let mut page = self.look.page();
        counts.show(&mut page);
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}

/// What is counted while the index is read.
#[derive(Default)]
struct Counted {
    counts: Counts,
    kinds: BTreeMap<String, usize>,
    modules: BTreeMap<String, usize>,
    versions: BTreeMap<String, usize>,
    days: BTreeMap<String, usize>,
    defects: HashMap<Fingerprint, Defect>,
}

/// What there is, as the JSON has it.
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
    /// Of the last one.
    message: String,
}

impl Counted {
    /// Counts one; the oldest comes first.
    fn add(&mut self, entry: &Entry) {
        let counts = &mut self.counts;
        counts.crashes += 1;
        counts.bytes += entry.bytes;
        counts.first.get_or_insert_with(|| entry.timestamp.clone());
        counts.last = Some(entry.timestamp.clone());
        for (map, name) in [
            (&mut self.kinds, kind(entry)),
            (&mut self.modules, &entry.module),
            (&mut self.versions, &format!("{} {}", entry.module, entry.version)),
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
        });
        defect.crashes += 1;
        entry.timestamp.clone_into(&mut defect.last);
        entry.message.clone_into(&mut defect.message);
    }

    fn finish(self) -> Counts {
        let all = |map: BTreeMap<String, usize>| -> Vec<Count> {
            map.into_iter().map(|(name, crashes)| Count { name, crashes }).collect()
        };
        let most_first = |map| {
            let mut counts = all(map);
            counts.sort_by_key(|count| Reverse(count.crashes));
            counts
        };
        let defects = self.defects.len();
        let mut fingerprints: Vec<Defect> = self.defects.into_values().collect();
        fingerprints.sort_by_key(|defect| (Reverse(defect.crashes), defect.fingerprint));
        fingerprints.truncate(TOP);
        Counts {
            defects,
            kinds: most_first(self.kinds),
            modules: most_first(self.modules),
            versions: most_first(self.versions),
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
    fn show(&self, page: &mut Page) {
        let of = super::look::count(self.defects, "fingerprint", "fingerprints");
        page.line(Ink::Plain, format!("{} of {of}, {}", crashes(self.crashes), size(self.bytes)));
        if let (Some(first), Some(last)) = (&self.first, &self.last) {
            page.line(Ink::Plain, format!("from {first} to {last}"));
        }
        for (what, counts) in
            [("kind", &self.kinds), ("module", &self.modules), ("version", &self.versions)]
        {
            page.heading(&format!("crashes  {what}"));
            let lines = counts.iter().take(TOP);
            lines.for_each(|count| page.line(Ink::Plain, row(count.crashes, &count.name)));
            rest(counts.len(), TOP, page);
        }
        page.heading("crashes  fingerprint  first       last        message");
        for defect in &self.fingerprints {
            let (short, message) = (defect.fingerprint.short(), &defect.message);
            let (first, last) = (day(&defect.first), day(&defect.last));
            let text = format!("{short:11}  {first:10}  {last:10}  {message}");
            page.line(Ink::Plain, row(defect.crashes, &text));
        }
        rest(self.defects, TOP, page);
        page.heading("crashes  day");
        let most = self.days.iter().map(|count| count.crashes).max().unwrap_or(1);
        let earlier = self.days.len().saturating_sub(DAYS);
        let earlier_crashes = self.days.iter().take(earlier).map(|count| count.crashes).sum();
        if earlier > 0 {
            page.line(Ink::Plain, row(earlier_crashes, "on earlier days"));
        }
        for Count { name, crashes } in self.days.iter().skip(earlier) {
            let bar = "#".repeat((crashes * BAR).div_ceil(most));
            page.inked(&[(Ink::Plain, &row(*crashes, name)), (Ink::Aside, &format!("  {bar}"))]);
        }
    }
}

/// A number of crashes below the word, and what is said of them.
fn row(crashes: usize, text: &str) -> String {
    format!("{:>7}  {text}", number(crashes))
}

/// Says how many more there are than are shown.
fn rest(count: usize, shown: usize, page: &mut Page) {
    if count > shown {
        page.line(Ink::Aside, row_of_more(count - shown));
    }
}

fn row_of_more(more: usize) -> String {
    format!("         ... and {} more", number(more))
}

/// The day of a timestamp.
fn day(timestamp: &str) -> String {
    cut(timestamp.get(..10).unwrap_or(timestamp), 10)
}
