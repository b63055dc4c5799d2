//! The error of a replay.

use std::path::PathBuf;
use std::{fmt, io};

use vitte_diag::text;

use crate::repository::RepositoryError;

/// Why a crash could not be replayed: the program was not run, or its crashes could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReplayError {
    /// The report has no command line, and none was set.
    NoCommand,
    /// An argument is redacted in the report, so the command line is incomplete.
    RedactedArgument {
        /// The argument as recorded.
        argument: String,
    },
    /// The program was not found on this machine.
    ProgramNotFound {
        /// The program as given in the command line.
        program: String,
    },
    /// The path of the program exists, but is not an executable file.
    NotExecutable {
        /// The program as given in the command line.
        program: String,
    },
    /// The directory of the replay, or a file in it, cannot be created.
    Create {
        /// The directory or the file.
        path: PathBuf,
        /// The I/O error.
        error: io::Error,
    },
    /// The crashes that the program stored cannot be read.
    Repository(RepositoryError),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCommand => f.write_str("the crash report has no command line"),
            Self::RedactedArgument { argument } => {
                let argument = text::one_line(argument);
                write!(f, "the command line is incomplete: the argument `{argument}` is redacted")
            }
            Self::ProgramNotFound { program } => {
                write!(f, "program not found: `{}`", text::one_line(program))
            }
            Self::NotExecutable { program } => {
                write!(f, "`{}` is not an executable file", text::one_line(program))
            }
            Self::Create { path, error } => {
                let path = path.to_string_lossy();
                write!(f, "cannot create `{}`: {error}", text::one_line(&path))
            }
            Self::Repository(error) => {
                write!(f, "cannot read the crashes that the program stored: {error}")
            }
        }
    }
}

// `Display` includes the cause, so `source` does not return it.
impl std::error::Error for ReplayError {}
