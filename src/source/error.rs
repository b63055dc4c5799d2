//! The errors of source files and of spans in them.

use std::{fmt, io};

use super::MAX_FILE_BYTES;
use crate::input::FileKind;
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
    /// The path does not name a regular file.
    NotAFile {
        /// The path.
        path: String,
        /// What it names.
        kind: FileKind,
    },
    /// The line numbers of a snippet do not fit in 32 bits.
    LineNumbers {
        /// The path of the file.
        path: String,
        /// The number of the first line.
        first_line: u32,
        /// The size of the snippet in bytes.
        size: u64,
    },
    /// The map has no file with this id.
    UnknownFile(FileId),
    /// The file was removed from the map, or replaced.
    Removed {
        /// The id of the file.
        file: FileId,
        /// The path of the file.
        path: String,
    },
    /// The text of the file is not available.
    Unavailable {
        /// The path of the file.
        path: String,
        /// Why it could not be stored or computed, if the caller did not make it unavailable.
        reason: Option<String>,
    },
    /// The file is embedded in another one, which has to be replaced instead.
    Embedded {
        /// The path of the embedded file.
        path: String,
    },
    /// A piece of an embedded text is invalid.
    InvalidPiece {
        /// The 0-based index of the piece.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// Too many files are embedded in one another.
    NestedTooDeeply {
        /// The path of the file in which another one was to be embedded.
        path: String,
        /// The maximum number.
        limit: usize,
    },
    /// An edit of an embedded file cannot be made in the file that contains it.
    NotEditable {
        /// The path of the embedded file.
        path: String,
        /// The path of the file that contains it.
        outer: String,
        /// Why the edit cannot be made.
        reason: &'static str,
    },
    /// Two edits of embedded files overlap in the file that contains them.
    OverlappingEdits,
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
        /// The first line of the file.
        first: u32,
        /// The last line of the file.
        last: u32,
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
            Self::NotAFile { path, kind } => {
                write!(f, "`{}` is {kind}, not a regular file", text::one_line(path))
            }
            Self::LineNumbers { path, first_line, size } => {
                let path = text::one_line(path);
                let bytes = text::plural("byte", usize::try_from(*size).unwrap_or(usize::MAX));
                write!(f, "the {size} {bytes} of `{path}` cannot begin at line {first_line}")
            }
            Self::UnknownFile(id) => write!(f, "the source map has no file {}", id.index()),
            Self::Removed { file, path } => {
                write!(f, "file {} (`{}`) was removed", file.index(), text::one_line(path))
            }
            Self::Unavailable { path, reason } => {
                write!(f, "the text of `{}` is not available", text::one_line(path))?;
                reason.as_ref().map_or(Ok(()), |reason| write!(f, ": {}", text::one_line(reason)))
            }
            Self::Embedded { path } => {
                write!(f, "`{}` is embedded in another file", text::one_line(path))
            }
            Self::InvalidPiece { index, reason } => {
                write!(f, "piece {index} of the embedded text is invalid: {reason}")
            }
            Self::NestedTooDeeply { path, limit } => {
                let path = text::one_line(path);
                write!(f, "`{path}` cannot contain another file (limit: {limit} files)")
            }
            Self::NotEditable { path, outer, reason } => {
                let (path, outer) = (text::one_line(path), text::one_line(outer));
                write!(f, "an edit of `{path}` cannot be made in `{outer}`: {reason}")
            }
            Self::OverlappingEdits => f.write_str("two edits overlap in the outer file"),
            Self::Span(error) => error.fmt(f),
            Self::OutOfBounds { hi, len } => {
                let bytes = text::plural("byte", usize::try_from(*len).unwrap_or(usize::MAX));
                write!(f, "the span ends at byte {hi} of a file of {len} {bytes}")
            }
            Self::NoSuchLine { line, first, last } => {
                write!(f, "line {line} is not in {first}..={last}, the lines of the file")
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
