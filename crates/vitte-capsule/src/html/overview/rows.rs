//! The groups as rows of a table, up to the size limit of the page.
//!
//! ```text
//! Crashes  Crash                                         Versions       First       Last        Trend
//!     312  ▸ attempt to subtract with overflow           0.3.0 – 0.4.1  2025-10-22  2025-11-01  ▂▁▅
//!          1a2b3c4d  panic  typeck::unify::occurs
//! ```

use std::cmp::Reverse;

use askama::Template as _;

use super::super::limits;
use super::chart::Chart;
use super::totals::short_name;
use crate::repository::CrashGroup;

/// The index cuts a message to 200 bytes, or a few less so that no character is cut.
const MAX_COMPLETE_BYTES: usize = 196;
/// The number of groups that have details in any case, those with the most crashes.
const MIN_DETAILED: usize = 30;
/// Maximum number of versions, and of locations, of a group.
const MAX_VERSIONS: usize = 3;
const MAX_LOCATIONS: usize = 2;
const MAX_COUNTED_BYTES: usize = 60;

/// How much a row has.
#[derive(Clone, Copy)]
struct Detail {
    message_bytes: usize,
    name_bytes: usize,
    is_complete: bool,
}

const COMPLETE: Detail = Detail { message_bytes: 200, name_bytes: 120, is_complete: true };
const BRIEF: Detail = Detail { message_bytes: 80, name_bytes: 48, is_complete: false };

/// A row of the table.
#[derive(askama::Template)]
#[template(path = "overview/row.html", whitespace = "minimize")]
struct Row {
    fingerprint: String,
    crashes: String,
    message: String,
    kind: String,
    function: String,
    /// The versions of the first and of the last crash.
    versions: String,
    first: String,
    last: String,
    /// The path of the chart, or empty.
    path: String,
    /// The command that shows the newest crash, or empty if the row has no details.
    command: String,
    all_versions: String,
    locations: String,
}

/// The rows that fit.
pub(super) struct Rows {
    /// HTML.
    pub(super) html: String,
    /// The number of groups that were omitted, and of their crashes.
    pub(super) omitted: usize,
    pub(super) omitted_crashes: usize,
    /// The number of rows without details.
    pub(super) brief: usize,
}

/// Sorts groups: that with the most crashes is the first one.
pub(super) fn sort(groups: &mut [CrashGroup]) {
    groups.sort_by(|a, b| {
        let key = |group: &CrashGroup| (Reverse(group.crashes), Reverse(group.latest.clone()));
        key(a).cmp(&key(b)).then(a.fingerprint.cmp(&b.fingerprint))
    });
}

/// Renders the groups in at most `max_bytes`. If not all details fit, the last groups have none; if not all groups fit
/// even so, the last ones are omitted.
pub(super) fn render(
    groups: &[CrashGroup],
    chart: &Chart,
    command: &str,
    max_bytes: usize,
) -> Rows {
    let digits = CrashGroup::fingerprint_digits(groups);
    let row = |group: &CrashGroup, detail| row(group, detail, chart, command, digits);
    let mut len = 0;
    let mut rows: Vec<String> = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        // Groups that are not rare keep their details, however many others there are.
        let row = row(group, if index < MIN_DETAILED { COMPLETE } else { BRIEF });
        if len + row.len() > max_bytes {
            break;
        }
        len += row.len();
        rows.push(row);
    }
    let mut detailed = rows.len().min(MIN_DETAILED);
    if rows.len() == groups.len() {
        for (group, brief) in groups.iter().zip(&mut rows).skip(detailed) {
            let complete = row(group, COMPLETE);
            if len - brief.len() + complete.len() > max_bytes {
                break;
            }
            len = len - brief.len() + complete.len();
            *brief = complete;
            detailed += 1;
        }
    }
    let others = groups.get(rows.len()..).unwrap_or_default();
    Rows {
        html: rows.concat(),
        omitted: others.len(),
        omitted_crashes: others.iter().map(|group| group.crashes).sum(),
        brief: rows.len() - detailed,
    }
}

fn row(group: &CrashGroup, detail: Detail, chart: &Chart, command: &str, digits: usize) -> String {
    let name = |text: &str| limits::short_line(text, detail.name_bytes);
    let function = short_name(&group.function);
    let only_complete = |text: String| if detail.is_complete { text } else { String::new() };
    let all_versions = group.versions.iter();
    let all_versions = all_versions.map(|(name, crashes)| (own_version(group, name), *crashes));
    let locations = group.locations.iter().map(|(name, crashes)| (name.as_str(), *crashes));
    let mut fingerprint = group.fingerprint.to_string();
    fingerprint.truncate(digits);
    let row = Row {
        fingerprint,
        crashes: limits::with_separators(group.crashes),
        message: message(&group.message, detail.message_bytes),
        kind: name(&group.kind),
        function: name(&function),
        versions: name(&versions(group)),
        first: date(&group.first),
        last: date(&group.last),
        path: only_complete(chart.path_of_group(&group.days)),
        command: only_complete(format!("{command} show {}", name(&group.latest))),
        all_versions: if group.versions.len() > 1 {
            counted(all_versions, MAX_VERSIONS)
        } else {
            String::new()
        },
        locations: counted(locations, MAX_LOCATIONS),
    };
    // Writing to memory cannot fail.
    row.render().unwrap_or_default()
}

/// Returns a message of the index, which may have cut it.
fn message(text: &str, max_bytes: usize) -> String {
    let max_bytes =
        if text.len() > MAX_COMPLETE_BYTES { max_bytes.min(text.len() - 1) } else { max_bytes };
    limits::short_line(text, max_bytes)
}

/// Returns the versions of the first and of the last crash: `0.3.0 – 0.4.1`.
fn versions(group: &CrashGroup) -> String {
    let [first, last] =
        [&group.first_version, &group.last_version].map(|all| own_version(group, all));
    if first == last { last.to_owned() } else { format!("{first} – {last}") }
}

/// Returns a version without the name of the program, if that is the program of the last crash.
fn own_version<'a>(group: &CrashGroup, version: &'a str) -> &'a str {
    let own = version.strip_prefix(&group.program).and_then(|version| version.strip_prefix(' '));
    own.unwrap_or(version)
}

/// Returns the date of a timestamp.
fn date(timestamp: &str) -> String {
    limits::short_line(timestamp.get(..10).unwrap_or(timestamp), 10)
}

/// Returns the names with the most crashes: `0.2.0 (12), 0.1.0 and 3 others`, with at most `max` names.
fn counted<'a>(counts: impl Iterator<Item = (&'a str, usize)>, max: usize) -> String {
    let mut names: Vec<_> = counts.collect();
    names.sort_by_key(|(_, crashes)| Reverse(*crashes));
    let shown = names.iter().take(max).map(|(name, crashes)| {
        let name = limits::short_line(name, MAX_COUNTED_BYTES);
        match crashes {
            1 => name,
            _ => format!("{name} ({})", limits::with_separators(*crashes)),
        }
    });
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if names.len() > max {
        text += &format!(" and {}", limits::counted("other", names.len() - max));
    }
    text
}
