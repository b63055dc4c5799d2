//! The file of `--baseline`.

use std::path::PathBuf;
use std::{fmt, io};

use crate::baseline::BaselineError;
use crate::input::InputError;
use crate::text;

/// Why the file of `--baseline` was not read.
#[derive(Debug)]
#[non_exhaustive]
pub struct BaselineFileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub error: BaselineError,
}

impl fmt::Display for BaselineFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string_lossy();
        let path = text::one_line(&path);
        write!(f, "cannot use the baseline `{path}`: {}", self.error)?;
        match &self.error {
            BaselineError::Input(InputError::Io(error))
                if error.kind() == io::ErrorKind::NotFound && path != "-" =>
            {
                write!(f, "; `--error-format baseline={path}` writes it")
            }
            _ => Ok(()),
        }
    }
}

// The text already contains the cause, so `source` returns `None`.
impl std::error::Error for BaselineFileError {}
