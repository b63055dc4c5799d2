//! Tables: what is known of a crash, its environment, its registers.

use super::limits;
use crate::capsule::Capsule;
use crate::report::CrashReport;

/// The most entries of a table, and the most bytes of a name and of a value.
const MOST: usize = 300;
const MOST_NOTES: usize = 50;
const NAME: usize = 200;
const VALUE: usize = 1000;

/// What is known, by name. What is not known is not there.
pub(super) fn of(report: &CrashReport) -> Vec<(&'static str, String)> {
    let known = |text: &Option<String>| text.clone().unwrap_or_default();
    let facts = [
        ("Program", joined(&report.program, &report.version)),
        ("Time", report.timestamp.clone()),
        ("Id", report.id.clone()),
        ("Thread", report.thread.clone()),
        ("Signal", known(&report.signal)),
        ("Address", known(&report.address)),
        ("Panic at", known(&report.location)),
        ("System", joined(&report.system.os, &report.system.arch)),
        ("Build", known(&report.build)),
        ("Commit", known(&report.commit)),
        ("Session", report.session.clone()),
    ];
    let facts = facts.into_iter().filter(|(_, fact)| !fact.is_empty());
    facts.map(|(name, fact)| (name, limits::line(&fact, VALUE))).collect()
}

fn joined(one: &str, other: &str) -> String {
    let parts = [one, other].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

/// The environment, and how many variables are left out.
pub(super) fn environment(capsule: &Capsule) -> (Vec<(String, String)>, usize) {
    let all = &capsule.environment;
    let shown = all.iter().take(MOST).map(row).collect();
    (shown, all.len().saturating_sub(MOST))
}

/// The registers in the order of their names with their numbers: `r9` before `r10`.
pub(super) fn registers(report: &CrashReport) -> Vec<(String, String)> {
    let mut registers: Vec<_> = report.registers.iter().take(MOST).collect();
    registers.sort_by_cached_key(|(name, _)| {
        let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let number: u64 = name.get(letters.len()..).unwrap_or_default().parse().unwrap_or(0);
        (letters.to_owned(), number)
    });
    registers.into_iter().map(row).collect()
}

fn row((name, value): (&String, &String)) -> (String, String) {
    (limits::line(name, NAME), limits::line(value, VALUE))
}

/// The notes, each with its lines.
pub(super) fn notes(report: &CrashReport) -> Vec<String> {
    report.notes.iter().take(MOST_NOTES).map(|note| limits::block(note, 2 * VALUE)).collect()
}
