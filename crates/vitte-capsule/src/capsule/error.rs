//! The error of a capsule.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use vitte_diag::text;

/// Why a capsule could not be read or written.
#[derive(Debug)]
#[non_exhaustive]
pub struct CapsuleError {
    /// The file; `None` for an error of [`Capsule::to_bytes`](super::Capsule::to_bytes), which has no file.
    pub path: Option<PathBuf>,
    /// The part that the error is about, such as `report.json`; `None` if it is about the whole file.
    pub part: Option<String>,
    /// What went wrong.
    pub kind: CapsuleErrorKind,
}

/// The kinds of [`CapsuleError`].
#[derive(Debug)]
#[non_exhaustive]
pub enum CapsuleErrorKind {
    /// The file cannot be read.
    Read(io::Error),
    /// The capsule cannot be written. No partial file remains. A part that is too large has the kind
    /// [`io::ErrorKind::FileTooLarge`].
    Write(io::Error),
    /// Not a regular file: a link, a directory or a device.
    NotAFile,
    /// The file does not begin as a ZIP archive does.
    NotAnArchive,
    /// The archive is damaged, or has a form that no capsule has, for the reason given.
    Damaged(String),
    /// The file or the part is too large.
    TooLarge {
        /// The size in bytes; that of a part as the archive states it.
        size: u64,
        /// The limit in bytes.
        max: u64,
    },
    /// The archive has too many parts.
    TooManyParts {
        /// The number of parts.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// A required part is missing.
    Missing,
    /// Two parts have the same name.
    Duplicate,
    /// The part is neither one that every capsule may have, nor a source file of the manifest.
    Unknown,
    /// The name of the part is not a relative path, or leads out of the directory that it is unpacked to.
    UnsafePath,
    /// The part is not valid JSON, or not JSON of the expected form, for the reason given.
    InvalidJson(String),
    /// A later version of this crate wrote the capsule.
    Newer {
        /// The version of its format.
        version: u32,
    },
}

impl CapsuleError {
    /// An error of the whole archive.
    pub(crate) fn new(kind: CapsuleErrorKind) -> Self {
        Self { path: None, part: None, kind }
    }

    /// An error of one part.
    pub(super) fn in_part(part: impl Into<String>, kind: CapsuleErrorKind) -> Self {
        Self { path: None, part: Some(part.into()), kind }
    }

    /// Adds the path of the file.
    pub(crate) fn at(self, path: &Path) -> Self {
        Self { path: Some(path.to_owned()), ..self }
    }
}

/// Maximum length of the name of a part in a message. A longer one, which the file controls, is truncated.
const MAX_SHOWN_BYTES: usize = 200;

/// ```text
/// cannot read the capsule `a.vittecrash`: part `report.json`: missing
/// ```
impl fmt::Display for CapsuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if matches!(self.kind, CapsuleErrorKind::Write(_)) { "write" } else { "read" };
        write!(f, "cannot {verb} the capsule")?;
        if let Some(path) = &self.path {
            write!(f, " `{}`", text::one_line(&path.to_string_lossy()))?;
        }
        if let Some(part) = &self.part {
            write!(f, ": part `{}`", text::one_line(text::truncate(part, MAX_SHOWN_BYTES)))?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl fmt::Display for CapsuleErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Escaped, because the messages of the system and of the parser may quote the file.
        let safe = |reason: &dyn fmt::Display| text::one_line(&reason.to_string()).into_owned();
        match self {
            Self::Read(error) | Self::Write(error) => f.write_str(&safe(error)),
            Self::NotAFile => f.write_str("not a regular file"),
            Self::NotAnArchive => f.write_str("not a .vittecrash archive"),
            Self::Damaged(reason) => write!(f, "damaged: {}", safe(reason)),
            Self::TooLarge { size, max } => {
                let bytes = text::plural("byte", usize::try_from(*size).unwrap_or(usize::MAX));
                write!(f, "too large ({size} {bytes}, limit {max})")
            }
            Self::TooManyParts { count, max } => write!(f, "too many parts ({count}, limit {max})"),
            Self::Missing => f.write_str("missing"),
            Self::Duplicate => f.write_str("two parts have the same name"),
            Self::Unknown => f.write_str("neither a known part nor a source file of the manifest"),
            Self::UnsafePath => f.write_str("unsafe path: not relative, or not portable"),
            Self::InvalidJson(reason) => write!(f, "invalid JSON: {}", safe(reason)),
            Self::Newer { version } => {
                let supported = super::Capsule::FORMAT_VERSION;
                write!(
                    f,
                    "format version {version} is not supported (this program supports {supported}); "
                )?;
                f.write_str("use a newer version of this program")
            }
        }
    }
}

// `Display` includes the cause, so `source` does not return it.
impl std::error::Error for CapsuleError {}
