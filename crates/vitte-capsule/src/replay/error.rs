//! Why a crash could not be replayed.

use std::path::PathBuf;
use std::{fmt, io};

use vitte_diag::text;

use crate::repository::StoreError;

/// Why a crash could not be replayed: nothing was run, or what was run could not be looked at.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReplayError {
    /// The report holds no command line, and none was given.
    NoCommand,
    /// An argument was taken out of the report because it holds a secret, so that nobody knows it.
    Masked {
        /// The argument as the report has it.
        argument: String,
    },
    /// There is no such program on this machine.
    NoProgram {
        /// The program, as the command line calls it.
        program: String,
    },
    /// The folder of the replay, or a file in it, cannot be made.
    Folder {
        /// The folder or the file.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// What the program stored cannot be read.
    Stored(StoreError),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCommand => f.write_str("the crash has no command line that could be run again"),
            Self::Masked { argument } => {
                let argument = text::one_line(argument);
                write!(
                    f,
                    "the argument `{argument}` is masked, so that the command line is not known"
                )
            }
            Self::NoProgram { program } => {
                write!(f, "there is no program `{}` here", text::one_line(program))
            }
            Self::Folder { path, error } => {
                let path = path.to_string_lossy();
                write!(f, "cannot make `{}`: {error}", text::one_line(&path))
            }
            Self::Stored(error) => write!(f, "cannot read what the program stored: {error}"),
        }
    }
}

// The text of the error says its cause, so `source` does not say it again.
impl std::error::Error for ReplayError {}
