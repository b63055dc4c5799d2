//! `vitte crash groups`: the crashes by fingerprint.

use std::collections::{BTreeMap, HashMap};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use vitte_capsule::{CrashGroup, Index, IndexEntry};

use super::directory::Directory;
use super::list_args::ListArgs;
use super::page::{OutputArgs, TextOutput, count, number, safe};
use super::shell::{CommandResult, Failure, Shell};
use super::summary::{complete_message, with_fingerprint};
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
        let mut groups = CrashGroup::of(index.entries().filter(matches));
        if self.sort == Sort::Count {
            groups.sort_by_key(|group| group.crashes);
        }
        let total = groups.len();
        groups.drain(..total.saturating_sub(self.list.limit.max(self.json)));
        if self.json {
            for mut group in groups {
                complete(&mut group, &index);
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
            groups.iter_mut().for_each(|group| complete(group, &index));
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
        let found = CrashGroup::of(entries.iter().cloned());
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
        show_group(group, &mut page);
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

/// Replaces a message that the index may have cut.
fn complete(group: &mut CrashGroup, index: &Index) {
    group.message = complete_message(&group.latest, &group.message, index);
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
fn show_group(group: &CrashGroup, page: &mut TextOutput) {
    page.fields(&[
        ("fingerprint", group.fingerprint.to_string()),
        ("kind", group.kind.clone()),
        ("message", group.message.clone()),
        ("crashes", number(group.crashes)),
        ("first", group.first.clone()),
        ("last", group.last.clone()),
        ("versions", counted(&group.versions)),
        ("places", counted(&group.locations)),
    ]);
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
fn columns(groups: &[CrashGroup], is_cut: bool) -> Vec<Column> {
    let cells = |cell: &dyn Fn(&CrashGroup) -> String| -> Vec<String> {
        groups.iter().map(|group| safe(&cell(group))).collect()
    };
    let versions = |group: &CrashGroup| -> String {
        // The name of the program is omitted, unless there are several.
        let program = format!("{} ", group.program);
        let without = group.versions.keys().map(|version| version.strip_prefix(&program));
        let all: Option<Vec<&str>> = without.collect();
        all.unwrap_or_else(|| group.versions.keys().map(String::as_str).collect()).join(", ")
    };
    let places = |group: &CrashGroup| -> String {
        let places: Vec<&str> = group.locations.keys().map(String::as_str).collect();
        places.join(", ")
    };
    let digits = CrashGroup::fingerprint_digits(groups);
    let fingerprint = |group: &CrashGroup| {
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
