//! Applies the suggestions of a case, and checks the fixed source.

use std::collections::BTreeMap;
use std::path::PathBuf;

use vitte_diag::{Applicability, Code, Diagnostic, Severity, Suggestion, fix};

use crate::files::FIXED;
use crate::golden::{Compared, Goldens, shown};
use crate::output::{Compile, Input, Output};
use crate::problem::Problem;

/// The maximum number of times that suggestions are applied. Suggestions whose edits overlap are applied one after another.
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
    if suggestions(output).is_empty() {
        let problem = |path: PathBuf| {
            let path = shown(&path);
            Problem::message(format!("{path} exists, but no suggestion is machine-applicable"))
        };
        return Compared {
            problems: golden.map(problem).into_iter().collect(),
            ..Compared::default()
        };
    }
    let (text, problems) = fixed(compiler, input, output);
    if !problems.is_empty() {
        // What a wrong fix writes is not worth a golden.
        return Compared { problems, ..Compared::default() };
    }
    goldens.compare_bytes(FIXED, golden, &text)
}

/// Returns the source after all rounds of suggestions, and what is wrong with it.
fn fixed(compiler: &dyn Compile, input: Input<'_>, before: &Output) -> (Vec<u8>, Vec<Problem>) {
    let mut text = input.text.to_vec();
    let mut after: Option<Output> = None;
    for _ in 0..MAX_ROUNDS {
        let now = after.as_ref().unwrap_or(before);
        let left = suggestions(now).len();
        match apply(now).filter(|next| *next != text) {
            Some(next) => text = next,
            None => break,
        }
        let next = compiler.compile(Input { text: &text, is_changed: true, ..input });
        let new = new_diagnostics(before, &next);
        if !new.is_empty() || next.is_crashed {
            return (text, of_fixed(&next).chain(new).collect());
        }
        let remaining = suggestions(&next).len();
        after = Some(next);
        if remaining == 0 || remaining >= left {
            break;
        }
    }
    let Some(after) = after else {
        return (text, vec![Problem::message("a machine-applicable suggestion changes nothing")]);
    };
    let problems = of_fixed(&after).chain(unfixed_diagnostics(before, &after)).collect();
    (text, problems)
}

/// Returns what is wrong with the compilation of a fixed source.
fn of_fixed(output: &Output) -> impl Iterator<Item = Problem> {
    let note = "this is about the source after its machine-applicable suggestions";
    output.problems.iter().map(|problem| problem.clone().with_note(note))
}

/// Returns the suggestions that a tool may apply to the case without asking.
fn suggestions(output: &Output) -> Vec<&Suggestion> {
    let all = output.diagnostics.iter().flat_map(Diagnostic::all_suggestions);
    all.filter(|suggestion| is_applied(suggestion, output)).collect()
}

/// Returns the source after the suggestions, or `None` if they leave it unchanged.
fn apply(output: &Output) -> Option<Vec<u8>> {
    fix::apply(&output.sources, suggestions(output)).files.remove(&output.file)
}

fn is_applied(suggestion: &Suggestion, output: &Output) -> bool {
    let is_in_case = suggestion.edits().iter().all(|edit| edit.span().file() == output.file);
    suggestion.applicability() == Applicability::MachineApplicable
        && !suggestion.has_alternatives()
        && is_in_case
}

/// What diagnostics before and after a fix have in common. Their locations differ.
type Key<'d> = (Severity, Option<Code>, &'d str);

fn key(diagnostic: &Diagnostic) -> Key<'_> {
    (diagnostic.severity(), diagnostic.code(), diagnostic.message())
}

fn new_diagnostics(before: &Output, after: &Output) -> Vec<Problem> {
    let known = before.diagnostics.iter();
    beyond(known, after, "a machine-applicable suggestion leads to this diagnostic")
}

/// Returns a problem for each diagnostic that is left although it had a suggestion.
fn unfixed_diagnostics(before: &Output, after: &Output) -> Vec<Problem> {
    let has_fix = |diagnostic: &&Diagnostic| {
        diagnostic.all_suggestions().any(|suggestion| is_applied(suggestion, before))
    };
    let without_fix = before.diagnostics.iter().filter(|diagnostic| !has_fix(diagnostic));
    beyond(without_fix, after, "the fixed source still has this diagnostic")
}

/// Returns a problem for each diagnostic of `output` that is not one of `known`, each of which counts once.
fn beyond<'d>(
    known: impl Iterator<Item = &'d Diagnostic>,
    output: &Output,
    message: &'static str,
) -> Vec<Problem> {
    let mut left: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for diagnostic in known {
        *left.entry(key(diagnostic)).or_default() += 1;
    }
    let mut problems = Vec::new();
    for diagnostic in &output.diagnostics {
        match left.get_mut(&key(diagnostic)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => problems
                .push(Problem::message(message).with_text(diagnostic.render(&output.sources))),
        }
    }
    problems
}
