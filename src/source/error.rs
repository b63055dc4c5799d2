//! What can be wrong with a source, or a span in it.

use std::{fmt, io};

use super::MAX_FILE_BYTES;
use crate::model::{FileId, SpanError};
use crate::text;

/// Why a source could not be added, or a span is not in it.
#[derive(Debug)]
#[non_exhaustive]
pub enum SourceError {
    /// A file of more than [`MAX_FILE_BYTES`].
    TooLarge {
        /// The file's path as it is shown.
        path: String,
        /// Its size in bytes.
        size: u64,
    },
    /// The map has as many files as 32 bits can number.
    TooManyFiles,
    /// The file could not be read.
    Io {
        /// The file's path as it is shown.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// The map has no file of this id.
    UnknownFile(FileId),
    /// The offsets are no span.
    Span(SpanError),
    /// The span ends after the file's end.
    OutOfBounds {
        /// The span's end.
        hi: u32,
        /// The file's length in bytes.
        len: u32,
    },
    /// The span begins or ends inside a character.
    InsideCharacter {
        /// The byte offset that is inside one.
        at: u32,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { path, size } => {
                let path = text::one_line(path);
                write!(f, "`{path}` is too large: {size} bytes, and the limit is {MAX_FILE_BYTES}")
            }
            Self::TooManyFiles => write!(f, "a source map holds at most {} files", u32::MAX),
            Self::Io { path, error } => {
                write!(f, "cannot read `{}`: {error}", text::one_line(path))
            }
            Self::UnknownFile(id) => write!(f, "the source map has no file {}", id.index()),
            Self::Span(error) => error.fmt(f),
            Self::OutOfBounds { hi, len } => {
                write!(f, "the span ends at byte {hi} of a file of {len} bytes")
            }
            Self::InsideCharacter { at } => write!(f, "byte {at} is inside a character"),
        }
    }
}

// The text of an error says its cause, so `source` does not say it again.
impl std::error::Error for SourceError {}

impl From<SpanError> for SourceError {
    fn from(error: SpanError) -> Self {
        Self::Span(error)
    }
}
