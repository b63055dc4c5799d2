//! `vitte crash groups`: the crashes by fingerprint.

use std::collections::{BTreeMap, HashMap};

use clap::{Args, Subcommand, ValueEnum};
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::json;
use vitte_capsule::{Fingerprint, Index, IndexEntry};

use super::directory::Directory;
use super::list_args::ListArgs;
use super::page::{OutputArgs, TextOutput, count, number, safe};
use super::shell::{CommandResult, Failure, Shell};
use super::summary::{self, complete_message, with_fingerprint};
use super::table::{self, Column};
use super::target::LoadedCrash;
use super::{list, show};

/// The arguments of `vitte crash groups`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Groups {
    #[command(subcommand)]
    command: Option<GroupsCommand>,
    #[command(flatten)]
    list: GroupList,
}

#[derive(Debug, Subcommand)]
enum GroupsCommand {
    /// Show one group: its crashes, its versions, and the report of the newest crash
    Show(GroupShow),
}

#[derive(Debug, Args)]
struct GroupList {
    #[command(flatten)]
    list: ListArgs,
    /// Sort by the time of the last crash, or by the number of crashes: last or count
    #[arg(long, value_name = "BY", value_enum, default_value_t, hide_possible_values = true)]
    sort: Sort,
    /// Write JSON Lines: one object for each group
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum Sort {
    #[default]
    Last,
    Count,
}

#[derive(Debug, Args)]
struct GroupShow {
    /// The fingerprint, or a unique prefix of it
    fingerprint: String,
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    output: OutputArgs,
    /// Write one JSON document: the group, the index entries of its crashes, and the report of the newest one
    #[arg(long)]
    json: bool,
}

/// The crashes of one fingerprint.
#[derive(Debug, Serialize)]
struct Group {
    fingerprint: Fingerprint,
    crashes: usize,
    /// The times of the first and of the last crash.
    first: String,
    last: String,
    /// The kind or the signal of the last crash.
    kind: String,
    /// The program of the last crash.
    #[serde(rename = "module")]
    program: String,
    /// The number of crashes of each version, and at each location in the sources of the user.
    versions: BTreeMap<String, usize>,
    places: BTreeMap<String, usize>,
    /// The message of the last crash.
    message: String,
    /// The id of the last crash.
    latest: String,
    /// The position of the last crash among all.
    #[serde(skip)]
    position: usize,
}

impl Groups {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        match self.command {
            Some(GroupsCommand::Show(show)) => show.run(shell),
            None => self.list.run(shell),
        }
    }
}

impl GroupList {
    fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        let index = self.list.directory.index(shell)?;
        let matches = |entry: &IndexEntry| self.list.selection.matches(entry);
        let mut groups = groups(index.entries().filter(matches));
        if self.sort == Sort::Count {
            groups.sort_by_key(|group| group.crashes);
        }
        let total = groups.len();
        groups.drain(..total.saturating_sub(self.list.limit.max(self.json)));
        if self.json {
            for mut group in groups {
                group.complete(&index);
                writeln!(shell.out, "{}", serde_json::to_string(&group)?)?;
            }
            return Ok(());
        }
        if total == 0 {
            let (is_empty, directory) = (index.is_empty(), &self.list.directory);
            let why = if is_empty { directory.no_crashes() } else { directory.no_match(&index) };
            return Ok(writeln!(shell.out, "{why}")?);
        }
        let mut page = self.list.output.page();
        if !page.is_cut() {
            groups.iter_mut().for_each(|group| group.complete(&index));
        }
        table::show(columns(&groups, page.is_cut()), &mut page);
        page.gap();
        let shown = match groups.len() {
            shown if shown < total => format!("showing {} of ", number(shown)),
            _ => String::new(),
        };
        page.verbatim(&format!("{shown}{}", count(total, "fingerprint", "fingerprints")));
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}

impl GroupShow {
    fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        let index = self.directory.index(shell)?;
        let mut entries = with_fingerprint(&self.fingerprint, &index);
        entries.retain(|entry| index.file_exists(entry));
        let found = groups(entries.iter().cloned());
        let asked = safe(&self.fingerprint);
        let [group] = &*found else {
            return Err(Failure::Message(match found.len() {
                0 => format!(
                    "no crash has a fingerprint that begins with `{asked}`; see `{} crash groups`",
                    shell.program
                ),
                some => format!(
                    "`{asked}` is ambiguous, it matches {some} fingerprints; give more digits"
                ),
            }));
        };
        let repository = self.directory.repository();
        // The newest one that can be read.
        let newest = entries.iter().rev();
        let newest = newest.map(|entry| LoadedCrash::load(&entry.id, &repository));
        let newest = newest.flatten().next();
        for entry in &mut entries {
            entry.message = complete_message(&entry.id, &entry.message, &index);
        }
        if self.json {
            let report = newest.as_ref().map(|target| &target.capsule.report);
            return shell.json(&json!({"group": group, "entries": entries, "report": report}));
        }
        let mut page = self.output.page();
        group.show(&mut page);
        page.heading("crashes, the newest last");
        let counts = HashMap::from([(group.fingerprint, group.crashes)]);
        list::show(&entries, &index, &counts, &mut page);
        let Some(target) = newest else {
            return Ok(shell.out.write_all(page.finish().as_bytes())?);
        };
        page.heading(&format!("the report of {}", target.capsule.report.id));
        shell.out.write_all(page.finish().as_bytes())?;
        let shown = show::as_seen(&target.capsule.report, self.output.terminal());
        Ok(shell.out.write_all(shown.as_bytes())?)
    }
}

