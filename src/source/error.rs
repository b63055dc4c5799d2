//! The errors of source files and of spans in them.

use std::{fmt, io};

use super::MAX_FILE_BYTES;
use crate::model::{FileId, SpanError};
use crate::text;

/// Why a source file could not be added, or a span is invalid.
#[derive(Debug)]
#[non_exhaustive]
pub enum SourceError {
    /// The file has more than [`MAX_FILE_BYTES`].
    TooLarge {
        /// The path of the file.
        path: String,
        /// The size of the file in bytes.
        size: u64,
    },
    /// The map has no unused 32-bit id.
    TooManyFiles,
    /// The file could not be read.
    Io {
        /// The path of the file.
        path: String,
        /// The error of the system.
        error: io::Error,
    },
    /// The map has no file with this id.
    UnknownFile(FileId),
    /// The offsets do not form a span.
    Span(SpanError),
    /// The span ends after the end of the file.
    OutOfBounds {
        /// The end of the span.
        hi: u32,
        /// The length of the file in bytes.
        len: u32,
    },
    /// The file has no such line.
    NoSuchLine {
        /// The line, 1-based.
        line: u32,
        /// The number of lines of the file.
        count: u32,
    },
    /// The line has no such column.
    NoSuchColumn {
        /// The line, 1-based.
        line: u32,
        /// The column, 1-based.
        col: u32,
        /// The largest column of the line: that of its end.
        max: u32,
    },
    /// The span begins or ends inside a character.
    InsideCharacter {
        /// The byte offset of that end of the span.
        at: u32,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { path, size } => {
                let path = text::one_line(path);
                write!(f, "`{path}` is too large: {size} bytes (limit: {MAX_FILE_BYTES})")
            }
            Self::TooManyFiles => write!(f, "a source map can have at most {} files", u32::MAX),
            Self::Io { path, error } => {
                write!(f, "cannot read `{}`: {error}", text::one_line(path))
            }
            Self::UnknownFile(id) => write!(f, "the source map has no file {}", id.index()),
            Self::Span(error) => error.fmt(f),
            Self::OutOfBounds { hi, len } => {
                write!(f, "the span ends at byte {hi} of a file of {len} bytes")
            }
            Self::NoSuchLine { line, count } => {
                let lines = text::plural("line", *count as usize);
                write!(f, "line {line} is not in a file of {count} {lines}")
            }
            Self::NoSuchColumn { line, col, max } => {
                write!(f, "column {col} is not in line {line}, which ends at column {max}")
            }
            Self::InsideCharacter { at } => write!(f, "byte {at} is inside a character"),
        }
    }
}

// `Display` includes the cause, so `source` returns `None`.
impl std::error::Error for SourceError {}

impl From<SpanError> for SourceError {
    fn from(error: SpanError) -> Self {
        Self::Span(error)
    }
}
