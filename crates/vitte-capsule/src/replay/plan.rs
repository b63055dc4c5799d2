//! The plan of a replay, which can be shown before it is run.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use vitte_diag::text;

use super::crashes::Expected;
use super::environment::{ReplayEnvironment, ReplayVariable};
use super::layout::{AmbiguousArgument, Layout};
use super::{REDACTED, Replay, ReplayError, STDIN, program, sandbox};
use crate::environment::SafeVariables;
use crate::report::CrashReport;

/// The limits that the crash handler has for a recorded command line.
const MAX_ARGUMENTS: usize = 64;
const MAX_ARGUMENT_BYTES: usize = 512;
/// The maximum length of a recorded command line that is run, in bytes. A longer one was not recorded by a crash handler,
/// and could not be checked by a person.
const MAX_COMMAND_BYTES: usize = 2 * MAX_ARGUMENTS * MAX_ARGUMENT_BYTES;
/// The number of names in a note.
const MAX_NAMES: usize = 8;
/// The maximum length of a name in a note, in bytes.
const MAX_NAME_BYTES: usize = 100;

/// What a [`Replay`] will do. The caller should show it to the user before running it.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplayPlan<'a> {
    /// The absolute path of the program.
    pub program: PathBuf,
    /// The arguments, with the paths of the unpacked sources.
    pub arguments: Vec<String>,
    /// The program that crashed, as its report names it: name, version, commit and build profile.
    pub recorded_by: String,
    /// Whether the program has the build id of the one that crashed, or `None` if one of them is not known, or without the
    /// feature `symbols`. If they differ, a note says so.
    pub is_same_build: Option<bool>,
    /// Notes for the user, one sentence each: what is missing, unsafe or guessed.
    pub notes: Vec<String>,
    pub(super) replay: &'a Replay<'a>,
    /// The path of each source, relative to the current directory of the program.
    pub(super) paths: Vec<String>,
    /// The path of the source that is passed as standard input.
    pub(super) stdin: Option<String>,
    pub(super) environment: ReplayEnvironment,
    pub(super) expected: Arc<Expected>,
}

