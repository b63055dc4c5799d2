//! Applies the suggestions of a case, and checks the fixed source.

use std::collections::BTreeMap;

use vitte_diag::{Applicability, Code, Diagnostic, Severity, Suggestion, fix};

use crate::files::FIXED;
use crate::golden::{Compared, Goldens, shown};
use crate::normalize::Rules;
use crate::output::{Compile, Input, Output};
use crate::problem::Problem;

/// The maximum number of times that suggestions are applied. Each time those are left whose edits overlapped.
const MAX_ROUNDS: usize = 16;

/// Applies the machine-applicable suggestions, compares the result with the golden `case.fixed`, and compiles it again.
/// Diagnostics that had no such suggestion may remain; all others have to be gone, and none may be new.
pub(crate) fn check(
    compiler: &dyn Compile,
    input: Input<'_>,
    output: &Output,
    goldens: Goldens<'_>,
) -> Compared {
    let golden = goldens.existing(FIXED);
    let Some(mut text) = apply(output) else {
        return match golden {
            Some(path) => {
                let message =
                    format!("{} exists, but no suggestion is machine-applicable", shown(&path));
                Compared { problems: vec![Problem::message(message)], ..Compared::default() }
            }
            None => Compared::default(),
        };
    };
    let mut after = compiler.compile(Input { text: &text, is_changed: true, ..input });
    for _ in 1..MAX_ROUNDS {
        match apply(&after).filter(|next| *next != text) {
            Some(next) => text = next,
            None => break,
        }
        after = compiler.compile(Input { text: &text, is_changed: true, ..input });
    }
    let fixed = String::from_utf8_lossy(&text);
    // A fixed source is not normalized: it contains what the user gets.
    let mut compared = goldens.compare(FIXED, golden, &fixed, &Rules::new(&Vec::new));
    compared.problems.extend(remaining(output, &after));
    compared
}

/// Returns the source after the machine-applicable suggestions, or `None` if there are none in the case.
fn apply(output: &Output) -> Option<Vec<u8>> {
    let all = output.diagnostics.iter().flat_map(Diagnostic::all_suggestions);
    let suggestions: Vec<&Suggestion> =
        all.filter(|suggestion| is_applied(suggestion, output)).collect();
    let mut applied = fix::apply(&output.sources, suggestions);
    applied.files.remove(&output.file)
}

fn is_applied(suggestion: &Suggestion, output: &Output) -> bool {
    let in_case = |suggestion: &Suggestion| {
        suggestion.edits().iter().all(|edit| edit.span().file() == output.file)
    };
    suggestion.applicability() == Applicability::MachineApplicable
        && !suggestion.has_alternatives()
        && in_case(suggestion)
}

/// Returns the problems of the fixed source.
fn remaining(before: &Output, after: &Output) -> Vec<Problem> {
    let key = |diagnostic: &'_ Diagnostic| -> (Severity, Option<Code>, String) {
        (diagnostic.severity(), diagnostic.code(), diagnostic.message().to_owned())
    };
    let has_fix = |diagnostic: &&Diagnostic| {
        diagnostic.all_suggestions().any(|suggestion| is_applied(suggestion, before))
    };
    let mut allowed: BTreeMap<(Severity, Option<Code>, String), usize> = BTreeMap::new();
    for diagnostic in before.diagnostics.iter().filter(|diagnostic| !has_fix(diagnostic)) {
        *allowed.entry(key(diagnostic)).or_default() += 1;
    }
    let mut problems = after.problems.clone();
    for diagnostic in &after.diagnostics {
        match allowed.get_mut(&key(diagnostic)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => problems.push(
                Problem::message("the fixed source still has this diagnostic")
                    .with_text(diagnostic.render(&after.sources)),
            ),
        }
    }
    problems
}
