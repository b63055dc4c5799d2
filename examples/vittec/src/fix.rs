//! `vittec check --fix`: applies machine-applicable suggestions until no more can be applied.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use vitte_diag::cli::DiagnosticArgs;
use vitte_diag::{Applicability, Edit, FileId, Policy, Span, Suggestion, Tool, fix, text};

use super::driver::{Check, Outcome, usage};

/// The new contents of the files of a check, each with the number of suggestions that were applied.
#[derive(Default)]
struct FixedFiles {
    files: BTreeMap<FileId, (Vec<u8>, usize)>,
}

/// Fixes the files, checks them again, and shows the remaining diagnostics.
pub(crate) fn fix(
    paths: &[OsString],
    policy: &Policy,
    arguments: &DiagnosticArgs,
    tool: &Tool,
) -> io::Result<ExitCode> {
    // The limit of errors does not apply to fixes.
    let check = Check::run(paths, &mut io::stdin(), &policy.clone().with_max_errors(0), None);
    if has_stdin(paths) {
        warn_about_stdin()?;
    }
    remove_leftovers(&check)?;
    let (mut written, mut fixed, mut failed) = (BTreeMap::new(), 0, false);
    for (id, (bytes, applied)) in FixedFiles::new(&check, policy).files {
        let Ok(file) = check.sources.file(id) else { continue };
        let Some(path) = file.disk_path() else { continue };
        match fix::replace_within(path, check.roots(path), file.bytes(), &bytes) {
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
    let mut check = check.with_texts(&written, policy);
    if let Err(error) = arguments.apply_baseline(&mut check.bag, &check.sources) {
        return usage(&error.to_string());
    }
    let outcome = check.show(arguments, tool, fixed)?;
    Ok(if failed { Outcome::IoError.exit_code() } else { outcome.exit_code() })
}

/// Prints a diff of what [`fix`] would change. The exit code is that of a check of the unchanged files.
pub(crate) fn dry_run(paths: &[OsString], policy: Policy) -> io::Result<ExitCode> {
    let check = Check::run(paths, &mut io::stdin(), &policy.with_max_errors(0), None);
    let mut out = io::stdout().lock();
    let (mut fixed, mut files) = (0, 0);
    for (id, (bytes, applied)) in FixedFiles::new(&check, &check.policy).files {
        let Ok(file) = check.sources.file(id) else { continue };
        let diff = fix::diff(file.path(), file.bytes(), &bytes);
        if out.is_terminal() {
            out.write_all(escape_diff(&diff).as_bytes())?;
        } else {
            out.write_all(&diff)?;
        }
        fixed += applied;
        files += 1;
    }
    out.flush()?;
    for error in check.unreadable() {
        let notes: Vec<_> = error.notes().collect();
        writeln!(io::stderr(), "vittec: {}: {}", error.message(), notes.join("; "))?;
    }
    if has_stdin(paths) {
        warn_about_stdin()?;
    }
    if files > 0 {
        let (problems, in_files) = (text::plural("problem", fixed), text::plural("file", files));
        writeln!(io::stderr(), "would fix {fixed} {problems} in {files} {in_files}")?;
    } else if paths.iter().any(|path| path != "-") {
        writeln!(io::stderr(), "no fixes to apply")?;
    }
    Ok(check.outcome().exit_code())
}

/// Removes the temporary files of earlier runs that were killed.
fn remove_leftovers(check: &Check) -> io::Result<()> {
    // A directory that cannot be listed has been reported by the check.
    let removed: usize = check.dirs().filter_map(|dir| fix::remove_leftovers(dir).ok()).sum();
    if removed > 0 {
        let files = text::plural("file", removed);
        writeln!(
            io::stderr(),
            "vittec: removed {removed} temporary {files} of a run that was killed"
        )?;
    }
    Ok(())
}

fn has_stdin(paths: &[OsString]) -> bool {
    paths.iter().any(|path| path == "-")
}

fn warn_about_stdin() -> io::Result<()> {
    writeln!(io::stderr(), "vittec: standard input cannot be fixed; save it to a file first")
}

impl FixedFiles {
    /// Applies the machine-applicable suggestions and checks again. Repeats this for each file as long as the number
    /// of its suggestions decreases, so a second run finds nothing to change. The files are independent of each
    /// other.
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
                todo.values().flat_map(|suggestions| join_insertions(suggestions)).collect();
            let applied = fix::apply(&now.sources, joined.iter().map(|(suggestion, _)| suggestion));
            let earlier = fixed.files.iter().map(|(id, (text, _))| (*id, text.clone()));
            let texts = earlier.chain(applied.files).collect();
            let next = check.with_texts(&texts, &policy);
            let remaining = fixable(check, &next);
            let has_decreased =
                |id| remaining.get(id).map_or(0, Vec::len) < todo.get(id).map_or(0, Vec::len);
            done.extend(todo.keys().filter(|id| !has_decreased(id)));
            for (suggestion, count) in applied.applied.iter().filter_map(|&index| joined.get(index))
            {
                if let Some(id) = file_of(suggestion).filter(|id| !done.contains(id)) {
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

/// Returns the machine-applicable suggestions of `now` by file. Only files that `check` loaded from disk are fixed.
fn fixable<'a>(check: &Check, now: &'a Check) -> BTreeMap<FileId, Vec<&'a Suggestion>> {
    let on_disk = |edit: &Edit| {
        check.sources.file(edit.span().file()).is_ok_and(|file| file.disk_path().is_some())
    };
    let suggestions =
        now.bag.ordered().into_iter().flat_map(|entry| entry.diagnostic.suggestions());
    let is_applicable = |suggestion: &&Suggestion| {
        let is_certain = suggestion.applicability() == Applicability::MachineApplicable;
        is_certain && suggestion.edits().iter().all(on_disk)
    };
    let mut files: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for suggestion in suggestions.filter(is_applicable) {
        if let Some(id) = file_of(suggestion) {
            files.entry(id).or_default().push(suggestion);
        }
    }
    files
}

fn file_of(suggestion: &Suggestion) -> Option<FileId> {
    suggestion.edits().first().map(|edit| edit.span().file())
}

/// Joins insertions at the same offset into one suggestion, and returns each suggestion with the number of those it
/// replaces. They are closers of blocks that end at the same offset, and the innermost block is closed first. As
/// separate suggestions they would overlap, and each would need another check.
fn join_insertions(suggestions: &[&Suggestion]) -> Vec<(Suggestion, usize)> {
    let mut joined = Vec::new();
    let mut inserts: BTreeMap<Span, Vec<&Suggestion>> = BTreeMap::new();
    for &suggestion in suggestions {
        match suggestion.edits() {
            [edit] if edit.span().is_empty() => {
                inserts.entry(edit.span()).or_default().push(suggestion);
            }
            _ => joined.push((suggestion.clone(), 1)),
        }
    }
    for (span, group) in inserts {
        let edits = group.iter().rev().flat_map(|suggestion| suggestion.edits());
        let text: String = edits.map(Edit::text).collect();
        let edit = Edit::insert(span.file(), span.lo(), text);
        let message =
            group.first().map_or_else(String::new, |suggestion| suggestion.message().to_owned());
        joined.push((
            Suggestion::single(message, edit, Applicability::MachineApplicable),
            group.len(),
        ));
    }
    joined
}

/// Escapes the control characters of a diff for a terminal. Tabs are unchanged.
fn escape_diff(diff: &[u8]) -> String {
    let diff = String::from_utf8_lossy(diff);
    let escape = |line: &str| {
        let parts: Vec<_> = line.split('\t').map(text::one_line).collect();
        parts.join("\t")
    };
    diff.lines().map(|line| escape(line) + "\n").collect()
}
