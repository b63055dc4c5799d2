//! The streams of a command, and how a command can fail.

use std::fmt;
use std::io::{self, BufRead, Read as _, Write};

use vitte_capsule::RepositoryError;
use vitte_diag::text;

/// The streams of a command.
pub(super) struct Shell<'a> {
    /// The name of the program: the prefix of warnings.
    pub(super) program: &'a str,
    /// The writer for results.
    pub(super) out: &'a mut dyn Write,
    /// The writer for warnings and questions.
    pub(super) err: &'a mut dyn Write,
    /// The reader of answers; `None` if no person can be asked.
    pub(super) answers: Option<&'a mut dyn BufRead>,
    /// The number of warnings so far.
    pub(super) warnings: usize,
}

/// Why a command failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The output cannot be written.
    Output(io::Error),
    /// The repository or a crash in it cannot be used.
    Repository(RepositoryError),
    /// Any other error; the text is safe to show.
    Message(String),
    /// The command has already reported everything: end with this exit code.
    Exit(u8),
}

impl Failure {
    /// Creates a failure from an error whose text is safe to show.
    pub(super) fn message(error: impl fmt::Display) -> Self {
        Self::Message(error.to_string())
    }
}

/// The result of a command.
pub(super) type CommandResult<T = ()> = Result<T, Failure>;

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

impl From<RepositoryError> for Failure {
    fn from(error: RepositoryError) -> Self {
        Self::Repository(error)
    }
}

/// Warnings beyond this number are only counted.
const MAX_WARNINGS: usize = 20;
/// Longer answers are cut.
const MAX_ANSWER_BYTES: u64 = 64;

impl Shell<'_> {
    /// Writes a warning with the name of the program in front. The exit code will be 2.
    pub(super) fn warn(&mut self, warning: &dyn fmt::Display) -> io::Result<()> {
        self.warnings += 1;
        match self.warnings {
            ..=MAX_WARNINGS => writeln!(self.err, "{}: {warning}", self.program),
            _ => Ok(()),
        }
    }

    /// Writes a warning for each error.
    pub(super) fn warn_all(&mut self, errors: &[RepositoryError]) -> io::Result<()> {
        errors.iter().try_for_each(|error| self.warn(error))
    }

    /// Reports the failure, if there is one, and returns the exit code.
    pub(super) fn finish(mut self, done: CommandResult) -> io::Result<u8> {
        match done {
            Ok(()) => {}
            Err(Failure::Exit(code)) => return Ok(code),
            Err(Failure::Output(error)) => return Err(error),
            Err(Failure::Repository(error)) => self.warn(&error)?,
            Err(Failure::Message(why)) => self.warn(&why)?,
        }
        if self.warnings > MAX_WARNINGS {
            let more = text::more("file", self.warnings - MAX_WARNINGS);
            writeln!(self.err, "{}: and {more} like these", self.program)?;
        }
        Ok(if self.warnings == 0 { 0 } else { 2 })
    }

    /// Asks a yes-or-no question; an empty answer is a no. Returns `None` if no person can be asked.
    pub(super) fn confirm(&mut self, question: &str) -> io::Result<Option<bool>> {
        let Some(answers) = &mut self.answers else { return Ok(None) };
        self.out.flush()?;
        write!(self.err, "{question} [y/N] ")?;
        self.err.flush()?;
        let mut answer = String::new();
        // An answer that is not UTF-8 is not a yes.
        _ = answers.take(MAX_ANSWER_BYTES).read_line(&mut answer);
        Ok(Some(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")))
    }

    /// Writes one JSON document, safe for a terminal.
    pub(super) fn json(&mut self, value: &impl serde::Serialize) -> CommandResult {
        let json = serde_json::to_string_pretty(value)?;
        self.out.write_all(text::escape_json(&json).as_bytes())?;
        Ok(self.out.write_all(b"\n")?)
    }
}
