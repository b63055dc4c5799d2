//! The error of a repository.

use std::path::PathBuf;
use std::{fmt, io};

use vitte_diag::text;

use crate::atomic_file::ReadError;
use crate::capsule::CapsuleError;
use crate::report::MAX_BYTES;

/// Why a crash could not be stored, found, read or removed.
#[derive(Debug)]
#[non_exhaustive]
pub struct RepositoryError {
    /// The file or directory that the error is about.
    pub path: PathBuf,
    /// What went wrong.
    pub kind: RepositoryErrorKind,
}

/// The kinds of [`RepositoryError`].
#[derive(Debug)]
#[non_exhaustive]
pub enum RepositoryErrorKind {
    /// The directory cannot be created, or something else has its path.
    CreateDir(io::Error),
    /// The file cannot be written. No partial file remains.
    Write(io::Error),
    /// The file or directory cannot be read.
    Read(io::Error),
    /// The file cannot be removed.
    Remove(io::Error),
    /// Not a regular file: a link, a directory or a device.
    NotAFile,
    /// A symbolic link in the place of a directory. Links are not followed.
    Link,
    /// The index, or a line of it, is not used, for the reason given.
    InvalidIndex(String),
    /// A JSON file whose name is not the id of a report.
    UnexpectedName,
    /// The report is larger than 16 MiB.
    TooLarge {
        /// The size in bytes.
        size: u64,
    },
    /// The file is not a valid report, for the reason given.
    InvalidReport(String),
    /// The capsule cannot be read or written.
    Capsule(Box<CapsuleError>),
    /// The repository has no crashes.
    Empty,
    /// No crash has this id or an id with this prefix.
    NotFound(String),
    /// Several crashes have an id with this prefix.
    Ambiguous {
        /// The prefix.
        prefix: String,
        /// The first of the ids, oldest first.
        candidates: Vec<String>,
        /// The number of all matching ids.
        count: usize,
    },
}

impl RepositoryError {
    /// Creates the error of the file or directory at `path`.
    pub fn new(path: impl Into<PathBuf>, kind: RepositoryErrorKind) -> Self {
        Self { path: path.into(), kind }
    }
}

impl From<ReadError> for RepositoryErrorKind {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => Self::Read(error),
            ReadError::NotAFile => Self::NotAFile,
            ReadError::TooLarge(size) => Self::TooLarge { size },
        }
    }
}

impl From<CapsuleError> for RepositoryError {
    fn from(error: CapsuleError) -> Self {
        let path = error.path.clone().unwrap_or_default();
        Self { path, kind: RepositoryErrorKind::Capsule(Box::new(error)) }
    }
}

impl fmt::Display for RepositoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string_lossy();
        let path = text::one_line(&path);
        let cannot = |f: &mut fmt::Formatter<'_>, action: &str, reason: &dyn fmt::Display| {
            // Escaped, because the parser's error may quote the file.
            write!(f, "cannot {action} `{path}`: {}", text::one_line(&reason.to_string()))
        };
        match &self.kind {
            RepositoryErrorKind::CreateDir(error) => cannot(f, "create the directory", error),
            RepositoryErrorKind::Write(error) => cannot(f, "write", error),
            RepositoryErrorKind::Read(error) => cannot(f, "read", error),
            RepositoryErrorKind::Remove(error) => cannot(f, "remove", error),
            RepositoryErrorKind::NotAFile => cannot(f, "read", &"not a regular file"),
            RepositoryErrorKind::Link => {
                cannot(f, "read", &"a symbolic link, which is not followed")
            }
            RepositoryErrorKind::InvalidIndex(reason) => {
                write!(f, "ignored in `{path}`: {}", text::one_line(reason))
            }
            RepositoryErrorKind::UnexpectedName => {
                cannot(f, "read", &"the file name is not the id of a report")
            }
            RepositoryErrorKind::TooLarge { size } => {
                let reason = format!("file too large ({size} bytes, limit {MAX_BYTES})");
                cannot(f, "read", &reason)
            }
            RepositoryErrorKind::InvalidReport(reason) => {
                cannot(f, "read", &format!("invalid crash report: {reason}"))
            }
            RepositoryErrorKind::Capsule(error) => error.fmt(f),
            RepositoryErrorKind::Empty => write!(f, "no crash reports in `{path}`"),
            RepositoryErrorKind::NotFound(query) => {
                write!(f, "no crash matches `{}` in `{path}`", text::one_line(query))
            }
            RepositoryErrorKind::Ambiguous { prefix, candidates, count } => {
                let prefix = text::one_line(prefix);
                write!(f, "`{prefix}` is ambiguous, it matches {count} crashes: ")?;
                f.write_str(&candidates.join(", "))?;
                match count - candidates.len() {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
        }
    }
}

// `Display` includes the cause, so `source` does not return it.
impl std::error::Error for RepositoryError {}
