//! Shows what `replay` and `reduce` will run, and asks for a confirmation.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, Write};

use clap::Args;
use vitte_capsule::reduce::SourceSize;
use vitte_capsule::replay::{ReplayPlan, ReplayVariable, VariableOrigin};
use vitte_capsule::shell_command;
use vitte_diag::text::{self, one_line};

use super::page;
use super::shell::{CommandResult, Failure, Shell};

/// The arguments of `replay` and `reduce` about what is shown and asked.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct AskArgs {
    /// Run the program without asking for confirmation
    #[arg(long, short)]
    yes: bool,
    /// Show what would be run, and run nothing
    #[arg(long, conflicts_with_all = ["yes", "json"])]
    dry_run: bool,
    /// Show all files of the capsule, not only the first 20
    #[arg(long)]
    list_files: bool,
}

impl AskArgs {
    /// Shows the plan and asks whether it may be run, unless the user has passed `--yes`. Returns false after
    /// `--dry-run`.
    pub(super) fn confirm(
        self,
        plan: &ReplayPlan<'_>,
        limit: &str,
        shell: &mut Shell<'_>,
    ) -> CommandResult<bool> {
        if self.dry_run {
            show(plan, limit, self.list_files, shell.out)?;
            return Ok(false);
        }
        show(plan, limit, self.list_files, shell.err)?;
        let refused = |why: &str| Err(Failure::Message(why.to_owned()));
        match if self.yes { Some(true) } else { shell.confirm("run it?")? } {
            Some(true) => Ok(true),
            Some(false) => refused("the program was not run"),
            None => refused("cannot ask for confirmation (stdin is not a terminal); pass --yes"),
        }
    }
}

/// Writes what will be run: all that decides what happens. Everything from the capsule is quoted as a shell reads it, so
/// that a line feed or another invisible character cannot be taken for something else.
///
/// ```text
/// about to run:
///   command      /usr/bin/vittec check src/main.vitte
///   recorded by  vittec 0.1.0 (commit 7991911, release); the program may be another version
///   directory    /tmp/vitte-replay-XXXXXX/work, new and removed afterwards
///   files        2 files from the capsule, 2001 lines, 13.20 KiB
///                      12 B  Makefile
///                 13.19 KiB  src/main.vitte
///   input        none
///   environment  LANG=C.UTF-8 from the capsule
///                PATH=/usr/bin:/bin
///                TMPDIR=/tmp/vitte-replay-XXXXXX/tmp
///                VITTE_CRASH_DIR=/tmp/vitte-replay-XXXXXX/crashes
///   time limit   10 s
///   note         variables of the capsule that are not set, …: LD_PRELOAD
/// ```
fn show(
    plan: &ReplayPlan<'_>,
    limit: &str,
    list_files: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "about to run:")?;
    row("command", &command(plan), out)?;
    let is_same = match plan.is_same_build {
        Some(true) => "; the program has its build id",
        Some(false) => "",
        None => "; the program may be another version",
    };
    let recorded = format!("{}{is_same}", plan.recorded_by);
    row("recorded by", &recorded, out)?;
    let end = if plan.keeps_dir() { "new and kept" } else { "new and removed afterwards" };
    row("directory", &format!("{}, {end}", word(plan.dir().as_os_str())), out)?;
    show_files(plan, list_files, out)?;
    let stdin = plan.stdin().map(|file| format!("the file {}", word(OsStr::new(file))));
    row("input", &stdin.unwrap_or_else(|| "none".to_owned()), out)?;
    for (index, variable) in plan.variables().iter().enumerate() {
        row(if index == 0 { "environment" } else { "" }, &assignment(variable), out)?;
    }
    row("time limit", limit, out)?;
    plan.notes.iter().try_for_each(|note| row("note", &one_line(note), out))
}

fn row(name: &str, value: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {name:11}  {value}")
}

/// Files that are shown without `--list-files`.
const MAX_FILES: usize = 20;
/// The kinds of files of which the rest is counted.
const MAX_KINDS: usize = 6;

/// Writes the files of the capsule, those of the rarest kinds first: among a thousand sources, a `Makefile` is what a
/// program might read unasked.
fn show_files(plan: &ReplayPlan<'_>, list_files: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut files: Vec<(&str, &[u8])> = plan.sources().collect();
    let lines = |text: &[u8]| text.split_inclusive(|byte| *byte == b'\n').count();
    let lines: usize = files.iter().map(|(_, text)| lines(text)).sum();
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let (count, files_noun) = (files.len(), text::plural("file", files.len()));
    let (lines_noun, bytes) = (text::plural("line", lines), page::size(bytes as u64));
    let summary = format!("{count} {files_noun} from the capsule, {lines} {lines_noun}, {bytes}");
    row("files", &summary, out)?;
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    files.iter().for_each(|(path, _)| *kinds.entry(kind(path)).or_default() += 1);
    files.sort_by_key(|(path, _)| (kinds.get(kind(path)).copied(), *path));
    let shown = if list_files { files.len() } else { files.len().min(MAX_FILES) };
    let (shown, rest) = files.split_at_checked(shown).unwrap_or((&files, &[]));
    for (path, text) in shown {
        let size = page::size(text.len() as u64);
        row("", &format!("{size:>10}  {}", word(OsStr::new(path))), out)?;
    }
    if rest.is_empty() {
        return Ok(());
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    rest.iter().for_each(|(path, _)| *kinds.entry(kind(path)).or_default() += 1);
    let mut kinds: Vec<(&str, usize)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, count)| *count);
    let named = kinds.iter().take(MAX_KINDS);
    let mut named: Vec<_> =
        named.map(|(kind, count)| format!("{count} {}", word(OsStr::new(kind)))).collect();
    if kinds.len() > MAX_KINDS {
        named.push(format!("{} other kinds", kinds.len() - MAX_KINDS));
    }
    let more = text::more("file", rest.len());
    row("", &format!("... {more} ({}); --list-files shows all", named.join(", ")), out)
}

/// Returns the extension of a path with its dot, or the whole name if it has none.
fn kind(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.').and_then(|dot| name.get(dot..)).unwrap_or(name)
}

/// Returns a variable as a shell assigns it, and where its value comes from.
fn assignment(ReplayVariable { name, value, origin, .. }: &ReplayVariable) -> String {
    let origin = match origin {
        VariableOrigin::Capsule => " from the capsule",
        _ => "",
    };
    format!("{}={}{origin}", one_line(name), word(value))
}

/// Returns one word, quoted for a shell.
fn word(text: &OsStr) -> String {
    shell_command(&[text])
}

/// Returns the command line, quoted for a shell.
fn command(plan: &ReplayPlan<'_>) -> String {
    let arguments = plan.arguments.iter().map(OsStr::new);
    shell_command(&std::iter::once(plan.program.as_os_str()).chain(arguments).collect::<Vec<_>>())
}

/// `2000 lines in 1 file`
pub(super) fn size(size: SourceSize) -> String {
    let (lines, files) = (text::plural("line", size.lines), text::plural("file", size.files));
    format!("{} {lines} in {} {files}", size.lines, size.files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_file_is_its_extension_or_its_name() {
        let kinds = ["a/b.c", "a.d/Makefile", "json.py", ".x", "", "a."].map(kind);
        assert_eq!(kinds, [".c", "Makefile", ".py", ".x", "", "."]);
    }
}
