//! The error of a replay.

use std::path::PathBuf;
use std::{fmt, io};

use vitte_diag::text;

/// Why a crash could not be replayed: the program was not run.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReplayError {
    /// The report has no command line, and none was set.
    NoCommand,
    /// The recorded command line is longer than a crash handler records. Set a command instead.
    CommandTooLong {
        /// The number of its arguments.
        arguments: usize,
        /// Its length in bytes.
        bytes: usize,
    },
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
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCommand => f.write_str("the crash report has no command line"),
            Self::CommandTooLong { arguments, bytes } => write!(
                f,
                "the recorded command line is too long to be checked: {arguments} arguments, {bytes} bytes; \
                 pass a command after `--`"
            ),
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
        }
    }
}

// `Display` includes the cause, so `source` does not return it.
impl std::error::Error for ReplayError {}
