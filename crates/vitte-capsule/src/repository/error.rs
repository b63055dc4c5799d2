//! What can be in the way of a report.

use std::path::PathBuf;
use std::{fmt, io};

use vitte_diag::text;

use crate::capsule::CapsuleError;
use crate::disk::ReadError;
use crate::report::MOST_BYTES;

/// Why a report could not be kept, read or removed.
#[derive(Debug)]
#[non_exhaustive]
pub struct StoreError {
    /// The file or folder that it is about.
    pub path: PathBuf,
    /// What is in the way.
    pub kind: StoreErrorKind,
}

/// What is in the way of a report.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The folder is not there and cannot be made, or it is no folder.
    Folder(io::Error),
    /// The file cannot be written; nothing of it is left.
    Write(io::Error),
    /// The file or folder cannot be read.
    Read(io::Error),
    /// The file cannot be removed.
    Remove(io::Error),
    /// It is a link, a folder, a device or the like.
    NoFile,
    /// Its name is not that of a report.
    NoName,
    /// It has more than 16 MiB.
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
    /// It holds no report; the text says why.
    NoReport(String),
    /// It is a capsule that cannot be read or written.
    Capsule(Box<CapsuleError>),
    /// There is no report in the folder.
    Empty,
    /// No report in the folder has this id, or one that begins so.
    Unknown(String),
    /// Several reports have an id that begins so.
    Ambiguous {
        /// What was asked for.
        prefix: String,
        /// The first of them, in their order.
        candidates: Vec<String>,
        /// How many there are.
        count: usize,
    },
}

impl StoreError {
    /// What is in the way of the file or folder at `path`.
    pub fn new(path: impl Into<PathBuf>, kind: StoreErrorKind) -> Self {
        Self { path: path.into(), kind }
    }
}

impl From<ReadError> for StoreErrorKind {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => Self::Read(error),
            ReadError::NoFile => Self::NoFile,
            ReadError::TooLarge(size) => Self::TooLarge { size },
        }
    }
}

impl From<CapsuleError> for StoreError {
    fn from(error: CapsuleError) -> Self {
        Self { path: error.path.clone(), kind: StoreErrorKind::Capsule(Box::new(error)) }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string_lossy();
        let path = text::one_line(&path);
        let about = |f: &mut fmt::Formatter<'_>, what: &str, why: &dyn fmt::Display| {
            // The system's and the parser's own words may hold what was read.
            write!(f, "cannot {what} `{path}`: {}", text::one_line(&why.to_string()))
        };
        match &self.kind {
            StoreErrorKind::Folder(error) => about(f, "use the folder", error),
            StoreErrorKind::Write(error) => about(f, "write", error),
            StoreErrorKind::Read(error) => about(f, "read", error),
            StoreErrorKind::Remove(error) => about(f, "remove", error),
            StoreErrorKind::NoFile => about(f, "read", &"it is no file"),
            StoreErrorKind::NoName => about(f, "read", &"its name is not that of a report"),
            StoreErrorKind::TooLarge { size } => {
                let why = format!("it has {size} bytes, and the limit is {MOST_BYTES}");
                about(f, "read", &why)
            }
            StoreErrorKind::NoReport(why) => about(f, "read", &format!("it is no report: {why}")),
            StoreErrorKind::Capsule(error) => error.fmt(f),
            StoreErrorKind::Empty => write!(f, "there are no crash reports in `{path}`"),
            StoreErrorKind::Unknown(asked) => {
                write!(f, "there is no crash report `{}` in `{path}`", text::one_line(asked))
            }
            StoreErrorKind::Ambiguous { prefix, candidates, count } => {
                let prefix = text::one_line(prefix);
                write!(f, "`{prefix}` is the beginning of {count} crash reports: ")?;
                f.write_str(&candidates.join(", "))?;
                match count - candidates.len() {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
        }
    }
}

// The text of the error says its cause, so `source` does not say it again.
impl std::error::Error for StoreError {}
