//! What `vittec check --fix` does: apply what is safe, until nothing more can be applied.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use vitte_diag::cli::DiagnosticArgs;
use vitte_diag::{Applicability, Edit, FileId, Policy, Span, Suggestion, Tool, fix, text};

use super::driver::{Check, Outcome};

/// The files of a check as they would be, and how many suggestions that took for each.
#[derive(Default)]
struct Fixed {
    files: BTreeMap<FileId, (Vec<u8>, usize)>,
}

/// Mends the files, checks them again, and shows what is left.
pub(crate) fn fix(
    paths: &[OsString],
    policy: &Policy,
    arguments: &DiagnosticArgs,
    tool: &Tool,
) -> io::Result<ExitCode> {
    // Past a limit of errors there is still something to mend.
    let check = Check::run(paths, &mut io::stdin(), &policy.clone().with_max_errors(0), None);
    let (mut written, mut fixed, mut failed) = (BTreeMap::new(), 0, false);
    for (id, (bytes, applied)) in Fixed::new(&check, policy).files {
        let Ok(file) = check.sources.file(id) else { continue };
        let Some(path) = file.disk_path() else { continue };
        match fix::replace(path, file.bytes(), &bytes) {
            Ok(()) => {
                written.insert(id, bytes);
                fixed += applied;
            }
            Err(error) => {
                failed = true;
                let path = text::one_line(file.path());
                writeln!(io::stderr(), "vittec: cannot write `{path}`: {}", error.kind)?;
            }
        }
    }
    let outcome = check.with_texts(&written, policy).show(arguments, tool, fixed)?;
    Ok(if failed { Outcome::Unreadable.exit_code() } else { outcome.exit_code() })
}

/// Prints what [`fix`] would change; the exit code is that of a check of the files as they are.
pub(crate) fn dry_run(paths: &[OsString], policy: Policy) -> io::Result<ExitCode> {
    let check = Check::run(paths, &mut io::stdin(), &policy.with_max_errors(0), None);
    let mut out = io::stdout().lock();
    let (mut fixed, mut files) = (0, 0);
    for (id, (bytes, applied)) in Fixed::new(&check, &check.policy).files {
        let Ok(file) = check.sources.file(id) else { continue };
        let diff = fix::diff(file.path(), file.bytes(), &bytes);
        if out.is_terminal() {
            out.write_all(safe(&diff).as_bytes())?;
        } else {
            out.write_all(&diff)?;
        }
        fixed += applied;
        files += 1;
    }
    out.flush()?;
    let plural = |count| if count == 1 { "" } else { "s" };
    let (problems, in_files) = (plural(fixed), plural(files));
    writeln!(io::stderr(), "would fix {fixed} problem{problems} in {files} file{in_files}")?;
    Ok(check.outcome().exit_code())
}

impl Fixed {
    /// Applies what is machine-applicable and checks again, each file for as long as less is left in
    /// it each time: so a second run finds nothing to change, and no file depends on the others.
    fn new(check: &Check, policy: &Policy) -> Self {
        let policy = policy.clone().with_max_errors(0);
        let mut fixed = Self::default();
        let mut before: Option<Check> = None;
        let mut done: BTreeSet<FileId> = BTreeSet::new();
        loop {
            let now = before.as_ref().unwrap_or(check);
            let mut todo = fixable(check, now);
            todo.retain(|id, _| !done.contains(id));
            if todo.is_empty() {
                return fixed;
            }
            let joined: Vec<_> =
                todo.values().flat_map(|suggestions| joined(suggestions)).collect();
            let applied = fix::apply(&now.sources, joined.iter().map(|(one, _)| one));
            let kept = fixed.files.iter().map(|(id, (text, _))| (*id, text.clone()));
            let texts = kept.chain(applied.files).collect();
            let next = check.with_texts(&texts, &policy);
            let left = fixable(check, &next);
            let is_less = |id| left.get(id).map_or(0, Vec::len) < todo.get(id).map_or(0, Vec::len);
            done.extend(todo.keys().filter(|id| !is_less(id)));
            for (one, count) in applied.applied.iter().filter_map(|&index| joined.get(index)) {
                if let Some(id) = file_of(one).filter(|id| !done.contains(id)) {
                    fixed.files.entry(id).or_default().1 += count;
                }
            }
            for (id, text) in texts.into_iter().filter(|(id, _)| !done.contains(id)) {
                fixed.files.entry(id).or_default().0 = text;
            }
            before = Some(next);
        }
    }
}

/// What may be applied unasked now, by the files that it is of, which were loaded for `check`.
fn fixable<'a>(check: &Check, now: &'a Check) -> BTreeMap<FileId, Vec<&'a Suggestion>> {
    let on_disk = |edit: &Edit| {
        check.sources.file(edit.span().file()).is_ok_and(|file| file.disk_path().is_some())
    };
    let suggestions =
        now.bag.ordered().into_iter().flat_map(|entry| entry.diagnostic.suggestions());
    let is_safe = |one: &&Suggestion| {
        let is_sure = one.applicability() == Applicability::MachineApplicable;
        is_sure && one.edits().iter().all(on_disk)
    };
    let mut files: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for one in suggestions.filter(is_safe) {
        if let Some(id) = file_of(one) {
            files.entry(id).or_default().push(one);
        }
    }
    files
}

fn file_of(suggestion: &Suggestion) -> Option<FileId> {
    suggestion.edits().first().map(|edit| edit.span().file())
}

/// The suggestions, each with how many it is: blocks that end at one place are closed there
/// together, the one that was opened last first. One by one it would be a check for each.
fn joined(suggestions: &[&Suggestion]) -> Vec<(Suggestion, usize)> {
    let mut joined = Vec::new();
    let mut inserts: BTreeMap<Span, Vec<&Suggestion>> = BTreeMap::new();
    for &one in suggestions {
        match one.edits() {
            [edit] if edit.span().is_empty() => inserts.entry(edit.span()).or_default().push(one),
            _ => joined.push((one.clone(), 1)),
        }
    }
    for (place, group) in inserts {
        let edits = group.iter().rev().flat_map(|one| one.edits());
        let text: String = edits.map(Edit::text).collect();
        let edit = Edit::insert(place.file(), place.lo(), text);
        let message = group.first().map_or_else(String::new, |one| one.message().to_owned());
        joined.push((
            Suggestion::single(message, edit, Applicability::MachineApplicable),
            group.len(),
        ));
    }
    joined
}

/// A diff that somebody looks at: nothing in it that the terminal would obey.
fn safe(diff: &[u8]) -> String {
    let diff = String::from_utf8_lossy(diff);
    let safe = |line: &str| {
        let parts: Vec<_> = line.split('\t').map(text::one_line).collect();
        parts.join("\t")
    };
    diff.lines().map(|line| safe(line) + "\n").collect()
}
