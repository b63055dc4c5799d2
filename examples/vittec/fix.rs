//! What `vittec check --fix` does: apply what is safe, until nothing more can be applied.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use vitte_diag::cli::DiagnosticArgs;
use vitte_diag::{Applicability, Edit, FileId, Policy, Suggestion, Tool, fix, text};

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
    let check = Check::run(paths, &mut io::stdin(), &policy.clone().with_max_errors(0));
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
    let outcome = super::show(&check.with_texts(&written, policy), arguments, tool, fixed)?;
    Ok(if failed { Outcome::Unreadable.exit_code() } else { outcome.exit_code() })
}

/// Prints what [`fix`] would change; the exit code is that of a check of the files as they are.
pub(crate) fn dry_run(paths: &[OsString], policy: Policy) -> io::Result<ExitCode> {
    let check = Check::run(paths, &mut io::stdin(), &policy.with_max_errors(0));
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
    /// Applies what is machine-applicable and checks again, for as long as less is left each time:
    /// so a second run finds nothing to change.
    fn new(check: &Check, policy: &Policy) -> Self {
        let policy = policy.clone().with_max_errors(0);
        let mut fixed = Self::default();
        let mut texts = BTreeMap::new();
        let mut before: Option<Check> = None;
        loop {
            let now = before.as_ref().unwrap_or(check);
            let todo = fixable(check, now);
            let applied = fix::apply(&now.sources, todo.iter().copied());
            if applied.files.is_empty() {
                return fixed;
            }
            texts.extend(applied.files);
            let next = check.with_texts(&texts, &policy);
            if fixable(check, &next).len() >= todo.len() {
                return fixed;
            }
            for one in applied.applied.iter().filter_map(|&index| todo.get(index)) {
                if let Some(edit) = one.edits().first() {
                    fixed.files.entry(edit.span().file()).or_default().1 += 1;
                }
            }
            for (id, text) in &texts {
                fixed.files.entry(*id).or_default().0.clone_from(text);
            }
            before = Some(next);
        }
    }
}

/// What may be applied unasked now, in files that were loaded for `check`.
fn fixable<'a>(check: &Check, now: &'a Check) -> Vec<&'a Suggestion> {
    let on_disk = |edit: &Edit| {
        check.sources.file(edit.span().file()).is_ok_and(|file| file.disk_path().is_some())
    };
    let suggestions =
        now.bag.ordered().into_iter().flat_map(|entry| entry.diagnostic.suggestions());
    let is_safe = |one: &&Suggestion| {
        let is_sure = one.applicability() == Applicability::MachineApplicable;
        is_sure && one.edits().iter().all(on_disk)
    };
    suggestions.filter(is_safe).collect()
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
