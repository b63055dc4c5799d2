//! Every kind of crash under every condition: the crash is stored or at least shown, and the process ends as it would
//! end without a handler.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::cases::{CASES, Case, Outcome, check};
use crate::child::Condition;
use crate::log;

/// Returns the conditions that this machine permits, and logs the others.
fn conditions() -> Vec<Condition> {
    let is_available = |condition: &Condition| {
        let reason = condition.unavailable_reason();
        if let Some(reason) = reason {
            log(&format!("skipped: {condition:?}: {reason}\n"));
        }
        reason.is_none()
    };
    Condition::ALL.into_iter().filter(is_available).collect()
}

/// Checks the cells in parallel, and prints them as a table with a row for each kind and a column for each condition.
fn check_all(cells: &[(&Case, Condition)]) {
    let checked = cells.par_iter().map(|(case, condition)| {
        let key = (case.kind, format!("{condition:?}"));
        // A failed cell has printed its reason. The other cells are still checked.
        let Ok(cell) = std::panic::catch_unwind(|| check(case, *condition)) else {
            return (key, "FAILED".into());
        };
        let outcome = match cell.outcome {
            Outcome::Stored => "stored",
            Outcome::OnlyShown => "shown",
            Outcome::Nothing => "-",
        };
        (key, format!("{outcome} {}", cell.time_ms))
    });
    let checked: BTreeMap<_, _> = checked.collect();
    let mut table = format!("{:40}", "(ms)");
    for condition in Condition::ALL {
        table += &format!("{:17}", format!("{condition:?}"));
    }
    for case in &CASES {
        let mut row = format!("\n{:40}", case.kind);
        for condition in Condition::ALL {
            let cell = checked.get(&(case.kind, format!("{condition:?}")));
            row += &format!("{:17}", cell.map_or("", |cell| cell));
        }
        table += row.trim_end();
    }
    println!("{table}");
    assert!(checked.values().all(|cell| cell != "FAILED"), "{table}");
}

#[test]
fn every_kind_of_crash_is_reported() {
    let cells: Vec<_> = CASES.iter().map(|case| (case, Condition::Plain)).collect();
    check_all(&cells);
}

#[test]
fn crashes_are_reported_under_every_condition() {
    let kinds = ["panic", "double", "segv", "thread-overflow", "heap"];
    let cases = CASES.iter().filter(|case| kinds.contains(&case.kind));
    let conditions = conditions();
    let cells: Vec<_> = cases
        .flat_map(|case| conditions.iter().skip(1).map(move |condition| (case, *condition)))
        .collect();
    check_all(&cells);
}

#[test]
#[ignore = "takes minutes; the two tests before cover a part of it"]
fn whole_matrix() {
    let conditions = conditions();
    let all = |case| conditions.iter().map(move |condition| (case, *condition));
    check_all(&CASES.iter().flat_map(all).collect::<Vec<_>>());
}

/// With `panic = "abort"` the first panic ends the process, and is the only report.
#[test]
#[ignore = "needs CRASHER, the path of a crasher that is built with `panic = \"abort\"`, as .ci/run does"]
fn panics_that_abort() {
    assert!(std::env::var_os("CRASHER").is_some());
    let kinds =
        ["panic", "unwrap", "bounds", "non-string", "thread", "double", "extern", "unsound"];
    let cases: Vec<_> =
        CASES.iter().filter(|case| kinds.contains(&case.kind)).map(Case::aborting).collect();
    let others = CASES.iter().filter(|case| !case.is_panic()).cloned();
    let cases: Vec<_> = cases.into_iter().chain(others).collect();
    let conditions = [Condition::Plain, Condition::ClosedStreams, Condition::OneDescriptor];
    let all = |case| conditions.iter().map(move |condition| (case, *condition));
    check_all(&cases.iter().flat_map(all).collect::<Vec<_>>());
}

/// Checks random cells: none may lose a report or change the exit status.
fn check_random(count: usize) {
    let conditions = conditions();
    // Xorshift: Marsaglia, "Xorshift RNGs", 2003.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random_below = |max: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % max as u64).unwrap()
    };
    let cells: Vec<_> = (0..count)
        .map(|_| (&CASES[random_below(CASES.len())], conditions[random_below(conditions.len())]))
        .collect();
    let reports = cells
        .par_iter()
        .filter(|(case, condition)| check(case, *condition).outcome == Outcome::Stored);
    println!("{count} runs, {} stored reports", reports.count());
}

#[test]
fn some_random_runs() {
    check_random(40);
}

#[test]
#[ignore = "takes minutes"]
fn random_runs() {
    check_random(std::env::var("CRASH_RUNS").map_or(300, |count| count.parse().unwrap()));
}
