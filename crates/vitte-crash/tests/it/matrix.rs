//! Crashes of all kinds, each in a process of its own: there is a report, or what is stated instead, and the
//! process ends as it would have ended.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::cases::{CASES, Case, Outcome, check};
use crate::child::Condition;
use crate::say;

/// The conditions that can be had here; the others are said.
fn conditions() -> Vec<Condition> {
    let is_possible = |condition: &Condition| {
        let reason = condition.is_unavailable();
        if let Some(reason) = reason {
            say(&format!("skipped: {condition:?}: {reason}\n"));
        }
        reason.is_none()
    };
    Condition::ALL.into_iter().filter(is_possible).collect()
}

/// Checks these cells, and shows them: kinds down, conditions to the right.
fn matrix(cells: &[(&Case, Condition)]) {
    let checked = cells.par_iter().map(|(case, condition)| {
        let place = (case.kind, format!("{condition:?}"));
        // One that fails does not keep the others from being checked: it has said why.
        let Ok(cell) = std::panic::catch_unwind(|| check(case, *condition)) else {
            return (place, "FAILED".into());
        };
        let outcome = match cell.outcome {
            Outcome::Report => "report",
            Outcome::Shown => "shown",
            Outcome::Nothing => "-",
        };
        (place, format!("{outcome} {}", cell.time_ms))
    });
    let checked: BTreeMap<_, _> = checked.collect();
    let mut table = format!("{:16}", "(ms)");
    for condition in Condition::ALL {
        table += &format!("{:13}", format!("{condition:?}"));
    }
    for case in &CASES {
        let mut row = format!("\n{:16}", case.kind);
        for condition in Condition::ALL {
            let cell = checked.get(&(case.kind, format!("{condition:?}")));
            row += &format!("{:13}", cell.map_or("", |cell| cell));
        }
        table += row.trim_end();
    }
    println!("{table}");
    assert!(checked.values().all(|cell| cell != "FAILED"), "{table}");
}

#[test]
fn every_kind_of_crash_is_reported() {
    let cells: Vec<_> = CASES.iter().map(|case| (case, Condition::Plain)).collect();
    matrix(&cells);
}

#[test]
fn whatever_is_taken_away_there_is_a_report_or_what_is_stated() {
    let kinds = ["panic", "double", "segv", "thread-overflow", "heap"];
    let cases = CASES.iter().filter(|case| kinds.contains(&case.kind));
    let conditions = conditions();
    let cells: Vec<_> = cases
        .flat_map(|case| conditions.iter().skip(1).map(move |condition| (case, *condition)))
        .collect();
    matrix(&cells);
}

#[test]
#[ignore = "it takes minutes: the two before are a part of it"]
fn whole_matrix() {
    let conditions = conditions();
    let all = |case| conditions.iter().map(move |condition| (case, *condition));
    matrix(&CASES.iter().flat_map(all).collect::<Vec<_>>());
}

/// With `panic = "abort"` the first panic of a process is its last: there is one report, that of the panic.
#[test]
#[ignore = "CRASHER has to be a crasher that is built so, as .ci/run does"]
fn panics_that_abort() {
    assert!(std::env::var_os("CRASHER").is_some());
    let kinds = ["panic", "unwrap", "bounds", "any", "thread", "double", "extern", "unsound"];
    let cases: Vec<_> =
        CASES.iter().filter(|case| kinds.contains(&case.kind)).map(Case::aborting).collect();
    let others = CASES.iter().filter(|case| !case.is_panic()).cloned();
    let cases: Vec<_> = cases.into_iter().chain(others).collect();
    let conditions = [Condition::Plain, Condition::Closed, Condition::Four];
    let all = |case| conditions.iter().map(move |condition| (case, *condition));
    matrix(&cases.iter().flat_map(all).collect::<Vec<_>>());
}

/// Random cells one after the other: none may lose a report or change a status.
fn random(count: usize) {
    let conditions = conditions();
    // Marsaglia, Xorshift RNGs, 2003.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % most as u64).unwrap()
    };
    let cells: Vec<_> = (0..count)
        .map(|_| (&CASES[below(CASES.len())], conditions[below(conditions.len())]))
        .collect();
    let reports = cells
        .par_iter()
        .filter(|(case, condition)| check(case, *condition).outcome == Outcome::Report);
    println!("{} runs, {} reports, {count} as they have to be", count, reports.count());
}

#[test]
fn some_random_runs() {
    random(40);
}

#[test]
#[ignore = "it takes minutes"]
fn random_runs() {
    random(std::env::var("CRASH_RUNS").map_or(300, |count| count.parse().unwrap()));
}
