//! The plan of a replay, which can be shown before it is run.

use std::path::PathBuf;
use std::time::Duration;

use vitte_diag::text;

use super::environment::ReplayEnvironment;
use super::layout::{AmbiguousArgument, Layout};
use super::{REDACTED, Replay, ReplayError, STDIN, program};
use crate::repository::Repository;

/// The limits that the crash handler has for a recorded command line.
const MAX_ARGUMENTS: usize = 64;
const MAX_ARGUMENT_BYTES: usize = 512;

/// What a [`Replay`] will do. The caller should show it to the user before running it.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplayPlan<'a> {
    /// The absolute path of the program.
    pub program: PathBuf,
    /// The arguments, with the paths of the unpacked sources.
    pub arguments: Vec<String>,
    /// Notes for the user, one sentence each: what is missing, unsafe or guessed.
    pub notes: Vec<String>,
    pub(super) replay: &'a Replay<'a>,
    /// The path of each source, relative to the directory of the replay.
    pub(super) paths: Vec<String>,
    /// The path of the source that is passed as standard input.
    pub(super) stdin: Option<String>,
    pub(super) environment: ReplayEnvironment,
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
    /// A [`ReplayError`] if there is no command, an argument is redacted, or the program is not found or not
    /// executable.
    pub fn plan(&'a self) -> Result<ReplayPlan<'a>, ReplayError> {
        let recorded = &self.capsule.report.args;
        let (name, arguments) = match (&*self.command, &**recorded) {
            ([name], [_, arguments @ ..]) => (name, arguments),
            ([name, arguments @ ..], _) => (name, arguments),
            ([], [name, arguments @ ..]) => (name, arguments),
            ([], []) => return Err(ReplayError::NoCommand),
        };
        if let Some(argument) = arguments.iter().find(|argument| argument.contains(REDACTED)) {
            return Err(ReplayError::RedactedArgument { argument: argument.clone() });
        }
        let program = program::find(name)?;
        let sources = &self.capsule.sources;
        let Layout { paths, arguments: rewritten, outside, ambiguous } =
            Layout::new(sources, arguments);
        let stdin = sources.iter().zip(&paths).find(|(source, _)| source.file == STDIN);
        let stdin = stdin.map(|(_, path)| path.clone());
        let environment = ReplayEnvironment::new(&self.capsule.environment);
        let mut notes = Vec::new();
        if sources.is_empty() {
            notes.push("the capsule has no sources".to_owned());
        }
        if rewritten.is_empty() {
            notes.push("the command line has no arguments".to_owned());
        }
        let may_be_truncated = self.command.len() <= 1
            && (recorded.len() >= MAX_ARGUMENTS
                || recorded.iter().any(|argument| argument.len() + 3 >= MAX_ARGUMENT_BYTES));
        if may_be_truncated {
            notes.push("the recorded command line may be truncated".to_owned());
        }
        notes.extend(ambiguous.iter().map(AmbiguousArgument::note));
        let with_names = |note: &str, names: &[String]| {
            let names: Vec<_> = names.iter().map(|name| text::one_line(name)).collect();
            format!("{note}: {}", names.join(", "))
        };
        if !outside.is_empty() {
            notes.push(with_names("read from this machine, not from the capsule", &outside));
        }
        if !environment.redacted.is_empty() {
            notes.push(with_names(
                "variables not set, because their values are redacted",
                &environment.redacted,
            ));
        }
        if !environment.rejected.is_empty() {
            notes.push(with_names(
                "variables not set, because they are invalid or can make a program run other code",
                &environment.rejected,
            ));
        }
        Ok(ReplayPlan {
            program,
            arguments: rewritten,
            notes,
            replay: self,
            paths,
            stdin,
            environment,
        })
    }
}

impl ReplayPlan<'_> {
    /// Returns the names of all environment variables that the program will have, sorted.
    #[must_use]
    pub fn variables(&self) -> Vec<&str> {
        let always_set = ["PATH", "TMPDIR", Repository::DIR_ENV_VAR];
        let mut names: Vec<&str> = self.environment.variables.keys().map(String::as_str).collect();
        names.extend(always_set);
        names.sort_unstable();
        names
    }

    /// Returns the path of each source, relative to the directory of the replay, and its text.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let sources = self.replay.capsule.sources.iter().zip(&self.paths);
        sources.map(|(source, path)| (&**path, &*source.text))
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
