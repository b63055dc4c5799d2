//! What a command talks to, and how it can end.

use std::fmt;
use std::io::{self, BufRead, Read as _, Write};

use vitte_capsule::StoreError;
use vitte_diag::text;

/// What a command talks to.
pub(super) struct Shell<'a> {
    /// The name of the program, which hints have.
    pub(super) name: &'a str,
    /// Results go here.
    pub(super) out: &'a mut dyn Write,
    /// Complaints and questions go here.
    pub(super) err: &'a mut dyn Write,
    /// Where a person answers; nothing where nobody can be asked.
    pub(super) answers: Option<&'a mut dyn BufRead>,
    /// What could not be done so far.
    pub(super) complaints: usize,
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(super) enum Failure {
    /// The output cannot be written.
    Output(io::Error),
    /// What a crash or the folder of crashes is not.
    Store(StoreError),
    /// Something else, in words that are safe to show.
    Said(String),
    /// All is said already: it ends with this exit code.
    Code(u8),
}

impl Failure {
    /// One in the words of an error, which are safe to show.
    pub(super) fn said(error: impl fmt::Display) -> Self {
        Self::Said(error.to_string())
    }
}

/// How a command ends.
pub(super) type Done<T = ()> = Result<T, Failure>;

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

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The most complaints that are made one by one.
const MOST_COMPLAINTS: usize = 20;
/// Bytes of the longest answer that is read.
const MOST_ANSWER: u64 = 64;

impl Shell<'_> {
    /// Says what could not be done, behind the name of the program.
    pub(super) fn complain(&mut self, what: &dyn fmt::Display) -> io::Result<()> {
        self.complaints += 1;
        match self.complaints {
            ..=MOST_COMPLAINTS => writeln!(self.err, "{}: {what}", self.name),
            _ => Ok(()),
        }
    }

    /// Complains of all of these.
    pub(super) fn complain_of(&mut self, errors: &[StoreError]) -> io::Result<()> {
        errors.iter().try_for_each(|error| self.complain(error))
    }

    /// The exit code; says how much else there was to complain of.
    pub(super) fn finish(mut self, done: Done) -> io::Result<u8> {
        match done {
            Ok(()) => {}
            Err(Failure::Code(code)) => return Ok(code),
            Err(Failure::Output(error)) => return Err(error),
            Err(Failure::Store(error)) => self.complain(&error)?,
            Err(Failure::Said(why)) => self.complain(&why)?,
        }
        if self.complaints > MOST_COMPLAINTS {
            let more = text::more("file", self.complaints - MOST_COMPLAINTS);
            writeln!(self.err, "{}: and {more} like these", self.name)?;
        }
        Ok(if self.complaints == 0 { 0 } else { 2 })
    }

    /// What a person says to a question; nothing where nobody can be asked. No answer is a no.
    pub(super) fn ask(&mut self, question: &str) -> io::Result<Option<bool>> {
        let Some(answers) = &mut self.answers else { return Ok(None) };
        self.out.flush()?;
        write!(self.err, "{question} [y/N] ")?;
        self.err.flush()?;
        let mut answer = String::new();
        // What is no text is no yes either.
        _ = answers.take(MOST_ANSWER).read_line(&mut answer);
        Ok(Some(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")))
    }

    /// Writes one JSON document.
    pub(super) fn json(&mut self, value: &impl serde::Serialize) -> Done {
        serde_json::to_writer_pretty(&mut *self.out, value)?;
        Ok(self.out.write_all(b"\n")?)
    }
}