impl<'a> Replay<'a> {
    /// Plans the replay without running anything.
    ///
    /// A program with a relative path is looked up from the current directory, then by its file name in `PATH`; a
    /// program without a path only in `PATH`.
    ///
    /// An argument (or, for `--flag=value`, the value) that names a source is replaced by the path of the
    /// unpacked source. An absolute path, or one that contains `..`, need not be the exact path of the source:
    /// it also names a source if it ends with the source's path, or if the source's path ends with it, leading
    /// `../` removed. If several sources fit, the one with the longest path is used, and a
    /// [note](ReplayPlan::notes) says so if another one fits equally well.
    ///
    /// # Errors
    ///
    /// A [`ReplayError`] if there is no command, it is too long, an argument is redacted, or the program is not found or
    /// not executable.
    pub fn plan(&'a self) -> Result<ReplayPlan<'a>, ReplayError> {
        let (name, arguments) = self.command_line()?;
        if let Some(argument) = arguments.iter().find(|argument| argument.contains(REDACTED)) {
            return Err(ReplayError::RedactedArgument { argument: argument.clone() });
        }
        let program = program::find(name)?;
        let sources = &self.capsule.sources;
        let layout = Layout::new(sources, arguments);
        let stdin =
            sources.iter().zip(&layout.paths).find(|(source, _)| STDIN.contains(&&*source.file));
        let stdin = stdin.map(|(_, path)| path.clone());
        let own_variables = self.own_variables(&program);
        let environment = ReplayEnvironment::new(&self.capsule.environment, &own_variables);
        let mut notes = self.notes(arguments, &layout);
        notes.extend(environment_notes(&environment));
        let is_same_build = self.compare_build(&program, &mut notes);
        Ok(ReplayPlan {
            program,
            arguments: layout.arguments,
            recorded_by: build(&self.capsule.report),
            is_same_build,
            notes,
            replay: self,
            paths: layout.paths,
            stdin,
            environment,
            expected: Arc::new(Expected::new(self.capsule, self.is_lenient)),
        })
    }

    #[cfg(feature = "symbols")]
    fn compare_build(&self, program: &std::path::Path, notes: &mut Vec<String>) -> Option<bool> {
        let (is_same, note) = super::compiler::compare(program, &self.capsule.report)?;
        if !is_same {
            notes.insert(0, note);
        }
        Some(is_same)
    }

    #[cfg(not(feature = "symbols"))]
    const fn compare_build(&self, _: &std::path::Path, _: &mut Vec<String>) -> Option<bool> {
        None
    }

    /// Returns the name of the program, and its arguments.
    fn command_line(&self) -> Result<(&str, &[String]), ReplayError> {
        let recorded = &*self.capsule.report.args;
        if self.command.len() <= 1 {
            let bytes = recorded.iter().map(String::len).sum();
            if recorded.len() > MAX_ARGUMENTS || bytes > MAX_COMMAND_BYTES {
                let arguments = recorded.len();
                return Err(ReplayError::CommandTooLong { arguments, bytes });
            }
        }
        match (&*self.command, recorded) {
            ([name], [_, arguments @ ..]) => Ok((name, arguments)),
            ([name, arguments @ ..], _) => Ok((name, arguments)),
            ([], [name, arguments @ ..]) => Ok((name, arguments)),
            ([], []) => Err(ReplayError::NoCommand),
        }
    }

    /// Returns the variables that are taken from the capsule. The prefix comes from the program that is run, not from the
    /// name in the report; and only a program with the crash handler has variables of its own, because other programs
    /// with such variables (`git`, `bash`, `node`) let them run code.
    fn own_variables(&self, program: &std::path::Path) -> SafeVariables {
        if let Some(prefix) = &self.environment_prefix {
            return SafeVariables::with_prefix(prefix.clone());
        }
        let name = program.file_stem().unwrap_or_default().to_string_lossy();
        let of_program = SafeVariables::of_program(&name);
        let mut recorded = self.capsule.environment.keys();
        let has_own = recorded.any(|name| name.starts_with(of_program.prefix()));
        match has_own && of_program.has_distinct_prefix() && program::has_crash_handler(program) {
            true => of_program,
            false => SafeVariables::with_prefix(""),
        }
    }

    fn notes(&self, arguments: &[String], layout: &Layout) -> Vec<String> {
        let recorded = &self.capsule.report.args;
        let mut notes = Vec::new();
        if self.capsule.sources.is_empty() {
            notes.push("the capsule has no sources".to_owned());
        }
        if arguments.is_empty() {
            notes.push("the command line has no arguments".to_owned());
        }
        let may_be_truncated = self.command.len() <= 1
            && (recorded.len() >= MAX_ARGUMENTS
                || recorded.iter().any(|argument| argument.len() + 3 >= MAX_ARGUMENT_BYTES));
        if may_be_truncated {
            notes.push("the recorded command line may be truncated".to_owned());
        }
        if arguments.iter().any(|argument| argument.contains(char::REPLACEMENT_CHARACTER)) {
            notes.push(
                "an argument may have been recorded incompletely: it was not UTF-8".to_owned(),
            );
        }
        notes.extend(layout.ambiguous.iter().map(AmbiguousArgument::note));
        if !layout.outside.is_empty() {
            notes.push(with_names("read from this machine, not from the capsule", &layout.outside));
        }
        notes
    }
}

fn environment_notes(environment: &ReplayEnvironment) -> impl Iterator<Item = String> {
    let lists = [
        ("variables not set, because their values are redacted", &environment.redacted),
        (
            "variables of the capsule that are not set, because they may make a program run other code",
            &environment.rejected,
        ),
    ];
    let lists = lists.into_iter().filter(|(_, names)| !names.is_empty());
    lists.map(|(note, names)| with_names(note, names))
}

/// Returns a note with the first names of a list.
fn with_names(note: &str, names: &[String]) -> String {
    let shown = names.iter().take(MAX_NAMES);
    let mut shown: Vec<_> = shown
        .map(|name| match text::truncate(name, MAX_NAME_BYTES) {
            head if head.len() < name.len() => format!("{}...", text::one_line(head)),
            name => text::one_line(name).into_owned(),
        })
        .collect();
    let omitted = names.len().saturating_sub(MAX_NAMES);
    if omitted > 0 {
        shown.push(format!("and {omitted} more"));
    }
    format!("{note}: {}", shown.join(", "))
}

/// Returns the program that crashed: `vittec 0.1.0 (commit 1a2b3c, release)`, on one line.
pub(super) fn build(report: &CrashReport) -> String {
    let short = |text: &str| {
        let head = text::truncate(text, MAX_NAME_BYTES);
        let dots = if head.len() < text.len() { "..." } else { "" };
        format!("{}{dots}", text::one_line(head))
    };
    let mut build = short(&report.program);
    match &*report.version {
        "" => build += " (unknown version",
        version => build += &format!(" {} (", short(version)),
    }
    let commit = report.commit.as_ref().map(|commit| format!("commit {}", short(commit)));
    let details: Vec<_> = commit.into_iter().chain(report.build.as_deref().map(short)).collect();
    let separator = if build.ends_with('(') || details.is_empty() { "" } else { ", " };
    build += separator;
    build += &details.join(", ");
    match build.strip_suffix(" (") {
        Some(build) => build.to_owned(),
        None => build + ")",
    }
}

impl ReplayPlan<'_> {
    /// What stands for the random part of the directory's name in a plan, because the directory is created later.
    pub const DIR_PATTERN: &'static str = "XXXXXX";

