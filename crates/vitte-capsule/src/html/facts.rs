//! The summary of a crash, its environment, registers and notes.

use super::limits;
use crate::capsule::Capsule;
use crate::report::CrashReport;

const MAX_ROWS: usize = 300;
const MAX_NOTES: usize = 50;
const MAX_NAME_BYTES: usize = 200;
const MAX_VALUE_BYTES: usize = 1000;
const MAX_NOTE_BYTES: usize = 2000;

/// Returns the names and values of the summary. Unknown values are omitted.
pub(super) fn summary(report: &CrashReport) -> Vec<(&'static str, String)> {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let facts = [
        ("Program", joined(&report.program, &report.version)),
        ("Time", report.timestamp.clone()),
        ("Id", report.id.clone()),
        ("Thread", report.thread.clone()),
        ("Signal", optional(&report.signal)),
        ("Address", optional(&report.address)),
        ("Panic at", optional(&report.location)),
        ("System", joined(&report.system.os, &report.system.arch)),
        ("Build", optional(&report.build)),
        ("Commit", optional(&report.commit)),
        ("Deployment", optional(&report.deployment)),
        ("Test", optional(&report.test)),
        ("Process", report.process.map(|process| process.to_string()).unwrap_or_default()),
        ("Session", report.session.clone()),
    ];
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    facts.map(|(name, value)| (name, limits::line(&value, MAX_VALUE_BYTES))).collect()
}

fn joined(one: &str, other: &str) -> String {
    let parts = [one, other].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

/// Returns the environment and the number of omitted variables.
pub(super) fn environment(capsule: &Capsule) -> (Vec<(String, String)>, usize) {
    let all = &capsule.environment;
    let rows = all.iter().take(MAX_ROWS).map(row).collect();
    (rows, all.len().saturating_sub(MAX_ROWS))
}

/// Returns the registers in natural order: `r9` before `r10`.
pub(super) fn registers(report: &CrashReport) -> Vec<(String, String)> {
    let mut registers: Vec<_> = report.registers.iter().take(MAX_ROWS).collect();
    registers.sort_by_cached_key(|(name, _)| {
        let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let number: u64 = name.get(letters.len()..).unwrap_or_default().parse().unwrap_or(0);
        (letters.to_owned(), number)
    });
    registers.into_iter().map(row).collect()
}

fn row((name, value): (&String, &String)) -> (String, String) {
    (limits::line(name, MAX_NAME_BYTES), limits::line(value, MAX_VALUE_BYTES))
}

/// Returns the notes with their line ends.
pub(super) fn notes(report: &CrashReport) -> Vec<String> {
    let notes = report.notes.iter().take(MAX_NOTES);
    notes.map(|note| limits::multi_line(note, MAX_NOTE_BYTES)).collect()
}
