//! What a replay will do, to be shown before it is done.

use std::path::PathBuf;
use std::time::Duration;

use vitte_diag::text;

use super::environment::Environment;
use super::layout::Layout;
use super::{MASKED, Replay, ReplayError, STDIN, program};
use crate::repository::Repository;

/// A report has as many arguments at most, and as many bytes of each.
const ARGUMENTS: usize = 64;
const ARGUMENT_BYTES: usize = 512;

/// What a [`Replay`] will do. To show it before it is run is up to whoever has it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Plan<'a> {
    /// The program: an absolute path.
    pub program: PathBuf,
    /// Its arguments, as they are in the new folder.
    pub arguments: Vec<String>,
    /// What else is to be known, a sentence each.
    pub notes: Vec<String>,
    pub(super) replay: &'a Replay<'a>,
    /// The path of each source in the folder.
    pub(super) paths: Vec<String>,
    /// The path of what is given as standard input.
    pub(super) stdin: Option<String>,
    pub(super) environment: Environment,
}

impl<'a> Replay<'a> {
    /// What it will do; nothing is run. A program that is called by a relative path is looked for below the
    /// current folder and then in `PATH`, and one without a path in `PATH`.
    ///
    /// # Errors
    ///
    /// A [`ReplayError`]: there is no command, an argument of it is masked, or there is no such program.
    pub fn plan(&'a self) -> Result<Plan<'a>, ReplayError> {
        let recorded = &self.capsule.report.command;
        let (name, arguments) = match (&*self.command, &**recorded) {
            ([name], [_, arguments @ ..]) => (name, arguments),
            ([name, arguments @ ..], _) => (name, arguments),
            ([], [name, arguments @ ..]) => (name, arguments),
            ([], []) => return Err(ReplayError::NoCommand),
        };
        if let Some(masked) = arguments.iter().find(|argument| argument.contains(MASKED)) {
            return Err(ReplayError::Masked { argument: masked.clone() });
        }
        let program =
            program::find(name).ok_or_else(|| ReplayError::NoProgram { program: name.clone() })?;
        let sources = &self.capsule.sources;
        let Layout { paths, arguments: placed, outside } = Layout::new(sources, arguments);
        let stdin = sources.iter().zip(&paths).find(|(source, _)| source.file == STDIN);
        let stdin = stdin.map(|(_, path)| path.clone());
        let environment = Environment::new(&self.capsule.environment);
        let mut notes = Vec::new();
        if sources.is_empty() {
            notes.push("the capsule has no sources, so that the program finds none".to_owned());
        }
        if placed.is_empty() {
            notes.push("the command line has no arguments".to_owned());
        }
        let is_cut = self.command.len() <= 1
            && (recorded.len() >= ARGUMENTS
                || recorded.iter().any(|argument| argument.len() + 3 >= ARGUMENT_BYTES));
        if is_cut {
            notes.push(
                "the command line is so long that the report may have a part of it".to_owned(),
            );
        }
        let named = |what: &str, names: &[String]| {
            let names: Vec<_> = names.iter().map(|name| text::one_line(name)).collect();
            format!("{what}: {}", names.join(", "))
        };
        if !outside.is_empty() {
            notes.push(named("read from this machine, not from the capsule", &outside));
        }
        if !environment.masked.is_empty() {
            notes.push(named("variables whose values are masked", &environment.masked));
        }
        if !environment.refused.is_empty() {
            notes.push(named(
                "variables that are not set, as they may run code",
                &environment.refused,
            ));
        }
        Ok(Plan { program, arguments: placed, notes, replay: self, paths, stdin, environment })
    }
}

impl Plan<'_> {
    /// The names of all variables that the program will have, in order.
    #[must_use]
    pub fn variables(&self) -> Vec<&str> {
        let own = ["PATH", "TMPDIR", Repository::FOLDER_VARIABLE];
        let mut names: Vec<&str> = self.environment.variables.keys().map(String::as_str).collect();
        names.extend(own);
        names.sort_unstable();
        names
    }

    /// The path of each source in the new folder, and its text.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let sources = self.replay.capsule.sources.iter().zip(&self.paths);
        sources.map(|(source, path)| (&**path, &*source.text))
    }

    /// How long it may take.
    #[must_use]
    pub const fn time_limit(&self) -> Duration {
        self.replay.time_limit
    }

    /// The path in the new folder of the source that the capsule calls so.
    pub(crate) fn path_of(&self, file: &str) -> Option<&str> {
        let sources = self.replay.capsule.sources.iter().zip(&self.paths);
        let mut named = sources.filter(|(source, _)| source.file == file);
        named.next().map(|(_, path)| &**path)
    }

    /// Whether the program is the one that the report has.
    pub(crate) fn is_recorded(&self) -> bool {
        self.replay.command.is_empty()
    }
}