    /// Returns the directory in which the sources are unpacked, and in which the program runs.
    #[must_use]
    pub fn dir(&self) -> PathBuf {
        self.root().join(sandbox::WORK)
    }

    fn root(&self) -> PathBuf {
        sandbox::parent().join(format!("{}{}", sandbox::PREFIX, Self::DIR_PATTERN))
    }

    /// Returns whether the directory is kept after the run.
    #[must_use]
    pub const fn keeps_dir(&self) -> bool {
        self.replay.keep_dir
    }

    /// Returns all environment variables that the program will have, sorted by name.
    #[must_use]
    pub fn variables(&self) -> Vec<ReplayVariable> {
        self.environment.all(&self.root())
    }

    /// Returns the path of each source, relative to [`dir`](Self::dir), and its text.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let sources = self.replay.capsule.sources.iter().zip(&self.paths);
        sources.map(|(source, path)| (&**path, &*source.text))
    }

    /// Returns the path of the source that is passed as standard input, or `None` if standard input is empty.
    #[must_use]
    pub fn stdin(&self) -> Option<&str> {
        self.stdin.as_deref()
    }

    /// Returns the time limit.
    #[must_use]
    pub const fn time_limit(&self) -> Duration {
        self.replay.time_limit
    }

    /// Returns the path of a source of the capsule, relative to the directory of the replay.
    pub(crate) fn path_of(&self, file: &str) -> Option<&str> {
        let sources = self.replay.capsule.sources.iter().zip(&self.paths);
        let mut matching = sources.filter(|(source, _)| source.file == file);
        matching.next().map(|(_, path)| &**path)
    }

    /// Returns whether the recorded program is run.
    pub(crate) fn is_recorded(&self) -> bool {
        self.replay.command.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::report;

    #[test]
    fn the_recorded_program_is_named_as_far_as_it_is_known() {
        let mut report = report();
        let mut named = |version: &str, commit: Option<&str>, profile: Option<&str>| {
            report.version = version.to_owned();
            report.commit = commit.map(str::to_owned);
            report.build = profile.map(str::to_owned);
            build(&report)
        };
        assert_eq!(named("1.2", Some("ab"), Some("debug")), "vittec 1.2 (commit ab, debug)");
        assert_eq!(named("1.2", None, None), "vittec 1.2");
        assert_eq!(named("", None, None), "vittec (unknown version)");
        assert_eq!(named("", None, Some("debug")), "vittec (unknown version, debug)");
        assert_eq!(named("1\n\u{202e}", None, None), "vittec 1\\n<U+202E>");
        assert!(named(&"1".repeat(5000), None, None).len() < 200);
    }

    #[test]
    fn notes_are_short() {
        let names: Vec<String> = (0..100_000).map(|index| index.to_string()).collect();
        assert_eq!(with_names("n", &names), "n: 0, 1, 2, 3, 4, 5, 6, 7, and 99992 more");
        assert!(with_names("n", &["x\n".repeat(5000)]).len() < 300);
    }
}