impl Group {
    /// Replaces a message that the index may have cut.
    fn complete(&mut self, index: &Index) {
        self.message = complete_message(&self.latest, &self.message, index);
    }

    /// ```text
    /// fingerprint  1a2b3c4d…
    /// kind         panic
    /// message      attempt to subtract with overflow
    /// crashes      3
    /// first        2025-10-22T13:05:42.123Z
    /// last         2025-11-01T00:00:00Z
    /// versions     vittec 0.1.0 (2), vittec 0.2.0 (1)
    /// places       src/shapes.vitte:3:4 (3)
    /// ```
    fn show(&self, page: &mut TextOutput) {
        page.fields(&[
            ("fingerprint", self.fingerprint.to_string()),
            ("kind", self.kind.clone()),
            ("message", self.message.clone()),
            ("crashes", number(self.crashes)),
            ("first", self.first.clone()),
            ("last", self.last.clone()),
            ("versions", counted(&self.versions)),
            ("places", counted(&self.places)),
        ]);
    }
}

/// Returns the groups of crashes, whose oldest is the first: the group with the newest crash is the last one.
fn groups(entries: impl Iterator<Item = IndexEntry>) -> Vec<Group> {
    let mut groups: IndexMap<Fingerprint, Group> = IndexMap::new();
    for (position, entry) in entries.enumerate() {
        let group = groups.entry(entry.fingerprint).or_insert_with(|| Group {
            fingerprint: entry.fingerprint,
            crashes: 0,
            first: entry.timestamp.clone(),
            last: String::new(),
            kind: String::new(),
            program: String::new(),
            versions: BTreeMap::new(),
            places: BTreeMap::new(),
            message: String::new(),
            latest: String::new(),
            position,
        });
        group.crashes += 1;
        group.position = position;
        let version = format!("{} {}", entry.program, entry.version);
        *group.versions.entry(version.trim().to_owned()).or_default() += 1;
        if let Some(place) = entry.location.clone() {
            *group.places.entry(place).or_default() += 1;
        }
        summary::kind(&entry).clone_into(&mut group.kind);
        (group.last, group.message, group.latest) = (entry.timestamp, entry.message, entry.id);
        group.program = entry.program;
    }
    groups.sort_by(|_, a, _, b| a.position.cmp(&b.position));
    groups.into_values().collect()
}

/// `vittec 0.1.0 (2), vittec 0.2.0 (1)`
fn counted(counts: &BTreeMap<String, usize>) -> String {
    let text = |(name, crashes): (&String, &usize)| format!("{name} ({})", number(*crashes));
    counts.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// The maximum width of columns on a terminal, in cells.
const MAX_NAME_CELLS: usize = 14;
const MAX_PLACE_CELLS: usize = 22;

/// Returns the columns of the table of groups.
///
/// ```text
/// fingerprint  count  first       last        versions      place               message
/// 1a2b3c4d         3  2025-10-22  2025-11-01  vittec 0.1.0  ...shapes.vitte:3:4  attempt to subtr...
/// ```
fn columns(groups: &[Group], is_cut: bool) -> Vec<Column> {
    let cells = |cell: &dyn Fn(&Group) -> String| -> Vec<String> {
        groups.iter().map(|group| safe(&cell(group))).collect()
    };
    let versions = |group: &Group| -> String {
        // The name of the program is omitted, unless there are several.
        let program = format!("{} ", group.program);
        let without = group.versions.keys().map(|version| version.strip_prefix(&program));
        let all: Option<Vec<&str>> = without.collect();
        all.unwrap_or_else(|| group.versions.keys().map(String::as_str).collect()).join(", ")
    };
    let places = |group: &Group| -> String {
        let places: Vec<&str> = group.places.keys().map(String::as_str).collect();
        places.join(", ")
    };
    let digits = digits(groups);
    let fingerprint = |group: &Group| {
        let all = group.fingerprint.to_string();
        if is_cut { all.get(..digits).unwrap_or(&all).to_owned() } else { all }
    };
    let day = |time: &str| match time.get(..10) {
        Some(day) if is_cut => day.to_owned(),
        _ => time.to_owned(),
    };
    vec![
        Column::text("fingerprint", usize::MAX, cells(&fingerprint)),
        Column::number("count", cells(&|group| number(group.crashes))),
        Column::text("first", 24, cells(&|group| day(&group.first))),
        Column::text("last", 24, cells(&|group| day(&group.last))),
        Column::text("kind", MAX_NAME_CELLS, cells(&|group| group.kind.clone())).optional(),
        Column::text("versions", MAX_NAME_CELLS, cells(&versions)),
        Column::path("place", MAX_PLACE_CELLS, cells(&places)).optional(),
        Column::text("message", usize::MAX, cells(&|group| group.message.clone())),
    ]
}

/// Returns the number of digits by which all fingerprints differ: at least 8, as in [`Fingerprint::short`].
fn digits(groups: &[Group]) -> usize {
    let mut all: Vec<String> = groups.iter().map(|group| group.fingerprint.to_string()).collect();
    all.sort_unstable();
    let common = |pair: &[String]| match pair {
        [a, b] => a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count() + 1,
        _ => 0,
    };
    all.windows(2).map(common).fold(8, usize::max)
}
